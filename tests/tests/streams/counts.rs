//! What passes, counted as it passes.

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse, Sse,
    sse::{Event, KeepAlive},
};
use bartizan::observe::MediaTypes;
use bartizan_tests::{
    BoxError, Protocol,
    client::{Client, get},
    dice::Dice,
    recorder::Recorder,
    script::{Script, Step},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::HeaderValue;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::sync::watch;

use crate::{
    everywhere,
    expect::{self, Passed},
    open, reads, reads_to_the_end,
    rig::{Framework, Setup, event_stream},
};

everywhere! {
    a_keepalive_of_axum_is_the_first_byte_and_no_event,
    an_event_is_counted_however_it_is_cut,
    clients_that_come_back,
    event_types_beyond_the_cap,
    event_types_that_are_allowed,
    keepalives_of_other_types,
    lines,
}

async fn a_keepalive_of_axum_is_the_first_byte_and_no_event(
    framework: Framework,
    protocol: Protocol,
) {
    let (go, gone) = watch::channel(0);
    let setup = Setup::of(framework).answering(move |_| {
        let gone = gone.clone();
        async move {
            let events = stream::iter([1, 2]).then(move |number| {
                let mut gone = gone.clone();
                async move {
                    let _ = gone.wait_for(|gone| *gone >= number).await;
                    Ok::<_, Infallible>(Event::default().event("delta").data("{}"))
                }
            });
            let keep_alive = KeepAlive::new().interval(Duration::from_millis(20));
            let response = Sse::new(events).keep_alive(keep_alive).into_response();
            response.map(|body| body.map_err(BoxError::from).boxed_unsync())
        }
    });
    let rig = setup.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    let response = client.send(get("/stream/a")).await.expect("a head");
    let scrape = rig
        .recorder
        .once(|scrape| expect::total(scrape, expect::KEEPALIVES, &[]) >= 2)
        .await;
    assert_eq!(scrape.count(expect::FIRST_BYTE, &[]), 1);
    assert_eq!(scrape.count(expect::FIRST_EVENT, &[]), 0);
    assert_eq!(expect::total(&scrape, expect::EVENTS, &[]), 0);
    go.send(1).expect("a stream");
    let scrape = rig
        .recorder
        .once(|scrape| expect::total(scrape, expect::EVENTS, &[]) == 1)
        .await;
    assert_eq!(scrape.count(expect::FIRST_EVENT, &[]), 1);
    assert_eq!(scrape.count(expect::GAP, &[]), 0);
    let first = |histogram| scrape.sum(histogram, &[]);
    assert!(first(expect::FIRST_EVENT) > first(expect::FIRST_BYTE));
    go.send(2).expect("a stream");
    assert!(reads_to_the_end(response.into_body()).await);
    let scrape = rig.closes(&[("completed", 1)]).await;
    let passed = expect::passed(&scrape);
    assert_eq!((passed.events, passed.frames), (2, 2 + passed.keepalives));
    assert_eq!(scrape.count(expect::GAP, &[]), 1);
    assert_eq!(
        expect::total(&scrape, expect::EVENTS, &[("event_type", "delta")]),
        2
    );
    client.leave().await;
    rig.stop().await;
}

/// Eight events, five keep-alives and much that is neither.
const MUCH: &str = "\u{feff}: welcome\n\
    retry: 100\n\n\
    data: 1\n\n\
    id: 7\r\nevent: delta\r\ndata: 2\r\ndata: and more\r\n\r\n\
    data\n\n\
    event: nothing\n\n\
    event: ping\ndata: {}\n\n\
    event: heartbeat\rdata: {}\r\r\
    :\n\n\
    data:3\n\n\
    :comment\ndata: 4\n\n\
    event:message\ndata: 5\n\n\
    data: \u{1f600}\n\n\
    unknown: field\ndata: 7\n\n\
    data: never ended\n";

async fn an_event_is_counted_however_it_is_cut(framework: Framework, protocol: Protocol) {
    let rounds = crate::rounds();
    let dice = std::sync::Mutex::new(Dice::new(7));
    let setup = Setup::of(framework).streaming(move || {
        let mut dice = dice.lock().expect("no panic");
        let mut rest = Bytes::from_static(MUCH.as_bytes());
        let mut steps = Vec::new();
        let most = dice.below(40) + 1;
        while !rest.is_empty() {
            let cut = (dice.below(most) as usize + 1).min(rest.len());
            steps.push(Step::Data(rest.split_to(cut)));
        }
        Script::new(steps).any()
    });
    let rig = setup.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    for _ in 0..rounds {
        let answer = client.fetch(get("/stream/a")).await.expect("an answer");
        assert_eq!(answer.body, MUCH);
    }
    let scrape = rig.closes(&[("completed", rounds)]).await;
    let passed = expect::passed(&scrape);
    assert_eq!(
        passed.events,
        8 * rounds,
        "{:?}",
        expect::by(&scrape, expect::EVENTS, "event_type")
    );
    assert_eq!(passed.keepalives, 5 * rounds);
    assert_eq!(passed.bytes, MUCH.len() as u64 * rounds);
    let types = expect::by(&scrape, expect::EVENTS, "event_type");
    let wanted = [
        ("delta".to_owned(), rounds),
        ("message".to_owned(), 7 * rounds),
    ];
    assert_eq!(types, wanted.into());
    client.leave().await;
    rig.stop().await;
}

async fn clients_that_come_back(framework: Framework, protocol: Protocol) {
    let setup = Setup::of(framework).answering(async |request| {
        let mut response = event_stream(Script::new([Step::data("data: 1\n\n")]).any());
        if request.uri().path() == "/stream/plain" {
            let plain = HeaderValue::from_static("text/plain");
            response.headers_mut().insert("content-type", plain);
        }
        response
    });
    let rig = setup.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    for (path, id) in [
        ("/stream/a", None),
        ("/stream/a", Some("7")),
        ("/stream/a", Some("")),
        ("/stream/plain", Some("7")),
    ] {
        let mut request = get(path);
        if let Some(id) = id {
            let id = HeaderValue::from_static(id);
            request.headers_mut().insert("last-event-id", id);
        }
        client.fetch(request).await.expect("an answer");
    }
    let scrape = rig.closes(&[("completed", 3)]).await;
    assert_eq!(expect::total(&scrape, expect::RECONNECTS, &[]), 2);
    client.leave().await;
    rig.stop().await;
}

fn many_types(framework: Framework) -> Setup {
    Setup::of(framework).streaming(|| {
        let frames = stream::iter(0..100).map(|frame| {
            let events =
                (0..100).map(|event| format!("event: t{}\ndata: x\n\n", 100 * frame + event));
            Ok(Frame::data(Bytes::from(events.collect::<String>())))
        });
        StreamBody::new(frames).boxed_unsync()
    })
}

async fn event_types_beyond_the_cap(framework: Framework, protocol: Protocol) {
    let rig = many_types(framework).start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    client.fetch(get("/stream/a")).await.expect("an answer");
    let scrape = rig.closes(&[("completed", 1)]).await;
    let types = expect::by(&scrape, expect::EVENTS, "event_type");
    assert_eq!(types.len(), 21);
    assert_eq!(types["{overflow}"], 9980);
    assert_eq!((types["t0"], types["t19"]), (1, 1));
    assert_eq!(
        expect::total(&scrape, expect::OVERFLOW, &[("label", "event_type")]),
        9980
    );
    // A series for each type, `message` and what is too much.
    assert!(scrape.label_sets(expect::EVENTS).len() <= 22);
    client.leave().await;
    rig.stop().await;
}

async fn event_types_that_are_allowed(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        sse: |sse| sse.event_types(["t7", "t9999", "never"]).size_by_type(),
        ..many_types(framework)
    };
    let rig = setup.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    client.fetch(get("/stream/a")).await.expect("an answer");
    let scrape = rig.closes(&[("completed", 1)]).await;
    let types = expect::by(&scrape, expect::EVENTS, "event_type");
    let wanted = [("_OTHER", 9998), ("t7", 1), ("t9999", 1)];
    let wanted = wanted.map(|(name, count)| (name.to_owned(), count));
    assert_eq!(types, wanted.clone().into());
    assert_eq!(expect::total(&scrape, expect::OVERFLOW, &[]), 0);
    let sizes = expect::by(&scrape, &format!("{}_count", expect::SIZE), "event_type");
    assert_eq!(sizes, wanted.into());
    client.leave().await;
    rig.stop().await;
}

async fn keepalives_of_other_types(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        sse: |sse| sse.keepalive_types(["tick"]),
        ..Setup::of(framework)
    };
    let mut rig = setup.start().await;
    let mut open = open(&mut rig, protocol).await;
    for event in [
        "event: tick\ndata: 1\n\n",
        "event: ping\ndata: 2\n\n",
        ": 3\n\n",
    ] {
        open.exchange.sends(event);
        reads(&mut open.body, event).await;
    }
    open.exchange.ends();
    assert!(reads_to_the_end(open.body).await);
    let scrape = rig.closes(&[("completed", 1)]).await;
    let passed = expect::passed(&scrape);
    assert_eq!((passed.events, passed.keepalives), (2, 2));
    // Keep-alives take no place among the types, and have no size.
    assert_eq!(
        scrape.values(expect::EVENTS, "event_type"),
        ["message", "ping"]
    );
    assert_eq!(scrape.count(expect::SIZE, &[]), 2);
    open.client.leave().await;
    rig.stop().await;
}

async fn lines(framework: Framework, protocol: Protocol) {
    let types = MediaTypes::event_streams().and("application/x-ndjson");
    let types = types.and_then(|types| types.and("application/vnd.lines"));
    let setup = Setup {
        types: types.expect("media types"),
        ..Setup::of(framework)
    };
    let setup = setup.answering(async |request| {
        let lines = ["{\"a\":1}\n{\"b\"", ":2}\r\n\n  \n", "{\"c\":3}"];
        let mut response = event_stream(Script::new(lines.map(Step::data)).silent().any());
        let name = match request.uri().path() {
            "/stream/nd" => "application/x-ndjson; charset=utf-8",
            "/stream/vnd" => "application/vnd.lines",
            _ => "application/jsonl",
        };
        let name = HeaderValue::from_static(name);
        response.headers_mut().insert("content-type", name);
        response
    });
    let rig = setup.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    for path in ["/stream/nd", "/stream/vnd", "/stream/other"] {
        client.fetch(get(path)).await.expect("an answer");
    }
    let scrape = rig.closes(&[("completed", 2)]).await;
    let passed = Passed {
        frames: 6,
        bytes: 56,
        events: 6,
        keepalives: 0,
    };
    assert_eq!(expect::passed(&scrape), passed);
    assert_eq!(scrape.values(expect::EVENTS, "event_type"), ["message"]);
    client.leave().await;
    rig.stop().await;
}

/// One event of 64 MiB, and one after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_of_64_mib() {
    const CHUNK: usize = 64 * 1024;
    const CHUNKS: usize = 1024;
    for protocol in Protocol::BOTH {
        let rig = Setup::of(Framework::Hyper).streaming(|| {
            let chunk = Bytes::from(vec![b'x'; CHUNK]);
            let first = [Bytes::from_static(b"event: big\ndata: ")];
            let last = [Bytes::from_static(b"\n\nevent: small\ndata: 1\n\n")];
            let chunks = std::iter::repeat_n(chunk, CHUNKS);
            let frames = first.into_iter().chain(chunks).chain(last);
            let frames = stream::iter(frames.map(|bytes| Ok(Frame::data(bytes))));
            StreamBody::new(frames).boxed_unsync()
        });
        let rig = rig.start().await;
        let mut client = Client::connect(rig.address(), protocol).await;
        let mut body = client
            .send(get("/stream/a"))
            .await
            .expect("a head")
            .into_body();
        while let Some(frame) = body.frame().await {
            frame.unwrap();
        }
        let scrape = rig.closes(&[("completed", 1)]).await;
        let types = expect::by(&scrape, expect::EVENTS, "event_type");
        assert_eq!(
            types,
            [("big".to_owned(), 1), ("small".to_owned(), 1)].into()
        );
        let passed = expect::passed(&scrape);
        assert_eq!(passed.frames, CHUNKS as u64 + 2);
        assert!(scrape.sum(expect::SIZE, &[]) > (CHUNK * CHUNKS) as f64);
        client.leave().await;
        rig.stop().await;
    }
}

/// Streams that are older than the recorder lower nothing, those that come after it are as all others.
/// It is the only test that has the process' recorder.
#[tokio::test]
async fn a_recorder_that_comes_late() {
    let recorder = Recorder::new();
    let setup = Setup {
        global: true,
        recorder: Some(recorder.clone()),
        ..Setup::guarded(Framework::Axum)
    };
    let mut rig = setup.start().await;
    let mut early = open(&mut rig, Protocol::Http1).await;
    let left = open(&mut rig, Protocol::Http1).await;
    assert_eq!(rig.sse.scan().open, 2);
    assert_eq!(recorder.scrape().series(), 0);
    recorder.install();
    for round in 1..=3 {
        early.exchange.sends("data: on\n\n");
        reads(&mut early.body, "data: on\n\n").await;
        let scrape = recorder.scrape();
        assert_eq!(expect::total(&scrape, expect::EVENTS, &[]), round);
        assert_eq!(expect::active(&scrape), 0.0);
    }
    let late = open(&mut rig, Protocol::Http2).await;
    rig.active(1).await;
    left.line.close();
    left.exchange.let_go().await;
    early.exchange.ends();
    assert!(reads_to_the_end(early.body).await);
    rig.active(1).await;
    late.exchange.ends();
    assert!(reads_to_the_end(late.body).await);
    rig.closes(&[("completed", 1)]).await;
    assert_eq!(rig.sse.scan().open, 0);
    early.client.leave().await;
    late.client.leave().await;
    drop((early.line, late.line));
    rig.stop().await;
}
