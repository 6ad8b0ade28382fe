//! A client, a service on axum, and one on plain hyper behind it.

use std::{convert::Infallible, net::SocketAddr};

use axum::{Router, extract::Path, routing::get};
use bartizan::{observe::ObserveLayer, route::RouteSources};
use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, request, text},
    server::Server,
};
use http::{Request, Response};
use hyper::body::Incoming;
use opentelemetry::trace::{FutureExt, TraceContextExt};
use tower::{Layer, service_fn};

use crate::rig::{A_WHILE, Traces, assert_child, inject};

/// The service at the back; it makes a span of its own.
async fn back(traces: Traces) -> Server {
    let routes = RouteSources::new().table(["/items/{id}"]).expect("a table");
    let layer = ObserveLayer::new(traces.span()).routes(routes);
    let service = layer.layer(service_fn(move |_: Request<Incoming>| {
        let work = traces.client("query");
        async move {
            tokio::task::yield_now().with_context(work).await;
            Ok::<_, Infallible>(Response::<AnyBody>::new(text("an item")))
        }
    }));
    Server::hyper(service).await
}

/// The service in front, which asks the one at the back.
async fn front(traces: Traces, back: SocketAddr, protocol: Protocol) -> Server {
    let layer = ObserveLayer::new(traces.span());
    let handler = async move |Path(id): Path<u32>| {
        let context = traces.client("ask");
        let mut client = Client::connect(back, protocol).await;
        let mut request = request("GET", &format!("/items/{id}"));
        inject(&context, &mut request);
        let answer = client.fetch(request).await.expect("an answer");
        drop(context);
        client.leave().await;
        answer.body
    };
    let router = Router::new().route("/orders/{id}", get(handler));
    Server::axum(router.layer(layer)).await
}

async fn assert_one_trace(protocol: Protocol) {
    let (caller, fronts, backs) = (Traces::new(), Traces::new(), Traces::new());
    let behind = back(backs.clone()).await;
    let before = front(fronts.clone(), behind.address(), protocol).await;
    let context = caller.client("a browser");
    let mut client = Client::connect(before.address(), protocol).await;
    let mut order = request("GET", "/orders/7");
    inject(&context, &mut order);
    client.fetch(order).await.expect("an answer");
    client.leave().await;

    let root = context.span().span_context().clone();
    let order = fronts.named("GET /orders/{id}").await;
    assert_child(&order, &root, true);
    let ask = fronts.named("ask").await;
    assert_child(&ask, &order.span_context, false);
    let item = backs.named("GET /items/{id}").await;
    assert_child(&item, &ask.span_context, true);
    let query = backs.named("query").await;
    assert_child(&query, &item.span_context, false);

    before.stop().await;
    behind.stop().await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!((fronts.count(), backs.count()), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_goes_through_two_services_over_http1() {
    assert_one_trace(Protocol::Http1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_goes_through_two_services_over_http2() {
    assert_one_trace(Protocol::Http2).await;
}
