//! Servers that shut down, or let go of their connections.

use std::time::Duration;

use bartizan::conn::Detail;
use bartizan_tests::{
    Protocol,
    client::{Client, get},
    recorder::Recorder,
};
use http_body_util::BodyExt;
use tokio::{
    runtime::Runtime,
    time::{Instant, timeout},
};

use crate::{
    everywhere, expect,
    line::Line,
    open, reads,
    rig::{Between, Framework, Setup},
};

const BYE: &str = "event: shutdown\ndata: bye\n\n";

everywhere! {
    a_drain_ends_streams_with_a_last_event,
    a_drain_ends_streams_without_a_word,
    a_drain_waits_for_the_rest_of_an_event,
    a_drain_within_a_compression,
    a_graceful_shutdown_waits_for_the_client,
    a_stream_that_begins_in_a_drain,
    a_client_that_leaves_in_a_drain,
}

fn draining(framework: Framework) -> Setup {
    Setup {
        ends: Some(Some(BYE)),
        ..Setup::guarded(framework)
    }
}

async fn a_drain_ends_streams_with_a_last_event(framework: Framework, protocol: Protocol) {
    let mut rig = draining(framework).start().await;
    let mut opens = Vec::new();
    for _ in 0..5 {
        opens.push(open(&mut rig, protocol).await);
    }
    rig.drain.fire();
    let watch = rig.watch.clone();
    let asked = Instant::now();
    let stop = tokio::spawn(rig.stop());
    for open in opens {
        let whole = open.body.collect().await.expect("a whole body").to_bytes();
        assert_eq!(whole, BYE);
    }
    stop.await.expect("a server that stops");
    assert!(asked.elapsed() < Duration::from_secs(10));
    let scrape = watch.closes(&[("server_shutdown", 5)]).await;
    let types = expect::by(&scrape, expect::EVENTS, "event_type");
    assert_eq!(
        types,
        [("message".to_owned(), 5), ("shutdown".to_owned(), 5)].into()
    );
    assert!(
        scrape
            .value("server_drain_start_time_seconds", &[])
            .expect("a series")
            > 1e9
    );
}

async fn a_drain_ends_streams_without_a_word(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        ends: Some(None),
        guard: false,
        ..draining(framework)
    };
    let mut rig = setup.start().await;
    let open = open(&mut rig, protocol).await;
    rig.drain.fire();
    assert_eq!(
        open.body.collect().await.expect("a whole body").to_bytes(),
        ""
    );
    let scrape = rig.closes(&[("server_shutdown", 1)]).await;
    assert_eq!(expect::passed(&scrape).frames, 1);
    open.client.leave().await;
    rig.stop().await;
}

async fn a_drain_waits_for_the_rest_of_an_event(framework: Framework, protocol: Protocol) {
    let mut rig = draining(framework).start().await;
    let mut open = open(&mut rig, protocol).await;
    open.exchange.sends("data: ha");
    reads(&mut open.body, "data: ha").await;
    open.exchange.sends("lf\n\n");
    rig.drain.fire();
    let rest = open.body.collect().await.expect("a whole body").to_bytes();
    assert_eq!(rest, format!("lf\n\n{BYE}"));
    let scrape = rig.closes(&[("server_shutdown", 1)]).await;
    assert_eq!(expect::passed(&scrape).events, 3);
    open.client.leave().await;
    rig.stop().await;
}

async fn a_drain_within_a_compression(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        between: Between::Gzip,
        ..draining(framework)
    };
    let mut rig = setup.start().await;
    let (_line, mut client) = Line::client(rig.address(), protocol).await;
    let mut request = get("/stream/a");
    let gzip = http::HeaderValue::from_static("gzip");
    request.headers_mut().insert("accept-encoding", gzip);
    let (response, exchange) = tokio::join!(client.send(request), async {
        let exchange = rig.opened().await;
        exchange.sends("data: first\n\n");
        exchange
    });
    let response = response.expect("a head");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    rig.active(1).await;
    rig.drain.fire();
    assert!(response.into_body().collect().await.is_ok());
    exchange.let_go().await;
    rig.closes(&[("server_shutdown", 1)]).await;
    client.leave().await;
    rig.stop().await;
}

/// Without a layer that ends it, a stream goes on.
async fn a_graceful_shutdown_waits_for_the_client(framework: Framework, protocol: Protocol) {
    let mut rig = Setup::guarded(framework).start().await;
    let mut open = open(&mut rig, protocol).await;
    rig.drain.fire();
    let watch = rig.watch.clone();
    let stop = tokio::spawn(rig.stop());
    for _ in 0..3 {
        open.exchange.sends("data: on\n\n");
        reads(&mut open.body, "data: on\n\n").await;
    }
    assert_eq!(expect::active(&watch.recorder.scrape()), 1.0);
    open.line.close();
    stop.await.expect("a server that stops");
    watch.closes(&[("client_disconnect", 1)]).await;
    assert_eq!(open.exchange.connection().cause(), Some(Detail::Fin));
}

async fn a_stream_that_begins_in_a_drain(framework: Framework, protocol: Protocol) {
    let rig = draining(framework).start().await;
    let mut client = Client::connect(rig.address(), protocol).await;
    rig.drain.fire();
    let answer = client.fetch(get("/stream/a")).await.expect("an answer");
    assert_eq!(answer.body, BYE);
    rig.closes(&[("server_shutdown", 1)]).await;
    client.leave().await;
    rig.stop().await;
}

async fn a_client_that_leaves_in_a_drain(framework: Framework, protocol: Protocol) {
    let mut rig = draining(framework).start().await;
    let mut open = open(&mut rig, protocol).await;
    // In the middle of an event, the stream waits for the rest.
    open.exchange.sends("data: ha");
    reads(&mut open.body, "data: ha").await;
    open.line.close();
    open.exchange.let_go().await;
    rig.drain.fire();
    rig.closes(&[("client_disconnect", 1)]).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_its_task_lets_go_of() {
    for guard in [false, true] {
        let setup = Setup {
            guard,
            ..Setup::of(Framework::Hyper)
        };
        let mut rig = setup.start().await;
        for protocol in Protocol::BOTH {
            let open = open(&mut rig, protocol).await;
            rig.abort();
            open.exchange.let_go().await;
            assert_eq!(open.exchange.connection().cause(), None);
            drop(open.body);
        }
        rig.closes(&[("server_closed", 2)]).await;
        rig.stop().await;
    }
}

#[test]
fn a_runtime_that_is_shut_down() {
    for framework in [Framework::Hyper, Framework::Axum] {
        for protocol in Protocol::BOTH {
            let recorder = Recorder::new();
            let (clients, servers) = (Runtime::new().unwrap(), Runtime::new().unwrap());
            let setup = Setup {
                recorder: Some(recorder.clone()),
                ..Setup::guarded(framework)
            };
            let mut rig = servers.block_on(setup.start());
            let open = clients.block_on(async {
                let mut opens = Vec::new();
                for _ in 0..10 {
                    opens.push(open(&mut rig, protocol).await);
                }
                opens
            });
            servers.shutdown_timeout(Duration::from_secs(20));
            let scrape = recorder.scrape();
            let closed = |reason| scrape.count(expect::DURATION, &[("close_reason", reason)]);
            let unknown = closed("unknown");
            assert!(protocol == Protocol::Http2 || unknown == 0, "{unknown}");
            expect::reasons(
                &scrape,
                &[("server_closed", 10 - unknown), ("unknown", unknown)],
            );
            drop(open);
        }
    }
}

/// The connections are let go of while the server drains.
#[tokio::test]
async fn a_connection_that_is_let_go_of_in_a_drain() {
    for protocol in Protocol::BOTH {
        let mut rig = Setup::guarded(Framework::Hyper).start().await;
        let open = open(&mut rig, protocol).await;
        rig.drain.fire();
        rig.abort();
        open.exchange.let_go().await;
        let scrape = rig.closes(&[("server_shutdown", 1)]).await;
        let closed = "server_connection_duration_seconds_count";
        let closed = expect::by(&scrape, closed, "close_reason");
        assert_eq!(closed, [("server_shutdown".to_owned(), 1)].into());
        rig.stop().await;
    }
}

/// A thousand at once, and no client that helps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_of_many_streams() {
    for framework in [Framework::Hyper, Framework::Axum] {
        let rig = draining(framework).start().await;
        let mut clients = Vec::new();
        let mut responses = Vec::new();
        for _ in 0..10 {
            let client = Client::connect(rig.address(), Protocol::Http2).await;
            for _ in 0..100 {
                responses.push(client.send_beside(get("/stream/a")).await.expect("a head"));
            }
            clients.push(client);
        }
        rig.active(1000).await;
        rig.drain.fire();
        rig.closes(&[("server_shutdown", 1000)]).await;
        timeout(Duration::from_secs(10), rig.stop()).await.unwrap();
        drop((clients, responses));
    }
}
