//! What the service does with its stream.

use std::time::Duration;

use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, get, request, text},
    script::{Length, Script, Step},
};
use futures_util::{StreamExt, stream};
use http::{Response, StatusCode, header::CONTENT_LENGTH};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use crate::{
    everywhere,
    expect::{self, Passed},
    open, reads, reads_to_the_end,
    rig::{Between, Framework, Setup, event_stream},
};

everywhere! {
    a_body_that_is_whole_from_the_start,
    a_body_that_fails,
    a_body_that_fails_after_the_client_has_it_all,
    a_body_that_panics,
    a_declared_length_that_is_not_reached,
    a_stream_of_nothing,
    a_time_out_inside,
    three_events_and_the_end,
    trailers,
    two_layers_of_stream_metrics_are_one,
    what_has_no_body_is_no_stream,
}

async fn three_events_and_the_end(framework: Framework, protocol: Protocol) {
    let mut rig = Setup::of(framework).start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    let mut body = client
        .send(get("/stream/a"))
        .await
        .expect("a head")
        .into_body();
    let exchange = rig.opened().await;
    for event in ["data: 1\n\n", "event: b\ndata: 2\n\n", "data: 3\n\n"] {
        exchange.sends(event);
        reads(&mut body, event).await;
    }
    assert_eq!(expect::active(&rig.recorder.scrape()), 1.0);
    exchange.ends();
    assert!(reads_to_the_end(body).await);
    let scrape = rig.closes(&[("completed", 1)]).await;
    let passed = Passed {
        frames: 3,
        bytes: 36,
        events: 3,
        keepalives: 0,
    };
    assert_eq!(expect::passed(&scrape), passed);
    let types = expect::by(&scrape, expect::EVENTS, "event_type");
    assert_eq!(
        types,
        [("b".to_owned(), 1), ("message".to_owned(), 2)].into()
    );
    for (histogram, count) in [
        (expect::FIRST_BYTE, 1),
        (expect::FIRST_EVENT, 1),
        (expect::GAP, 2),
        (expect::SIZE, 3),
    ] {
        assert_eq!(scrape.count(histogram, &[]), count, "{histogram}");
    }
    for counter in [
        expect::WITHOUT_EVENTS,
        expect::WRITE_ERRORS,
        expect::RECONNECTS,
    ] {
        assert_eq!(expect::total(&scrape, counter, &[]), 0, "{counter}");
    }
    assert_eq!(
        scrape.values(expect::STARTED, "http_route"),
        ["/stream/{case}"]
    );
    client.leave().await;
    let recorder = rig.recorder.clone();
    rig.stop().await;
    assert_eq!(
        expect::total(&recorder.scrape(), expect::UNDELIVERED, &[]),
        0
    );
}

async fn a_body_that_is_whole_from_the_start(framework: Framework, protocol: Protocol) {
    let rig = Setup::of(framework).streaming(|| text("data: 1\n\ndata: 2\n\n"));
    let rig = rig.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    assert_eq!(
        client
            .fetch(get("/stream/a"))
            .await
            .expect("an answer")
            .body
            .len(),
        18
    );
    let scrape = rig.closes(&[("completed", 1)]).await;
    let passed = Passed {
        frames: 1,
        bytes: 18,
        events: 2,
        keepalives: 0,
    };
    assert_eq!(expect::passed(&scrape), passed);
    client.leave().await;
    rig.stop().await;
}

async fn a_stream_of_nothing(framework: Framework, protocol: Protocol) {
    let rig = Setup::of(framework).streaming(|| text("")).start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    assert_eq!(
        client
            .fetch(get("/stream/a"))
            .await
            .expect("an answer")
            .body
            .len(),
        0
    );
    let scrape = rig.closes(&[("completed", 1)]).await;
    assert_eq!(expect::passed(&scrape), Passed::default());
    let without = expect::by(&scrape, expect::WITHOUT_EVENTS, "close_reason");
    assert_eq!(without, [("completed".to_owned(), 1)].into());
    assert_eq!(scrape.count(expect::FIRST_BYTE, &[]), 0);
    client.leave().await;
    rig.stop().await;
}

async fn what_has_no_body_is_no_stream(framework: Framework, protocol: Protocol) {
    let setup = Setup::of(framework).answering(async |request| {
        let mut response = event_stream(text("data: 1\n\n"));
        if request.uri().path() == "/stream/204" {
            *response.body_mut() = text("");
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        response
    });
    let rig = setup.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    client.fetch(get("/stream/204")).await.expect("an answer");
    // On HTTP/2 plain hyper sends the body of a HEAD, which the client does not like.
    let _ = client.fetch(request("HEAD", "/stream/a")).await;
    let scrape = rig.recorder.ended(2).await;
    assert_eq!(expect::closed(&scrape), 0);
    assert_eq!(expect::total(&scrape, expect::STARTED, &[]), 0);
    assert_eq!(expect::passed(&scrape), Passed::default());
    client.leave().await;
    rig.stop().await;
}

fn declaring(length: &'static str, body: AnyBody) -> Response<AnyBody> {
    let mut response = event_stream(body);
    let length = http::HeaderValue::from_static(length);
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}

const FORTY: &str = "data: thirty-two bytes are enough.   \n\n\n";

#[tokio::test]
async fn a_declared_length_that_is_reached_is_the_end_over_http1() {
    for framework in [Framework::Hyper, Framework::Axum] {
        let setup = Setup::of(framework).answering(async |_| {
            let steps = [Step::data(FORTY), Step::data(FORTY), Step::Hang];
            declaring("80", Script::new(steps).any())
        });
        let rig = setup.start().await;
        let mut client = Client::connect(rig.address(), Protocol::Http1).await;
        client.fetch(get("/stream/a")).await.expect("an answer");
        let scrape = rig.closes(&[("completed", 1)]).await;
        assert_eq!(expect::passed(&scrape).bytes, 80);
        client.leave().await;
        rig.stop().await;
    }
}

async fn a_declared_length_that_is_not_reached(framework: Framework, protocol: Protocol) {
    let (sender, mut connections) = tokio::sync::mpsc::unbounded_channel();
    let setup = Setup::of(framework).answering(move |request| {
        let connection = request.extensions().get::<bartizan::conn::ConnHandle>();
        let _ = sender.send(connection.cloned());
        async { declaring("100", Script::new([Step::data(FORTY)]).silent().any()) }
    });
    let rig = setup.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    assert!(client.fetch(get("/stream/a")).await.is_err());
    let scrape = rig.closes(&[("length_mismatch", 1)]).await;
    assert_eq!(expect::passed(&scrape).bytes, 40);
    client.leave().await;
    rig.stop().await;
    let connection = connections.recv().await.flatten();
    let connection = connection.expect("an observed connection");
    if protocol == Protocol::Http1 {
        assert_eq!(connection.bytes_written(), 0);
    }
}

async fn trailers(framework: Framework, protocol: Protocol) {
    let steps = [Step::data("data: 1\n\n"), Step::trailer("x-done")];
    let rig = Setup::of(framework).streaming(move || Script::new(steps.clone()).silent().any());
    let rig = rig.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    client.fetch(get("/stream/a")).await.expect("an answer");
    let scrape = rig.closes(&[("completed", 1)]).await;
    assert_eq!(expect::passed(&scrape).frames, 1);
    client.leave().await;
    rig.stop().await;
}

async fn a_body_that_fails(framework: Framework, protocol: Protocol) {
    for guard in [false, true] {
        let setup = Setup {
            guard,
            ..Setup::of(framework)
        };
        let mut rig = setup.start().await;
        let open = open(&mut rig, protocol).await;
        open.exchange.does(Step::Fail);
        assert!(!reads_to_the_end(open.body).await);
        rig.closes(&[("body_error", 1)]).await;
        open.client.leave().await;
        rig.stop().await;
    }
}

/// The client leaves because of the failure; the failure was first.
async fn a_body_that_fails_after_the_client_has_it_all(framework: Framework, protocol: Protocol) {
    let rig = Setup::of(framework).streaming(|| {
        let steps = [Step::data("data: [DONE]\n\n"), Step::Pend, Step::Fail];
        Script::new(steps).length(Length::Unknown).any()
    });
    let rig = rig.start().await;
    for _ in 0..crate::rounds() {
        let mut client = Client::connect(rig.address(), protocol).await;
        if let Ok(mut response) = client.send(get("/stream/a")).await {
            let _ = response.body_mut().frame().await;
        }
        client.leave().await;
    }
    let scrape = rig.closed(crate::rounds()).await;
    // On HTTP/2 the client may be faster.
    let left = scrape.count(expect::DURATION, &[("close_reason", "client_disconnect")]);
    let failed = scrape.count(expect::DURATION, &[("close_reason", "body_error")]);
    let reasons = [("body_error", failed), ("client_disconnect", left)];
    expect::reasons(&scrape, &reasons);
    assert_eq!(expect::total(&scrape, expect::ERRORS, &[]), failed);
    rig.stop().await;
}

async fn a_body_that_panics(framework: Framework, protocol: Protocol) {
    for guard in [false, true] {
        let setup = Setup {
            guard,
            ..Setup::of(framework)
        };
        let mut rig = setup.start().await;
        let open = open(&mut rig, protocol).await;
        open.exchange.does(Step::Panic);
        assert!(!reads_to_the_end(open.body).await);
        rig.closes(&[("panic", 1)]).await;
        open.client.leave().await;
        rig.stop().await;
    }
}

async fn a_time_out_inside(framework: Framework, protocol: Protocol) {
    let rig = Setup::of(framework).streaming(|| {
        let late = std::future::pending::<()>();
        let late = tokio::time::timeout(Duration::from_millis(5), late);
        let first = stream::iter([Ok(Frame::data("data: 1\n\n".into()))]);
        let frames = first.chain(stream::once(async {
            let elapsed = late.await.expect_err("it is never ready");
            Err(elapsed.into())
        }));
        StreamBody::new(frames).boxed_unsync()
    });
    let rig = rig.start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    assert!(client.fetch(get("/stream/a")).await.is_err());
    rig.closes(&[("timeout", 1)]).await;
    client.leave().await;
    rig.stop().await;
}

async fn two_layers_of_stream_metrics_are_one(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        between: Between::Again,
        ..Setup::of(framework)
    };
    let mut rig = setup.start().await;
    let open = open(&mut rig, protocol).await;
    open.exchange.sends("data: 2\n\n");
    open.exchange.ends();
    assert!(reads_to_the_end(open.body).await);
    let scrape = rig.closes(&[("completed", 1)]).await;
    let passed = expect::passed(&scrape);
    assert_eq!((passed.frames, passed.events), (2, 2));
    assert_eq!(scrape.ended(), 1);
    open.client.leave().await;
    rig.stop().await;
}
