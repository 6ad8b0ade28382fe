//! Event streams: a line when one opens, and one when it closes.

use http::Request;

use super::support::{Reply, Step, get, lines_of, stream, subscribe};
use crate::{
    label::Fault,
    log::{Log, LogLayer},
    observe::{ObserveLayer, StreamHandle, StreamHandles},
};

const OPENED: &str = "INFO bartizan::stream \"stream opened\" http.request.method=\"GET\" \
    http.route=\"/users/{id}\" http.response.status_code=200 network.protocol.version=\"1.1\"";

/// The line of the closing, from its level and what comes after the duration.
fn closed(level: &str, rest: &str) -> String {
    let line = OPENED.replacen("opened", "closed", 1);
    line.replacen("INFO", level, 1) + " duration_seconds=0.0 " + rest
}

fn handles() -> StreamHandles {
    let handles = StreamHandles::new().reason("quota_exceeded", Fault::Client);
    handles.expect("a reason")
}

macro_rules! rows {
    ($($name:ident: $reply:expr, $level:literal, $rest:literal;)*) => { $(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let lines = lines_of(&LogLayer::default(), get(), || $reply);
            assert_eq!(lines, [OPENED.to_owned(), closed($level, $rest)]);
        }
    )* };
}

rows! {
    completed: stream([Step::Data("data: x\n\n")]),
        "INFO", "http.response.body.size=9 frames=1 close_reason=\"completed\"";
    dropped: stream([Step::Data("data: x\n\n"), Step::Hang]),
        "INFO", "http.response.body.size=9 frames=1 close_reason=\"dropped\" \
        error.type=\"dropped\" fault=\"unknown\"";
    body_error: stream([Step::Fail]),
        "ERROR", "http.response.body.size=0 frames=0 close_reason=\"body_error\" \
        error.type=\"body_error\" fault=\"server\"";
    panic: stream([Step::Panic]),
        "ERROR", "http.response.body.size=0 frames=0 close_reason=\"panic\" \
        error.type=\"panic\" fault=\"server\"";
    timeout: stream([Step::TimeOut]),
        "ERROR", "http.response.body.size=0 frames=0 close_reason=\"timeout\" \
        error.type=\"timeout\" fault=\"server\"";
}

#[test]
fn the_line_of_the_opening_comes_while_the_stream_is_open() {
    let (_guard, lines) = subscribe();
    let mut service = tower_layer::Layer::layer(
        &LogLayer::default(),
        tower::service_fn(async |_: Request<()>| {
            let reply = stream([Step::Hang]);
            let Reply::Answer(response) = reply else {
                return Err("no answer".to_owned());
            };
            Ok(response)
        }),
    );
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let future = std::pin::pin!(tower::Service::call(&mut service, get()));
    let response = future.poll(&mut context);
    assert_eq!(lines.take().len(), 1);
    drop(response);
    assert_eq!(lines.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_handlers_word_is_in_both_lines() {
    let log = Log::builder()
        .warn_of_client_faults()
        .build()
        .expect("a log");
    let layer = ObserveLayer::new(log).stream_handles(handles());
    let (_guard, lines) = subscribe();
    let mut service = tower_layer::Layer::layer(
        &layer,
        tower::service_fn(async |request: Request<()>| {
            let handle = request
                .extensions()
                .get::<StreamHandle>()
                .expect("a handle");
            handle.set_id("session\n7");
            handle.end_with("quota_exceeded").expect("it is declared");
            match stream([Step::Data("data: x\n\n"), Step::Fail]) {
                Reply::Answer(response) => Ok(response),
                _ => Err("no answer"),
            }
        }),
    );
    let response = tower::Service::call(&mut service, get())
        .await
        .expect("an answer");
    let _ = http_body_util::BodyExt::collect(response.into_body()).await;
    let unmatched = |line: &str| line.replacen("/users/{id}", "{unmatched}", 1);
    assert_eq!(
        lines.take(),
        [
            unmatched(OPENED) + " stream_id=\"session_7\"",
            unmatched(&closed(
                "WARN",
                "http.response.body.size=9 frames=1 close_reason=\"quota_exceeded\" \
                 error.type=\"quota_exceeded\" fault=\"client\" stream_id=\"session_7\""
            ))
        ]
    );
}

#[cfg(feature = "sse")]
mod with_sse {
    use http::header::CONTENT_ENCODING;

    use super::{
        super::support::{exchange, with_header},
        *,
    };
    use crate::sse::Sse;

    fn events<const N: usize>(
        layer: &ObserveLayer<impl crate::observe::Observers>,
        steps: [Step; N],
    ) -> String {
        let lines = lines_of(layer, get(), || stream(steps));
        assert_eq!(lines.len(), 2, "{lines:?}");
        let (_, rest) = lines[1].split_once(" frames=").expect("frames");
        rest.to_owned()
    }

    #[test]
    fn events_are_counted_by_the_observer_of_streams_whichever_is_first() {
        let sse = || Sse::builder().end_data("[DONE]").build().expect("streams");
        let before = ObserveLayer::new(sse()).with(Log::new());
        let after = ObserveLayer::new(Log::new()).with(sse());
        let steps = || {
            [
                Step::Data("data: x\n\ndata: y\n\n: comment\n\n"),
                Step::Data("data: [DONE]\n\n"),
            ]
        };
        let counted = "2 events=3 keepalives=1 close_reason=\"completed\"";
        assert_eq!(events(&before, steps()), counted);
        assert_eq!(events(&after, steps()), counted);
        let cut = [Step::Data("data: x\n\n"), Step::Hang];
        let dropped = "1 events=1 keepalives=0 close_reason=\"dropped\" error.type=\"dropped\" \
            fault=\"unknown\"";
        assert_eq!(events(&before, cut), dropped);
        assert_eq!(events(&after, cut), dropped);
        let unmarked = "1 events=1 keepalives=0 close_reason=\"incomplete\" \
            error.type=\"incomplete\" fault=\"server\"";
        assert_eq!(events(&before, [Step::Data("data: x\n\n")]), unmarked);
    }

    #[test]
    fn events_that_are_not_seen_are_not_counted() {
        let layer = ObserveLayer::new(Sse::new()).with(Log::new());
        let encoded = || with_header(stream([Step::Data("?")]), CONTENT_ENCODING.as_str(), "gzip");
        let lines = lines_of(&layer, get(), encoded);
        assert!(!lines[1].contains("events="), "{lines:?}");
        let (_guard, lines) = subscribe();
        exchange(
            &ObserveLayer::new(Sse::new()).with(None::<Log>),
            get(),
            || stream([]),
        );
        assert_eq!(lines.take(), [""; 0]);
    }
}
