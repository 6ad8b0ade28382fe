//! Clients that leave, and connections that are taken from them.

use std::sync::Arc;

use bartizan::conn::{ConnHandle, Detail};
use bartizan_tests::{
    Protocol,
    client::{Client, get},
    recorder::DURATION as HTTP_DURATION,
    script::Script,
    wait::eventually,
};
use bytes::Bytes;
use futures_util::{future::join_all, stream::repeat_with};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use socket2::SockRef;
use tokio::sync::{
    Notify,
    mpsc::{UnboundedReceiver, unbounded_channel},
};

use crate::{
    everywhere, expect,
    line::{Line, Raw},
    open,
    rig::{Between, Framework, Setup, event_stream},
    rounds,
};

everywhere! {
    a_client_that_closes_while_the_stream_is_idle,
    a_client_that_closes_on_an_unobserved_connection,
    a_client_that_leaves_before_the_head,
    a_client_that_resets_while_the_stream_is_idle,
    a_client_that_resets_in_a_flood,
    a_client_that_never_reads_and_resets,
    a_future_that_a_layer_lets_go_of;
    http1: ;
    http2: a_client_that_says_goodbye, a_client_that_says_goodbye_in_a_drain,
        a_reset_stream_before_the_head;
}

async fn a_client_that_closes_while_the_stream_is_idle(framework: Framework, protocol: Protocol) {
    for guard in [false, true] {
        let setup = Setup {
            guard,
            ..Setup::of(framework)
        };
        let mut rig = setup.start().await;
        for round in 1..=rounds() {
            let open = open(&mut rig, protocol).await;
            open.line.close();
            open.exchange.let_go().await;
            let scrape = rig.closes(&[("client_disconnect", round)]).await;
            assert_eq!(open.exchange.connection().cause(), Some(Detail::Fin));
            assert_eq!(
                expect::by(&scrape, expect::WRITE_ERRORS, "error_type"),
                [].into()
            );
        }
        rig.stop().await;
    }
}

async fn a_client_that_resets_while_the_stream_is_idle(framework: Framework, protocol: Protocol) {
    let mut rig = Setup::of(framework).start().await;
    for round in 1..=rounds() {
        let open = open(&mut rig, protocol).await;
        open.line.reset();
        open.exchange.let_go().await;
        let scrape = rig.closes(&[("client_disconnect", round)]).await;
        assert_eq!(open.exchange.connection().cause(), Some(Detail::Reset));
        assert_eq!(
            expect::by(&scrape, expect::WRITE_ERRORS, "error_type"),
            [].into()
        );
    }
    rig.stop().await;
}

/// It resets the stream and announces that it goes, all at once.
async fn a_client_that_says_goodbye(framework: Framework, protocol: Protocol) {
    let mut rig = Setup::guarded(framework).start().await;
    for round in 1..=rounds() {
        let open = open(&mut rig, protocol).await;
        drop(open.line);
        open.client.leave().await;
        drop(open.body);
        rig.closes(&[("client_disconnect", round)]).await;
    }
    rig.stop().await;
}

async fn a_client_that_says_goodbye_in_a_drain(framework: Framework, protocol: Protocol) {
    for _ in 0..rounds() {
        let mut rig = Setup::guarded(framework).start().await;
        let open = open(&mut rig, protocol).await;
        rig.drain.fire();
        let watch = rig.watch.clone();
        let stop = tokio::spawn(rig.stop());
        drop(open.body);
        drop(open.line);
        open.client.leave().await;
        stop.await.expect("a server that stops");
        // The streams' own tasks may be behind.
        watch.closes(&[("client_disconnect", 1)]).await;
    }
}

/// Streams that always have more, and the connections that they are on.
///
/// Events are large: of small ones that nobody reads, a client of HTTP/2 has enough, and goes by itself.
fn flooding(framework: Framework) -> (Setup, UnboundedReceiver<ConnHandle>) {
    let (sender, connections) = unbounded_channel();
    let setup = Setup::of(framework).answering(move |request| {
        let connection = request.extensions().get::<ConnHandle>();
        let _ = sender.send(connection.expect("an observed connection").clone());
        let event = Bytes::from(format!("data: {}\n\n", "more and ".repeat(1000)));
        let frames = repeat_with(move || Ok(Frame::data(event.clone())));
        std::future::ready(event_stream(StreamBody::new(frames).boxed_unsync()))
    });
    (setup, connections)
}

async fn a_client_that_resets_in_a_flood(framework: Framework, protocol: Protocol) {
    let (setup, mut connections) = flooding(framework);
    let rig = setup.start().await;
    for round in 1..=rounds() {
        let (line, mut client) = Line::client(rig.address(), protocol).await;
        let mut body = client
            .send(get("/stream/a"))
            .await
            .expect("a head")
            .into_body();
        for _ in 0..20 {
            body.frame().await.expect("a frame").expect("no error");
        }
        line.reset();
        let scrape = rig.closes(&[("client_disconnect", round)]).await;
        let connection = connections.recv().await.expect("a connection");
        assert_eq!(connection.cause(), Some(Detail::Reset));
        let errors = expect::by(&scrape, expect::WRITE_ERRORS, "error_type");
        assert!(errors.values().sum::<u64>() <= round);
        let known = ["connection_reset", "broken_pipe"];
        assert!(
            errors.keys().all(|error| known.contains(&&**error)),
            "{errors:?}"
        );
    }
    rig.stop().await;
}

async fn a_client_that_never_reads_and_resets(framework: Framework, protocol: Protocol) {
    let (setup, mut connections) = flooding(framework);
    let rig = setup.start().await;
    let (line, mut client) = Line::client(rig.address(), protocol).await;
    let body = client
        .send(get("/stream/a"))
        .await
        .expect("a head")
        .into_body();
    // The flood stops where there is no more room.
    let mut before = 0;
    eventually(
        || {
            let scrape = rig.recorder.scrape();
            let now = expect::total(&scrape, expect::FRAMES, &[]);
            (now == std::mem::replace(&mut before, now) && now > 0).then_some(())
        },
        || rig.recorder.text(),
    )
    .await;
    line.reset();
    rig.closes(&[("client_disconnect", 1)]).await;
    let connection = connections.recv().await.expect("a connection");
    assert_eq!(connection.cause(), Some(Detail::Reset));
    drop(body);
    rig.stop().await;
}

async fn a_client_that_closes_on_an_unobserved_connection(
    framework: Framework,
    protocol: Protocol,
) {
    for guard in [false, true] {
        let setup = Setup {
            observed: false,
            guard,
            ..Setup::of(framework)
        };
        let mut rig = setup.start().await;
        for _ in 0..3 {
            let open = open(&mut rig, protocol).await;
            open.line.close();
        }
        let scrape = rig.closes(&[("dropped", 3)]).await;
        let passed = expect::passed(&scrape);
        assert_eq!((passed.frames, passed.events, passed.bytes), (3, 3, 39));
        rig.stop().await;
    }
}

async fn a_client_that_leaves_before_the_head(framework: Framework, protocol: Protocol) {
    let setup = Setup::of(framework).answering(|_| std::future::pending());
    let rig = setup.start().await;
    for _ in 0..rounds() {
        let (line, mut client) = Line::client(rig.address(), protocol).await;
        tokio::select! {
            head = client.send(get("/stream/a")) => panic!("nobody answers: {head:?}"),
            () = rig.recorder.under_way(1) => line.close(),
        }
        rig.recorder.under_way(0).await;
    }
    let scrape = rig.recorder.ended(rounds()).await;
    let left = scrape.count(HTTP_DURATION, &[("error_type", "client_disconnect")]);
    assert_eq!(left, rounds(), "{:?}", scrape.records());
    assert_eq!(expect::total(&scrape, expect::STARTED, &[]), 0);
    rig.stop().await;
}

async fn a_reset_stream_before_the_head(framework: Framework, protocol: Protocol) {
    let setup = Setup::of(framework).answering(|_| std::future::pending());
    let rig = setup.start().await;
    let client = Client::connect(rig.address(), protocol).await;
    tokio::select! {
        head = client.send_beside(get("/stream/a")) => panic!("nobody answers: {head:?}"),
        () = rig.recorder.under_way(1) => {}
    }
    let scrape = rig.recorder.ended(1).await;
    assert_eq!(scrape.records(), ["GET /stream/{case} client_disconnect"]);
    assert_eq!(expect::total(&scrape, expect::STARTED, &[]), 0);
    client.leave().await;
    rig.stop().await;
}

/// A race that is lost is no client who left.
async fn a_future_that_a_layer_lets_go_of(framework: Framework, protocol: Protocol) {
    let lost = Arc::new(Notify::new());
    let setup = Setup {
        between: Between::Race(Arc::clone(&lost)),
        ..Setup::of(framework)
    };
    let rig = setup.answering(|_| std::future::pending()).start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    let (answer, ()) = tokio::join!(client.fetch(get("/stream/a")), async {
        rig.recorder.under_way(1).await;
        lost.notify_one();
    });
    assert_eq!(answer.expect("an answer").body, "late");
    let scrape = rig.recorder.ended(1).await;
    assert_eq!(
        scrape.records(),
        ["GET /stream/{case} cancelled_before_response"]
    );
    client.leave().await;
    rig.stop().await;
}

#[tokio::test]
async fn a_client_that_closes_its_side_alone_over_http1() {
    for framework in [Framework::Hyper, Framework::Axum] {
        let mut rig = Setup::of(framework).start().await;
        let mut raw = Raw::get(rig.address()).await;
        let exchange = rig.opened().await;
        exchange.sends("data: first\n\n");
        raw.reads("data: first\n\n").await;
        SockRef::from(&raw.socket)
            .shutdown(std::net::Shutdown::Write)
            .unwrap();
        raw.reads_all().await;
        rig.closes(&[("client_disconnect", 1)]).await;
        assert_eq!(exchange.connection().cause(), Some(Detail::Fin));
        rig.stop().await;
    }
}

#[tokio::test]
async fn streams_that_are_reset_one_by_one() {
    for framework in [Framework::Hyper, Framework::Axum] {
        for guard in [false, true] {
            let setup = Setup {
                guard,
                ..Setup::of(framework)
            };
            let mut rig = setup.start().await;
            let client = Client::connect(rig.address(), Protocol::Http2).await;
            for round in 1..=rounds() {
                let response = client.send_beside(get("/stream/a")).await.expect("a head");
                let exchange = rig.opened().await;
                drop(response);
                exchange.let_go().await;
                rig.closes(&[("client_disconnect", round)]).await;
                assert_eq!(exchange.connection().cause(), None);
            }
            client.leave().await;
            rig.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_ends_its_fifty_streams() {
    for framework in [Framework::Hyper, Framework::Axum] {
        for reset in [false, true] {
            let mut rig = Setup::guarded(framework).start().await;
            let (line, client) = Line::client(rig.address(), Protocol::Http2).await;
            let opens = (0..50).map(|_| client.send_beside(get("/stream/a")));
            let streams: Vec<_> = join_all(opens).await;
            let mut exchanges = Vec::new();
            for _ in &streams {
                let exchange = rig.opened().await;
                exchange.sends("data: 1\n\n");
                exchanges.push(exchange);
            }
            rig.recorder
                .once(|scrape| expect::total(scrape, expect::EVENTS, &[]) == 50)
                .await;
            if reset {
                line.reset();
            } else {
                line.close();
            }
            rig.closes(&[("client_disconnect", 50)]).await;
            drop(streams);
            rig.stop().await;
        }
    }
}

/// Its body ends with the connection, which is closed in good order or not.
#[tokio::test]
async fn http_1_0() {
    for framework in [Framework::Hyper, Framework::Axum] {
        let mut rig = Setup::of(framework).start().await;
        for ends in [true, false] {
            let mut raw = Raw::send(rig.address(), "GET /stream/raw HTTP/1.0\r\n\r\n").await;
            let exchange = rig.opened().await;
            exchange.sends("data: 1\n\n");
            raw.reads("data: 1\n\n").await;
            if ends {
                exchange.ends();
                let all = raw.reads_all().await;
                assert!(all.ends_with(b"\r\n\r\ndata: 1\n\n"));
            } else {
                raw.reset();
            }
            exchange.let_go().await;
        }
        let scrape = rig
            .closes(&[("client_disconnect", 1), ("completed", 1)])
            .await;
        assert_eq!(expect::passed(&scrape).bytes, 18);
        rig.stop().await;
    }
}

/// The script's end is not reached: the client has to leave.
#[tokio::test]
async fn a_silent_stream_that_is_left() {
    use bartizan_tests::script::Step;
    for framework in [Framework::Hyper, Framework::Axum] {
        for protocol in Protocol::BOTH {
            let rig = Setup::of(framework).streaming(|| Script::new([Step::Hang]).any());
            let rig = rig.start().await;
            let (line, mut client) = Line::client(rig.address(), protocol).await;
            let body = client.send(get("/stream/a")).await.expect("a head");
            rig.active(1).await;
            line.close();
            let scrape = rig.closes(&[("client_disconnect", 1)]).await;
            let without = expect::by(&scrape, expect::WITHOUT_EVENTS, "close_reason");
            assert_eq!(without, [("client_disconnect".to_owned(), 1)].into());
            drop(body);
            rig.stop().await;
        }
    }
}
