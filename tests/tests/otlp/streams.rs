//! The span of a long event stream, as it was received.

use std::convert::Infallible;

use axum::{
    Router,
    response::sse::{Event, Sse},
    routing::get,
};
use bartizan::{observe::ObserveLayer, span::Span, sse};
use bartizan_tests::{
    Protocol,
    client::{Client, get as ask},
    server::Server,
};
use futures_util::stream;
use opentelemetry_proto::tonic::{
    common::v1::any_value::Value,
    trace::v1::{span::SpanKind, status::StatusCode},
};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::{
    collector::{Received, attributes, text},
    export::Transport,
    pipeline::Pipeline,
};

const EVENTS: i64 = 10_000;
/// One event in so many is noted in the span, and as often as may be.
const EVERY: i64 = 100;
const NOTED: i64 = 100;

async fn serve(provider: &SdkTracerProvider) -> Server {
    let span = Span::builder()
        .tracer_provider(provider)
        .stream_events(EVERY as u64, NOTED as u32)
        .build();
    let layer = ObserveLayer::new(span.expect("options that are none too many"));
    let tick = |tick: i64| Ok::<_, Infallible>(Event::default().data(tick.to_string()));
    let handler = async move || Sse::new(stream::iter((0..EVENTS).map(tick)));
    let router = Router::new().route("/ticks", get(handler));
    Server::axum(router.layer(layer.with(sse::Sse::new()))).await
}

/// The stream's span, once it was received, and how many bytes the client got.
async fn listen(transport: Transport) -> (Received, i64) {
    let pipeline = Pipeline::start(transport).await;
    let server = serve(&pipeline.provider("ticker")).await;
    let mut client = Client::connect(server.address(), Protocol::Http1).await;
    let answer = client.fetch(ask("/ticks")).await.expect("a stream");
    let last = format!("data: {}\n\n", EVENTS - 1);
    assert!(answer.body.ends_with(last.as_bytes()));
    client.leave().await;
    server.stop().await;
    let [received] = pipeline.finish(1).await.try_into().expect("one span");
    (received, answer.body.len() as i64)
}

async fn assert_told_to_the_end(transport: Transport) {
    let (Received { service, span, .. }, bytes) = listen(transport).await;
    assert_eq!(service, text("ticker"));
    assert_eq!((&*span.name, span.kind()), ("GET /ticks", SpanKind::Server));
    assert_eq!(
        span.status.clone().unwrap_or_default().code(),
        StatusCode::Unset
    );

    let told = attributes(&span.attributes);
    let summary = [
        ("sse.stream.events", Value::IntValue(EVENTS)),
        ("sse.stream.frames", Value::IntValue(EVENTS)),
        ("sse.stream.bytes", Value::IntValue(bytes)),
        ("sse.stream.keepalives", Value::IntValue(0)),
        ("sse.stream.close_reason", text("completed")),
        ("http.response.status_code", Value::IntValue(200)),
    ];
    for (key, value) in &summary {
        assert_eq!(told.get(key), Some(value), "{key}: {told:#?}");
    }
    let seconds = |key| match told.get(key) {
        Some(Value::DoubleValue(seconds)) => *seconds,
        other => panic!("{key}: {other:?}"),
    };
    let lasted = span.end_time_unix_nano - span.start_time_unix_nano;
    let first_byte = seconds("sse.stream.time_to_first_byte");
    let first_event = seconds("sse.stream.time_to_first_event");
    assert!(
        0.0 < first_byte && first_byte <= first_event,
        "{first_byte} {first_event}"
    );
    assert!(
        first_event < lasted as f64 / 1e9,
        "{first_event} of {lasted} ns"
    );

    let names: Vec<_> = span.events.iter().map(|event| &*event.name).collect();
    let mut wanted = vec!["sse.first_byte", "sse.first_event"];
    wanted.extend(["sse.event"; NOTED as usize]);
    wanted.push("sse.close");
    assert_eq!(names, wanted);
    assert_eq!(span.dropped_events_count, 0);
    let noted = span.events.iter().filter(|event| event.name == "sse.event");
    let counted = noted.map(|event| attributes(&event.attributes).remove("sse.stream.events"));
    let wanted = (1..=NOTED).map(|noted| Some(Value::IntValue(noted * EVERY)));
    assert!(counted.eq(wanted), "{:#?}", span.events);
    let close = span.events.last().expect("events");
    let reason = attributes(&close.attributes).remove("sse.stream.close_reason");
    assert_eq!(reason, Some(text("completed")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs rotel from PyPI: .ci/run installs it"]
async fn a_stream_of_ten_thousand_events_is_told_to_its_end_over_grpc() {
    assert_told_to_the_end(Transport::Grpc).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs rotel from PyPI: .ci/run installs it"]
async fn a_stream_of_ten_thousand_events_is_told_to_its_end_over_http() {
    assert_told_to_the_end(Transport::HttpProtobuf).await;
}
