//! Spans as Zipkin takes them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::rig::{Demo, Scratch, until};

/// What arrived.
type Spans = Arc<Mutex<Vec<Value>>>;

#[tokio::test(flavor = "multi_thread")]
async fn spans_arrive_at_zipkin() {
    let spans = Spans::default();
    let app = Router::new()
        .route("/api/v2/spans", post(take))
        .with_state(Arc::clone(&spans));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await;
    let listener = listener.expect("the loopback is there");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(axum::serve(listener, app).into_future());

    let scratch = Scratch::new("zipkin");
    let config = format!(
        "resource:\n  service_name: shop\nlogging:\n  output: stderr\nmetrics:\n  listen: 127.0.0.1:0\ntracing:\n  \
         exporter: zipkin\n  endpoint: http://{address}/api/v2/spans\n  ratio: 1.0\n  batch:\n    delay: 200ms\n"
    );
    let _demo = Demo::start(&scratch, &config).await;
    let span = until("a span of a request", Duration::from_secs(20), async || {
        let spans = spans.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |span: &&Value| {
            span["name"] == "get /api/users/{id}" || span["name"] == "GET /api/users/{id}"
        };
        let found = spans.iter().find(wanted);
        found
            .cloned()
            .ok_or_else(|| format!("{} other spans", spans.len()))
    })
    .await;
    assert_eq!(span["kind"], "SERVER", "{span}");
    assert_eq!(span["localEndpoint"]["serviceName"], "shop", "{span}");
    assert_eq!(span["tags"]["http.response.status_code"], "200", "{span}");
    let digits = |field: &str| span[field].as_str().map_or(0, str::len);
    assert_eq!((digits("traceId"), digits("id")), (32, 16), "{span}");
    assert!(
        span["timestamp"].is_u64() && span["duration"].is_u64(),
        "{span}"
    );
}

async fn take(State(spans): State<Spans>, Json(batch): Json<Vec<Value>>) -> StatusCode {
    spans
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend(batch);
    StatusCode::ACCEPTED
}
