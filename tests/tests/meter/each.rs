//! Whatever can be recorded, once.

use std::{convert::Infallible, pin::pin, time::Duration};

use bartizan::{
    catalog,
    conn::{Connections, Drain},
    grpc::Grpc,
    http::{CustomLabel, HttpMetrics},
    meter::Meter,
    observe::ObserveLayer,
    route::RouteSources,
    sse::Sse,
};
use bartizan_tests::client::get;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use tokio::io::AsyncWriteExt;
use tower::{Layer, ServiceExt, service_fn};

use super::{answer, exchange, job::two_jobs, layer, model::two_calls, page::one_page};

/// Makes one exchange on `/users/7` with all that can be asked for.
pub(super) async fn one_exchange(meter: Meter) {
    let tenant = CustomLabel::of_request("app.tenant", 5, |_| Some("acme".into()));
    let metrics = HttpMetrics::builder()
        .meter(meter)
        .time_to_first_byte()
        .protocol_version()
        .size_by_status()
        .active_by_route()
        .server_address(5)
        .label(tenant);
    let routes = RouteSources::new().table(["/users/{id}"]).expect("a table");
    let service = layer(metrics).routes(routes).layer(service_fn(answer));
    let mut request = get("/users/7");
    request.headers_mut().insert("content-length", 3.into());
    exchange(&service, request).await;
}

/// One event stream that waits for its client, who leaves.
async fn one_stream(meter: Meter) {
    let (ours, theirs) = tokio::io::duplex(16);
    let connections = Connections::builder().meter(meter.clone()).build();
    let mut io = connections.observe(ours);
    let sse = Sse::builder().meter(meter).size_by_type().build();
    let sse = sse.expect("fitting options");
    let service = ObserveLayer::new(sse.clone())
        .connection(io.handle())
        .routes(RouteSources::new().table(["/users/{id}"]).expect("a table"))
        .layer(service_fn(async |_: Request<_>| {
            let frames = ["data: one\n\n", ": keep\n\ndata: two\n\n"];
            let frames = frames.map(|frame| Ok::<_, Infallible>(Frame::data(Bytes::from(frame))));
            let body = StreamBody::new(stream::iter(frames).chain(stream::pending()));
            Response::builder()
                .header(CONTENT_TYPE, "text/event-stream")
                .body(body)
        }));
    let mut request = get("/users/7");
    let last = "7".parse().expect("a value");
    request.headers_mut().insert("last-event-id", last);
    let response = service.oneshot(request).await.expect("an answer");
    let mut body = pin!(response.into_body());
    for _ in 0..2 {
        let frame = body.frame().await.expect("a frame");
        assert!(frame.is_ok());
        tokio::time::advance(Duration::from_millis(200)).await;
    }
    sse.scan();
    drop(theirs);
    assert!(io.write(b"x").await.is_err());
}

/// One gRPC call, a message each way.
async fn one_call(meter: Meter) {
    // Custom labels are the HTTP metrics' own.
    let grpc = Grpc::builder().meter(meter).methods(["shop.Orders/Find"]);
    let message = Bytes::from_static(b"\0\0\0\0\x02hi");
    let layer = ObserveLayer::new(grpc.build().expect("a method")).count_request_bodies();
    let service = layer.layer(service_fn(async |request: Request<_>| {
        let received = BodyExt::collect(request.into_body()).await;
        let message = received.expect("a body").to_bytes();
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        let frames = [Frame::data(message), Frame::trailers(trailers)];
        let body = StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>)));
        let response = Response::builder().header(CONTENT_TYPE, "application/grpc");
        Ok::<_, Infallible>(response.body(body).expect("a response"))
    }));
    let request = Request::post("/shop.Orders/Find")
        .header(CONTENT_TYPE, "application/grpc")
        .body(Full::new(message));
    exchange(&service, request.expect("a request")).await;
}

/// One exchange, one stream, one call, one page, jobs, calls to a model and one connection that blocks; whatever can be recorded is.
pub(super) async fn one_of_each(meter: Meter) {
    one_exchange(meter.clone()).await;
    one_stream(meter.clone()).await;
    one_call(meter.clone()).await;
    one_page(meter.clone()).await;
    two_jobs(meter.clone()).await;
    two_calls(meter.clone()).await;
    one_exporter(&meter);
    let drain = Drain::with_meter(&meter);
    let connections = Connections::builder().meter(meter).drain(drain).build();
    let (ours, _theirs) = tokio::io::duplex(1);
    let mut io = connections.observe(ours);
    assert_eq!(io.write(b"ab").await.expect("room for one"), 1);
    assert!(io.write(b"b").now_or_never().is_none());
}

/// What `bartizan-telemetry` records of an exporter, by the meter alone.
fn one_exporter(meter: &Meter) {
    let labels = [(catalog::SIGNAL, "traces")];
    let up = meter.gauge(&catalog::EXPORTER_UP, &labels);
    up.expect("there is a recorder").set(1.0);
    for metric in [&catalog::EXPORT_FAILURES, &catalog::EXPORT_DROPPED] {
        let counter = meter.counter(metric, &labels);
        counter.expect("there is a recorder").increment(1);
    }
}
