//! Connections that are handed over: the exchange ends at the head, whatever the connection does then.

use std::convert::Infallible;

use axum::{Router, routing::get};
use bartizan::route::RouteSources;
use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, request, text},
    recorder::{ACTIVE, DURATION, RESPONSE_SIZE, Recorder},
    scrape::labels,
    script::Script,
    server::Server,
};
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{CONNECTION, UPGRADE},
};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{Layer, service_fn};

/// Hands the connection over to an echo.
async fn hand_over<B>(mut request: Request<B>) -> Result<Response<AnyBody>, Infallible> {
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async {
        let io = TokioIo::new(upgrade.await.expect("a client that asked for it"));
        let (mut reader, mut writer) = tokio::io::split(io);
        let _ = tokio::io::copy(&mut reader, &mut writer).await;
    });
    // A body that does not tell its end, and is never polled for it.
    let mut response = Response::new(Script::default().silent().any());
    if request.method() != Method::CONNECT {
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("echo"));
    }
    Ok(response)
}

/// Speaks over a connection that was handed over, and checks the record meanwhile and afterwards.
async fn check(
    server: Server,
    recorder: Recorder,
    protocol: Protocol,
    request: Request<AnyBody>,
    wanted: &[(&str, &str)],
) {
    let mut client = Client::connect(server.address(), protocol).await;
    let response = client.send(request).await.expect("a head");
    let upgraded = hyper::upgrade::on(response).await.expect("a connection");
    let mut io = TokioIo::new(upgraded);
    let assert = || {
        let scrape = recorder.scrape();
        assert_eq!(scrape.label_sets(DURATION), [labels(wanted)].into());
        assert_eq!(scrape.ended(), 1);
        assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));
        assert_eq!(scrape.count(RESPONSE_SIZE, &[]), 0);
    };
    for _ in 0..2 {
        io.write_all(b"hello").await.expect("an open connection");
        let mut echo = [0; 5];
        io.read_exact(&mut echo).await.expect("an echo");
        assert_eq!(&echo, b"hello");
        assert();
    }
    drop(io);
    client.leave().await;
    server.stop().await;
    assert();
}

const UPGRADED: &[(&str, &str)] = &[
    ("http_request_method", "GET"),
    ("http_route", "/echo"),
    ("http_response_status_code", "101"),
    ("url_scheme", "http"),
];

fn upgrade() -> Request<AnyBody> {
    let mut request = request("GET", "/echo");
    request
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("upgrade"));
    request
        .headers_mut()
        .insert(UPGRADE, HeaderValue::from_static("echo"));
    request
}

async fn hyper(recorder: &Recorder) -> Server {
    let routes = RouteSources::new().table(["/echo"]).expect("a table");
    Server::hyper(recorder.layer().routes(routes).layer(service_fn(hand_over))).await
}

#[tokio::test]
async fn hyper_switches_protocols() {
    let recorder = Recorder::new();
    let server = hyper(&recorder).await;
    check(server, recorder, Protocol::Http1, upgrade(), UPGRADED).await;
}

#[tokio::test]
async fn axum_switches_protocols() {
    let recorder = Recorder::new();
    let handler = |request: axum::extract::Request| hand_over(request);
    let router = Router::new()
        .route("/echo", get(handler))
        .layer(recorder.layer());
    let server = Server::axum(router).await;
    check(server, recorder, Protocol::Http1, upgrade(), UPGRADED).await;
}

const TUNNELLED: &[(&str, &str)] = &[
    ("http_request_method", "CONNECT"),
    ("http_route", "{unmatched}"),
    ("http_response_status_code", "200"),
    ("url_scheme", "http"),
];

fn tunnel() -> Request<AnyBody> {
    let mut request = request("CONNECT", "/");
    *request.uri_mut() = "elsewhere.test:443".parse().expect("an authority");
    request
}

#[tokio::test]
async fn hyper_grants_a_tunnel_over_http1() {
    let recorder = Recorder::new();
    let server = hyper(&recorder).await;
    check(server, recorder, Protocol::Http1, tunnel(), TUNNELLED).await;
}

#[tokio::test]
async fn hyper_grants_a_tunnel_over_http2() {
    let recorder = Recorder::new();
    let server = hyper(&recorder).await;
    check(server, recorder, Protocol::Http2, tunnel(), TUNNELLED).await;
}

#[tokio::test]
async fn a_tunnel_that_is_refused_is_a_response_like_any_other() {
    let refuse = async |_: Request<_>| {
        let mut response = Response::new(text("no"));
        *response.status_mut() = StatusCode::FORBIDDEN;
        Ok::<_, Infallible>(response)
    };
    for protocol in Protocol::BOTH {
        let recorder = Recorder::new();
        let server = Server::hyper(recorder.layer().layer(service_fn(refuse))).await;
        let mut client = Client::connect(server.address(), protocol).await;
        let _ = client.fetch(tunnel()).await;
        let scrape = recorder.ended(1).await;
        assert_eq!(
            scrape.count(DURATION, &[("http_response_status_code", "403")]),
            1
        );
        assert_eq!(scrape.sum(RESPONSE_SIZE, &[]), 2.0);
        client.leave().await;
        server.stop().await;
    }
}
