//! The ending matrix: one line each, with these fields and no others.

use http::header::CONTENT_LENGTH;

use super::support::{Reply, Step, answer, get, lines_of, request, with_header};
use crate::log::{Log, LogLayer};

/// One exchange, and its one line. The clock stands still.
fn assert_line(method: &str, reply: fn() -> Reply, line: &str) {
    let wanted = line
        .replacen(
            " ",
            &format!(
                " bartizan::request \"request ended\" http.request.method={method:?} \
                 http.route=\"/users/{{id}}\" "
            ),
            1,
        )
        .replace(
            " - ",
            " network.protocol.version=\"1.1\" duration_seconds=0.0 ",
        );
    let lines = lines_of(&LogLayer::default(), request(method), reply);
    assert_eq!(lines, [wanted.trim_end()]);
}

/// Rows of: name, method, what the service does, the line. In the line `-` stands for the fields that are
/// always there.
macro_rules! rows {
    ($($name:ident: $method:literal, $reply:expr, $line:literal;)*) => { $(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            assert_line($method, || $reply, $line);
        }
    )* };
}

rows! {
    empty: "GET", answer(200, []),
        "INFO http.response.status_code=200 - http.response.body.size=0 frames=0";
    one_frame: "GET", answer(200, [Step::Data("thirteen byte")]),
        "INFO http.response.status_code=200 - http.response.body.size=13 frames=1";
    frames: "GET", answer(200, [Step::Data("one"), Step::Data("two")]),
        "INFO http.response.status_code=200 - http.response.body.size=6 frames=2";
    trailers: "GET", answer(200, [Step::Data("one"), Step::Trailers]),
        "INFO http.response.status_code=200 - http.response.body.size=3 frames=1";
    exact_length: "GET", declared("3", [Step::Data("one"), Step::Hang]),
        "INFO http.response.status_code=200 - http.response.body.size=3 frames=1";
    no_content: "GET", answer(204, [Step::Data("not part of it")]),
        "INFO http.response.status_code=204 - http.response.body.size=0 frames=0";
    not_modified: "GET", answer(304, [Step::Data("not part of it")]),
        "INFO http.response.status_code=304 - http.response.body.size=0 frames=0";
    head: "HEAD", answer(200, [Step::Data("not part of it")]),
        "INFO http.response.status_code=200 - http.response.body.size=0 frames=0";
    head_of_a_stream: "HEAD", super::support::stream([Step::Hang]),
        "INFO http.response.status_code=200 - http.response.body.size=0 frames=0";
    upgrade: "GET", answer(101, [Step::Hang]),
        "INFO http.response.status_code=101 - http.response.body.size=0 frames=0";
    client_error: "GET", answer(404, [Step::Data("no")]),
        "INFO http.response.status_code=404 - http.response.body.size=2 frames=1";
    server_error: "GET", answer(503, [Step::Data("oh")]),
        "ERROR http.response.status_code=503 - http.response.body.size=2 frames=1 \
         error.type=\"503\" fault=\"server\"";
    left_a_server_error: "GET", answer(500, [Step::Data("oh"), Step::Hang]),
        "ERROR http.response.status_code=500 - http.response.body.size=2 frames=1 \
         error.type=\"500\" fault=\"server\"";
    body_error: "GET", answer(200, [Step::Data("one"), Step::Fail]),
        "ERROR http.response.status_code=200 - http.response.body.size=3 frames=1 \
         error.type=\"body_error\" fault=\"server\"";
    body_timeout: "GET", answer(200, [Step::TimeOut]),
        "ERROR http.response.status_code=200 - http.response.body.size=0 frames=0 \
         error.type=\"timeout\" fault=\"server\"";
    dropped: "GET", answer(200, [Step::Data("one"), Step::Hang]),
        "INFO http.response.status_code=200 - http.response.body.size=3 frames=1 \
         error.type=\"dropped\" fault=\"unknown\"";
    length_not_reached: "GET", declared("9", [Step::Data("one")]),
        "ERROR http.response.status_code=200 - http.response.body.size=3 frames=1 \
         error.type=\"length_mismatch\" fault=\"server\"";
    panic_in_body: "GET", answer(200, [Step::Data("one"), Step::Panic]),
        "ERROR http.response.status_code=200 - http.response.body.size=3 frames=1 \
         error.type=\"panic\" fault=\"server\"";
    panic_in_call: "GET", Reply::PanicInCall,
        "ERROR - error.type=\"panic\" fault=\"server\"";
    panic_in_future: "GET", Reply::PanicInFuture,
        "ERROR - error.type=\"panic\" fault=\"server\"";
    service_error: "GET", Reply::Error,
        "ERROR - error.type=\"service_error\" fault=\"server\"";
    service_timeout: "GET", Reply::TimeOut,
        "ERROR - error.type=\"timeout\" fault=\"server\"";
    cancelled_before_response: "GET", Reply::Hang,
        "INFO - error.type=\"cancelled_before_response\" fault=\"unknown\"";
    known_method: "PATCH", answer(200, []),
        "INFO http.response.status_code=200 - http.response.body.size=0 frames=0";
}

fn declared<const N: usize>(length: &'static str, steps: [Step; N]) -> Reply {
    with_header(answer(200, steps), CONTENT_LENGTH.as_str(), length)
}

#[test]
fn client_errors_are_warnings_if_asked_for() {
    let log = || Log::builder().warn_of_client_faults().build();
    let layer = LogLayer::new(log().expect("a log"));
    let level = |reply: fn() -> Reply| {
        let lines = lines_of(&layer, get(), reply);
        assert_eq!(lines.len(), 1);
        lines[0].split(' ').next().expect("a level").to_owned()
    };
    assert_eq!(level(|| answer(200, [])), "INFO");
    assert_eq!(level(|| answer(302, [])), "INFO");
    assert_eq!(level(|| answer(400, [])), "WARN");
    assert_eq!(
        level(|| answer(429, [Step::Hang])),
        "INFO",
        "it was dropped"
    );
    assert_eq!(level(|| answer(404, [Step::Fail])), "ERROR");
    assert_eq!(level(|| answer(500, [])), "ERROR");
    assert_eq!(level(|| Reply::Hang), "INFO");
}

#[tokio::test(start_paused = true)]
async fn durations_are_seconds_and_sizes_are_bytes() {
    let layer = LogLayer::default();
    let (_guard, lines) = super::support::subscribe();
    let mut sized = get();
    let length = http::HeaderValue::from_static("42");
    sized.headers_mut().insert(CONTENT_LENGTH, length);
    let service = tower::service_fn(async |_: http::Request<()>| {
        tokio::time::sleep(std::time::Duration::from_millis(1_250)).await;
        Ok::<_, std::convert::Infallible>(http::Response::new(String::from("Hello")))
    });
    let mut service = tower_layer::Layer::layer(&layer, service);
    let response = tower::Service::call(&mut service, sized)
        .await
        .expect("an answer");
    http_body_util::BodyExt::collect(response.into_body())
        .await
        .expect("a body");
    assert_eq!(
        lines.take(),
        [
            "INFO bartizan::request \"request ended\" http.request.method=\"GET\" \
             http.route=\"{unmatched}\" http.response.status_code=200 \
             network.protocol.version=\"1.1\" duration_seconds=1.25 http.request.body.size=42 \
             http.response.body.size=5 frames=1"
        ]
    );
}
