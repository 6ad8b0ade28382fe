//! The page of metrics: who may ask for it, how, and what else is there.

use std::io::Read;

use axum::Router;
use bartizan_tests::{
    Protocol,
    client::{Client, get, request},
    scrape::Scrape,
    server::Server,
};
use flate2::read::GzDecoder;
use http::{
    HeaderValue,
    header::{ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};

use crate::rig::{listening, page_of, telemetry};

#[tokio::test]
async fn it_is_for_those_who_get_it() {
    let telemetry = listening("");
    for protocol in Protocol::BOTH {
        let mut client = Client::connect(page_of(&telemetry), protocol).await;
        for (method, path, status) in [
            ("GET", "/metrics", 200),
            ("GET", "/metrics?format=text", 200),
            ("HEAD", "/metrics", 200),
            ("GET", "/healthz", 200),
            ("GET", "/readyz", 200),
            ("HEAD", "/healthz", 200),
            ("POST", "/metrics", 405),
            ("DELETE", "/healthz", 405),
            ("GET", "/metrics/", 404),
            ("GET", "/", 404),
            ("POST", "/other", 404),
        ] {
            let answer = client
                .fetch(request(method, path))
                .await
                .expect("an answer");
            assert_eq!(answer.head.status, status, "{method} {path}");
            let allowed = answer.head.headers.get(ALLOW).map(HeaderValue::as_bytes);
            assert_eq!(allowed, (status == 405).then_some(&b"GET, HEAD"[..]));
            assert_eq!(answer.body.is_empty(), method == "HEAD");
        }
        let page = client.fetch(get("/metrics")).await.expect("a page");
        assert_eq!(
            page.head.headers[CONTENT_TYPE],
            "text/plain; version=0.0.4; charset=utf-8"
        );
        let head = client
            .fetch(request("HEAD", "/metrics"))
            .await
            .expect("a head");
        let length: usize = head.head.headers[CONTENT_LENGTH]
            .to_str()
            .ok()
            .and_then(|length| length.parse().ok())
            .expect("a length");
        // Figures of the process have more digits at one time than at another.
        assert!(length.abs_diff(page.body.len()) < 50, "{length}");
    }
}

#[tokio::test]
async fn it_is_compressed_for_those_who_take_that() {
    let telemetry = listening("");
    let mut client = Client::connect(page_of(&telemetry), Protocol::Http1).await;
    let mut asked = get("/metrics");
    let gzip = HeaderValue::from_static("gzip;q=1.0, identity");
    asked.headers_mut().insert(ACCEPT_ENCODING, gzip);
    let zipped = client.fetch(asked).await.expect("a page");
    assert_eq!(zipped.head.headers[CONTENT_ENCODING], "gzip");
    let mut text = String::new();
    let mut decoder = GzDecoder::new(&zipped.body[..]);
    decoder.read_to_string(&mut text).expect("it is whole");
    let scrape = Scrape::parse(&text).expect("a page");
    assert_eq!(
        scrape.value("bartizan_exporter_up", &[("signal", "scrape")]),
        Some(1.0)
    );
    assert!(zipped.body.len() * 2 < text.len());
}

#[tokio::test]
async fn it_is_mounted_where_the_service_wants_it() {
    let telemetry = telemetry("metrics: { listen: null, path: /internal/metrics }");
    assert_eq!(telemetry.metrics_address(), None);
    let routed = Router::new().route_service("/internal/metrics", telemetry.metrics_service());
    let whole = Router::new().fallback_service(telemetry.metrics_service());
    for (app, health) in [(routed, 404), (whole, 200)] {
        let server = Server::axum(app).await;
        let mut client = Client::connect(server.address(), Protocol::Http1).await;
        let page = client
            .fetch(get("/internal/metrics"))
            .await
            .expect("a page");
        let text = std::str::from_utf8(&page.body).expect("a page is text");
        let scrape = Scrape::parse(text).expect("a page");
        assert_eq!(
            scrape.value("bartizan_exporter_up", &[("signal", "scrape")]),
            None
        );
        let healthz = client.fetch(get("/healthz")).await.expect("an answer");
        assert_eq!(healthz.head.status, health);
        client.leave().await;
        server.stop().await;
    }
    let server = Server::hyper(telemetry.metrics_service()).await;
    let mut client = Client::connect(server.address(), Protocol::Http2).await;
    let page = client
        .fetch(get("/internal/metrics"))
        .await
        .expect("a page");
    assert_eq!(page.head.status, 200);
}

#[tokio::test]
async fn it_is_there_when_the_telemetry_is_gone_and_the_service_is_not() {
    let telemetry = telemetry("metrics: { listen: null }");
    let app = Router::new().fallback_service(telemetry.metrics_service());
    let server = Server::axum(app).await;
    drop(telemetry);
    let page = crate::rig::scrape(server.address()).await;
    assert_eq!(page.value("server_connections_active", &[]), Some(0.0));
}

#[tokio::test]
async fn it_is_ready_until_the_drain_and_alive_until_the_end() {
    let telemetry = listening("");
    let page = page_of(&telemetry);
    telemetry.drain().fire();
    for (path, status) in [("/readyz", 503), ("/healthz", 200), ("/metrics", 200)] {
        assert_eq!(
            crate::rig::fetch(page, path).await.head.status,
            status,
            "{path}"
        );
    }
}
