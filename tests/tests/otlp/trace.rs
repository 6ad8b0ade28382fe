//! A client, a service on axum, and one on tonic behind it: one trace, as it was received.

use std::net::SocketAddr;

use axum::{Router, extract::Path, routing::get};
use bartizan::{observe::ObserveLayer, route::RouteSources};
use bartizan_tests::{
    Protocol,
    client::{Client, request},
    grpc::{Caller, Echo},
    server::Server,
};
use opentelemetry::{
    Context,
    propagation::TextMapPropagator,
    trace::{TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_http::HeaderInjector;
use opentelemetry_proto::tonic::{
    common::v1::any_value::Value,
    trace::v1::{SpanFlags, span::SpanKind, status::StatusCode},
};
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tonic::{metadata::MetadataMap, transport};

use crate::{
    collector::{Received, attributes, text},
    export::{Transport, span},
    pipeline::Pipeline,
};

/// A client's span within what is active, and the headers that tell of it.
fn call(provider: &SdkTracerProvider, name: &'static str) -> (Context, http::HeaderMap) {
    let tracer = provider.tracer("a client");
    let span = tracer.span_builder(name);
    let span = span.with_kind(opentelemetry::trace::SpanKind::Client);
    let context = Context::current_with_span(span.start(&tracer));
    let mut headers = http::HeaderMap::new();
    let propagator = TraceContextPropagator::new();
    propagator.inject_context(&context, &mut HeaderInjector(&mut headers));
    (context, headers)
}

/// The service at the back, on tonic.
async fn stock(provider: &SdkTracerProvider) -> Server {
    let layer = ObserveLayer::new(span(provider)).routes(RouteSources::new().grpc());
    Server::tonic(transport::Server::builder().layer(layer).add_service(Echo)).await
}

/// The service in front, on axum, which calls the one at the back.
async fn orders(provider: &SdkTracerProvider, stock: SocketAddr) -> Server {
    let layer = ObserveLayer::new(span(provider));
    let provider = provider.clone();
    let handler = async move |Path(_): Path<u32>| {
        let (context, headers) = call(&provider, "ask the stock");
        let mut request = tonic::Request::new("a chair".into());
        *request.metadata_mut() = MetadataMap::from_headers(headers);
        let mut caller = Caller::connect(stock).await;
        let answer = caller.send("/test.Echo/Say", request).await;
        context.span().end();
        answer.expect("an answer")
    };
    let router = Router::new().route("/orders/{id}", get(handler));
    Server::axum(router.layer(layer)).await
}

/// The spans of an order, in the order of the calls, once they were received.
async fn order(transport: Transport) -> [Received; 4] {
    let pipeline = Pipeline::start(transport).await;
    let [shop, front, back] = ["shop", "orders", "stock"].map(|name| pipeline.provider(name));
    let back = stock(&back).await;
    let front = orders(&front, back.address()).await;

    let (context, headers) = call(&shop, "place an order");
    let mut order = request("GET", "/orders/7");
    order.headers_mut().extend(headers);
    let mut client = Client::connect(front.address(), Protocol::Http1).await;
    let answer = client.fetch(order).await.expect("an answer");
    assert_eq!(answer.body, "a chair");
    context.span().end();
    client.leave().await;
    front.stop().await;
    back.stop().await;

    let received = pipeline.finish(4).await;
    let named = |name: &str| {
        let found = received.iter().find(|received| received.span.name == name);
        found
            .unwrap_or_else(|| panic!("no {name}: {received:#?}"))
            .clone()
    };
    [
        named("place an order"),
        named("GET /orders/{id}"),
        named("ask the stock"),
        named("test.Echo/Say"),
    ]
}

fn assert_told(received: &Received, told: &[(&str, Value)]) {
    let attributes = attributes(&received.span.attributes);
    for (key, value) in told {
        assert_eq!(attributes.get(key), Some(value), "{key}: {attributes:#?}");
    }
}

async fn assert_one_trace(transport: Transport) {
    let spans = order(transport).await;

    let services = ["shop", "orders", "orders", "stock"].map(text);
    assert_eq!(spans.each_ref().map(|of| &of.service), services.each_ref());
    let scopes = ["a client", "bartizan", "a client", "bartizan"];
    assert_eq!(spans.each_ref().map(|of| &*of.scope), scopes);
    let kinds = [SpanKind::Client, SpanKind::Server].repeat(2);
    assert_eq!(spans.each_ref().map(|of| of.span.kind()).as_slice(), kinds);

    let [root, ..] = &spans;
    assert!(root.span.parent_span_id.is_empty(), "{root:#?}");
    for pair in spans.windows(2) {
        let (parent, child) = (&pair[0].span, &pair[1].span);
        assert_eq!(child.trace_id, parent.trace_id);
        assert_eq!(child.parent_span_id, parent.span_id);
        assert!(parent.start_time_unix_nano <= child.start_time_unix_nano);
    }
    let remote = SpanFlags::ContextIsRemoteMask as u32;
    let remote = spans.each_ref().map(|of| of.span.flags & remote != 0);
    assert_eq!(remote, [false, true, false, true]);
    for received in &spans {
        let status = received.span.status.clone().unwrap_or_default();
        assert_eq!(status.code(), StatusCode::Unset);
    }

    let [_, order, _, say] = &spans;
    assert_told(
        order,
        &[
            ("http.response.status_code", Value::IntValue(200)),
            ("http.request.method", text("GET")),
            ("http.route", text("/orders/{id}")),
            ("url.path", text("/orders/7")),
            ("url.scheme", text("http")),
            ("server.address", text("bartizan.test")),
            ("network.protocol.version", text("1.1")),
        ],
    );
    assert_told(
        say,
        &[
            ("rpc.system.name", text("grpc")),
            ("rpc.method", text("test.Echo/Say")),
            ("rpc.response.status_code", text("OK")),
            ("server.address", text("127.0.0.1")),
            ("network.protocol.version", text("2")),
        ],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs rotel from PyPI: .ci/run installs it"]
async fn one_trace_through_axum_and_tonic_is_received_over_grpc() {
    assert_one_trace(Transport::Grpc).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs rotel from PyPI: .ci/run installs it"]
async fn one_trace_through_axum_and_tonic_is_received_over_http() {
    assert_one_trace(Transport::HttpProtobuf).await;
}
