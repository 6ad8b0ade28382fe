//! Event streams on a server whose connections are observed.

use std::{convert::Infallible, time::Duration};

use bartizan::{
    conn::{ConnHandle, Connections},
    observe::ObserveLayer,
    sse::Sse,
};
use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, get},
    script::ticks,
    server::Server,
};
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use opentelemetry::trace::Status;
use tower::{Layer, service_fn};

use crate::rig::Traces;

/// An event every five milliseconds.
async fn events(_: Request<Incoming>) -> Result<Response<AnyBody>, Infallible> {
    let mut response = Response::new(ticks("data: tick\n\n", Duration::from_millis(5)));
    let value = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(CONTENT_TYPE, value);
    Ok(response)
}

/// One connection, which is observed.
async fn serve(traces: Traces) -> Server {
    Server::start(move |listener, _| async move {
        let (io, _) = listener.accept().await.expect("a connection");
        let io = Connections::new().observe(io);
        let handle: ConnHandle = io.handle();
        let layer = ObserveLayer::new(traces.span())
            .with(Sse::new())
            .connection(handle);
        let service = layer.layer(service_fn(events));
        let service = TowerToHyperService::new(service);
        let builder = auto::Builder::new(TokioExecutor::new());
        let _ = builder.serve_connection(TokioIo::new(io), service).await;
    })
    .await
}

async fn assert_left(protocol: Protocol) {
    let traces = Traces::new();
    let server = serve(traces.clone()).await;
    let mut client = Client::connect(server.address(), protocol).await;
    let mut body = client
        .send(get("/events"))
        .await
        .expect("a head")
        .into_body();
    for _ in 0..3 {
        body.frame().await.expect("a frame").expect("no error");
    }
    drop(body);
    client.leave().await;
    let span = traces.named("GET").await;
    let told = |key: &str| {
        let mut pairs = span.attributes.iter();
        let pair = pairs.find(|pair| pair.key.as_str() == key);
        pair.map(|pair| pair.value.to_string())
    };
    let reason = told("sse.stream.close_reason");
    assert_eq!(reason.as_deref(), Some("client_disconnect"));
    assert!(told("sse.stream.close_detail").is_some());
    let events: u64 = told("sse.stream.events")
        .expect("events")
        .parse()
        .expect("a number");
    assert!(events >= 3);
    // A client that leaves a stream is what streams are for.
    assert_eq!(told("error.type"), None);
    assert_eq!(span.status, Status::Unset);
    let names: Vec<_> = span.events.iter().map(|event| &*event.name).collect();
    assert_eq!(names, ["sse.first_byte", "sse.first_event", "sse.close"]);
}

#[tokio::test]
async fn a_client_that_leaves_a_stream_is_told_of_over_http1() {
    assert_left(Protocol::Http1).await;
}

#[tokio::test]
async fn a_client_that_leaves_a_stream_is_told_of_over_http2() {
    assert_left(Protocol::Http2).await;
}
