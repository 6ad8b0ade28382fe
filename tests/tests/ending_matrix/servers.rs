//! What befalls a whole connection or a whole server.

use std::{convert::Infallible, future::pending, time::Duration};

use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, get, text},
    recorder::{ACTIVE, DURATION, Recorder},
    script::ticks,
    server::Server,
    wait::eventually,
};
use futures_util::future::join_all;
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::runtime::Runtime;
use tower::{Layer, service_fn};

/// Answers by the path: `/hang` not at all, `/ticks` for ever, anything else at once.
async fn serve<B>(request: Request<B>) -> Result<Response<AnyBody>, Infallible> {
    Ok(Response::new(match request.uri().path() {
        "/hang" => pending().await,
        "/ticks" => ticks("tick", Duration::from_millis(5)),
        _ => text("hello"),
    }))
}

const DROPPED: &[(&str, &str)] = &[("error_type", "dropped")];
const CANCELLED: &[(&str, &str)] = &[("error_type", "cancelled_before_response")];

#[tokio::test]
async fn exchanges_that_share_a_connection_are_recorded_one_by_one() {
    for protocol in Protocol::BOTH {
        let recorder = Recorder::new();
        let server = Server::hyper(recorder.layer().layer(service_fn(serve))).await;
        let mut client = Client::connect(server.address(), protocol).await;
        for exchange in 1..=20 {
            assert_eq!(client.fetch(get("/hello")).await.unwrap().body, "hello");
            recorder.ended(exchange).await;
        }
        client.leave().await;
        server.stop().await;
        assert_eq!(recorder.scrape().ended(), 20);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_ends_all_its_streams() {
    let recorder = Recorder::new();
    let server = Server::hyper(recorder.layer().layer(service_fn(serve))).await;
    let mut client = Client::connect(server.address(), Protocol::Http2).await;
    let mut streams = Vec::new();
    for _ in 0..30 {
        let mut body = client.send(get("/ticks")).await.unwrap().into_body();
        body.frame().await.unwrap().unwrap();
        streams.push(body);
    }
    recorder.under_way(30).await;
    client.leave().await;
    let scrape = recorder.ended(30).await;
    assert_eq!(scrape.count(DURATION, DROPPED), 30);
    server.stop().await;
}

#[test]
fn a_runtime_that_is_shut_down_ends_everything() {
    for protocol in Protocol::BOTH {
        let recorder = Recorder::new();
        let clients = Runtime::new().unwrap();
        let servers = Runtime::new().unwrap();
        let service = recorder.layer().layer(service_fn(serve));
        let server = servers.block_on(Server::hyper(service));
        let address = server.address();
        clients.block_on(async {
            let connect = || Client::connect(address, protocol);
            for mut client in join_all((0..5).map(|_| connect())).await {
                tokio::spawn(async move { client.fetch(get("/hang")).await });
            }
            for mut client in join_all((0..5).map(|_| connect())).await {
                tokio::spawn(async move { client.fetch(get("/ticks")).await });
            }
            recorder.under_way(10).await;
            let seen = || {
                recorder
                    .scrape()
                    .value(ACTIVE, &[])
                    .filter(|active| *active == 10.0)
            };
            eventually(seen, || recorder.text()).await;
        });
        servers.shutdown_timeout(Duration::from_secs(20));
        let scrape = recorder.scrape();
        assert_eq!(scrape.ended(), 10);
        assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));
        // A tick that was not read yet may be an exchange whose head is not out.
        assert_eq!(
            scrape.count(DURATION, CANCELLED) + scrape.count(DURATION, DROPPED),
            10
        );
        assert!(scrape.count(DURATION, CANCELLED) >= 5);
        drop(server);
    }
}

#[tokio::test]
async fn a_graceful_shutdown_waits_for_a_stream_and_changes_no_record() {
    for protocol in Protocol::BOTH {
        let recorder = Recorder::new();
        let server = Server::hyper(recorder.layer().layer(service_fn(serve))).await;
        let mut client = Client::connect(server.address(), protocol).await;
        let mut body = client.send(get("/ticks")).await.unwrap().into_body();
        body.frame().await.unwrap().unwrap();
        let stop = tokio::spawn(server.stop());
        for _ in 0..3 {
            body.frame().await.unwrap().unwrap();
        }
        assert_eq!(recorder.scrape().value(ACTIVE, &[]), Some(1.0));
        drop(body);
        client.leave().await;
        stop.await.unwrap();
        assert_eq!(recorder.ended(1).await.count(DURATION, DROPPED), 1);
    }
}
