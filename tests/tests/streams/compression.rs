//! Streams that are compressed on their way out.

use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, get},
    script::{Script, Step},
};
use http::HeaderValue;

use crate::{
    everywhere,
    expect::{self, Passed},
    line::Line,
    rig::{Between, Framework, Rig, Setup, event_stream},
};

everywhere! {
    a_compression_between_the_metrics_and_the_guard,
    a_probe_where_nothing_is_compressed,
    a_stream_that_is_compressed_inside,
    a_stream_that_is_compressed_inside_and_left,
}

const EVENTS: [&str; 5] = [
    "data: one\n\n",
    ": a comment\n\n",
    "event: ping\ndata: {}\n\n",
    "event: done\ndata: two\n\nda",
    "ta: three\n\n",
];

fn body() -> AnyBody {
    let steps = EVENTS
        .into_iter()
        .flat_map(|event| [Step::data(event), Step::Pend]);
    Script::new(steps).silent().any()
}

/// Compresses inside of the metrics.
fn inside(framework: Framework, probe: bool) -> Setup {
    Setup {
        gzip_inside: true,
        probe,
        ..Setup::guarded(framework)
    }
    .streaming(body)
}

async fn fetch(rig: &Rig, protocol: Protocol) -> bartizan_tests::client::Answer {
    let mut client = Client::connect(rig.address(), protocol).await;
    let mut request = get("/stream/a");
    let gzip = HeaderValue::from_static("gzip");
    request.headers_mut().insert("accept-encoding", gzip);
    let answer = client.fetch(request).await.expect("an answer");
    client.leave().await;
    answer
}

fn events_of(setup: &bartizan_tests::scrape::Scrape) -> (u64, u64, u64, u64) {
    let Passed {
        events, keepalives, ..
    } = expect::passed(setup);
    let firsts = setup.count(expect::FIRST_EVENT, &[]);
    (events, keepalives, firsts, setup.count(expect::SIZE, &[]))
}

/// The metrics are inside: they see plain bytes.
async fn a_compression_between_the_metrics_and_the_guard(framework: Framework, protocol: Protocol) {
    let mut passed = Vec::new();
    for between in [Between::Gzip, Between::Nothing] {
        let setup = Setup {
            between,
            ..Setup::guarded(framework)
        };
        let rig = setup.streaming(body).start().await;
        fetch(&rig, protocol).await;
        let scrape = rig.closes(&[("completed", 1)]).await;
        passed.push((expect::passed(&scrape), events_of(&scrape)));
        rig.stop().await;
    }
    assert_eq!(passed[0], passed[1]);
    let sizes: usize = EVENTS.iter().map(|event| event.len()).sum();
    assert_eq!(passed[0].0.bytes, sizes as u64);
    assert_eq!(passed[0].1, (3, 2, 1, 3));
}

/// The metrics are outside: frames and bytes are compressed ones, and only a probe sees events.
async fn a_stream_that_is_compressed_inside(framework: Framework, protocol: Protocol) {
    for probe in [false, true] {
        let rig = inside(framework, probe).start().await;
        let answer = fetch(&rig, protocol).await;
        assert_eq!(answer.head.headers["content-encoding"], "gzip");
        let scrape = rig.closes(&[("completed", 1)]).await;
        assert_eq!(expect::passed(&scrape).bytes, answer.body.len() as u64);
        let events = if probe { (3, 2, 1, 3) } else { (0, 0, 0, 0) };
        assert_eq!(events_of(&scrape), events);
        // What cannot be seen is not said to be missing.
        assert_eq!(expect::total(&scrape, expect::WITHOUT_EVENTS, &[]), 0);
        rig.stop().await;
    }
}

async fn a_stream_that_is_compressed_inside_and_left(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        gzip_inside: true,
        probe: true,
        ..Setup::guarded(framework)
    };
    let mut rig = setup.start().await;
    let (line, mut client) = Line::client(rig.address(), protocol).await;
    let mut request = get("/stream/a");
    let gzip = HeaderValue::from_static("gzip");
    request.headers_mut().insert("accept-encoding", gzip);
    let (response, exchange) = tokio::join!(client.send(request), async {
        let exchange = rig.opened().await;
        exchange.sends("data: one\n\n");
        exchange.sends("data: two\n\n");
        exchange
    });
    rig.recorder
        .once(|scrape| expect::total(scrape, expect::EVENTS, &[]) == 2)
        .await;
    line.close();
    exchange.let_go().await;
    let scrape = rig.closes(&[("client_disconnect", 1)]).await;
    assert_eq!(events_of(&scrape), (2, 0, 1, 2));
    drop(response);
    rig.stop().await;
}

async fn a_probe_where_nothing_is_compressed(framework: Framework, protocol: Protocol) {
    let mut passed = Vec::new();
    for probe in [false, true] {
        let setup = Setup {
            probe,
            ..Setup::guarded(framework)
        };
        let rig = setup.streaming(body).start().await;
        fetch(&rig, protocol).await;
        let scrape = rig.closes(&[("completed", 1)]).await;
        let types = expect::by(&scrape, expect::EVENTS, "event_type");
        let gaps = scrape.count(expect::GAP, &[]);
        passed.push((expect::passed(&scrape), events_of(&scrape), types, gaps));
        rig.stop().await;
    }
    assert_eq!(passed[0], passed[1]);
}

/// An end marker is found by the probe; without one, nothing can be said.
#[tokio::test]
async fn end_markers_of_compressed_streams() {
    for (probe, done, reason) in [
        (true, true, "completed"),
        (true, false, "incomplete"),
        (false, true, "completed"),
        (false, false, "completed"),
    ] {
        let setup = Setup {
            gzip_inside: true,
            probe,
            sse: |sse| sse.end_data("[DONE]"),
            ..Setup::of(Framework::Axum)
        };
        let setup = setup.answering(move |_| async move {
            let last = if done {
                "data: [DONE]\n\n"
            } else {
                "data: on\n\n"
            };
            let steps = [Step::data("data: 1\n\n"), Step::data(last)];
            event_stream(Script::new(steps).silent().any())
        });
        let rig = setup.start().await;
        fetch(&rig, Protocol::Http1).await;
        rig.closes(&[(reason, 1)]).await;
        rig.stop().await;
    }
}
