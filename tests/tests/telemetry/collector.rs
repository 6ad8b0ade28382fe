//! What reaches a collector at the end.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, Uri},
};
use bartizan_telemetry::Ended;
use bartizan_tests::{client::get, server::Server};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::rig::{Rig, telemetry};

/// Keeps what comes, by path.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<(String, Bytes)>>>);

// === impl Kept ===

impl Kept {
    async fn serve(&self) -> Server {
        Server::axum(Router::new().fallback(keep).with_state(self.clone())).await
    }

    fn last(&self, path: &str) -> Bytes {
        let kept = self.0.lock().expect("nobody panics");
        let last = kept.iter().rev().find(|(at, _)| at == path);
        last.map(|(_, body)| body.clone()).unwrap_or_default()
    }
}

async fn keep(State(kept): State<Kept>, uri: Uri, body: Bytes) -> StatusCode {
    let mut kept = kept.0.lock().expect("nobody panics");
    kept.push((uri.path().to_owned(), body));
    StatusCode::OK
}

#[tokio::test]
async fn the_last_closes_are_in_the_last_push() {
    let kept = Kept::default();
    let collector = kept.serve().await;
    let address = collector.address();
    let rig = Rig::start(telemetry(&format!(
        "
resource: {{ service_name: shop }}
metrics:
  listen: null
  otlp: {{ enabled: true, protocol: http, endpoint: 'http://{address}/v1/metrics', interval: 1h }}
tracing:
  exporter: zipkin
  endpoint: 'http://{address}/api/v2/spans'
  sampler: always_on
  batch: {{ delay: 1h }}
"
    )))
    .await;
    let mut client = rig.client().await;
    let response = client.send(get("/events")).await.expect("a stream");
    let mut body = response.into_body();
    body.frame().await.expect("a frame").expect("no error");
    rig.telemetry.drain().fire();
    body.collect().await.expect("the stream ends whole");
    let telemetry = rig.ended().await;
    let report = telemetry.shutdown().await;
    assert_eq!(
        (&report.spans, &report.metrics),
        (&Ended::Done, &Ended::Done)
    );

    let spans: Value = serde_json::from_slice(&kept.last("/api/v2/spans")).expect("spans");
    assert_eq!(spans[0]["name"], "GET /events");
    assert_eq!(spans[0]["localEndpoint"]["serviceName"], "shop");
    let metrics = kept.last("/v1/metrics");
    for text in [
        "sse.stream.duration",
        "server_shutdown",
        "http.server.active_requests",
    ] {
        let is_there = metrics
            .windows(text.len())
            .any(|bytes| bytes == text.as_bytes());
        assert!(is_there, "{text} was not pushed");
    }
    // It is for the page: what is pushed carries the resource by itself.
    assert!(!metrics.windows(11).any(|bytes| bytes == b"target_info"));
}
