//! Places in a tonic server.

use std::time::Duration;

use bartizan::route::{RouteLayer, RouteSources};
use bartizan_tests::{
    grpc::{Caller, Echo},
    recorder::{DURATION, Recorder},
    server::Server,
};
use tonic::{
    Code,
    service::{LayerExt, Routes},
    transport,
};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, trace::TraceLayer};

use crate::app::{PLAIN, router, table, walk};

fn grpc() -> RouteSources {
    RouteSources::new().grpc()
}

#[tokio::test]
async fn the_first_layer_of_a_server() {
    let recorder = Recorder::new();
    let layer = recorder.layer_with_calls().routes(grpc());
    let server = Server::tonic(transport::Server::builder().layer(layer).add_service(Echo)).await;
    let mut caller = Caller::connect(server.address()).await;
    for _ in 0..3 {
        caller.call("/test.Echo/Say", "hello").await.unwrap();
    }
    caller.call("/test.Echo/Refuse", "").await.unwrap_err();
    caller.call("/test.Echo/Panic", "").await.unwrap_err();
    let wanted = [
        "3x POST /test.Echo/Say 200",
        "POST /test.Echo/Refuse 200",
        "POST _OTHER panic",
    ];
    assert_eq!(recorder.ended(5).await.records(), wanted);
    drop(caller);
    server.stop().await;
}

#[tokio::test]
async fn other_layers_around_it() {
    let recorder = Recorder::new();
    let stack = ServiceBuilder::new()
        .layer(TraceLayer::new_for_grpc())
        .layer(recorder.layer_with_calls().routes(grpc()))
        .layer(CatchPanicLayer::new())
        .into_inner();
    let builder = &mut transport::Server::builder()
        .timeout(Duration::from_millis(40))
        .concurrency_limit_per_connection(16)
        .layer(stack);
    let server = Server::tonic(builder.add_service(Echo)).await;
    let mut caller = Caller::connect(server.address()).await;
    caller.call("/test.Echo/Say", "hello").await.unwrap();
    caller.call("/test.Echo/Panic", "").await.unwrap_err();
    let late = caller.call("/test.Echo/Hang", "").await.unwrap_err();
    assert!(
        matches!(late.code(), Code::Cancelled | Code::DeadlineExceeded),
        "{late}"
    );
    let wanted = [
        "POST /test.Echo/Say 200",
        "POST _OTHER 500 500",
        // The server's time-out stands outside of its layers.
        "POST _OTHER cancelled_before_response",
    ];
    assert_eq!(recorder.ended(3).await.records(), wanted);
    drop(caller);
    server.stop().await;
}

#[tokio::test]
async fn a_layer_of_one_service() {
    let recorder = Recorder::new();
    let layer = recorder.layer_with_calls().routes(grpc());
    let service = ServiceBuilder::new().layer(layer).named_layer(Echo);
    let server = Server::tonic(transport::Server::builder().add_service(service)).await;
    let mut caller = Caller::connect(server.address()).await;
    caller.call("/test.Echo/Say", "hello").await.unwrap();
    caller.call("/test.Other/Say", "hello").await.unwrap_err();
    caller.call("/test.Echo/What", "hello").await.unwrap_err();
    let scrape = recorder.ended(2).await;
    // tonic's router knows the service, and no answer the method.
    assert_eq!(
        scrape.records(),
        ["POST /test.Echo/Say 200", "POST /test.Echo/{*rest} 200"]
    );
    drop(caller);
    server.stop().await;
}

#[tokio::test]
async fn a_router_of_axum_on_the_same_server() {
    let recorder = Recorder::new();
    let routes = Routes::from(router().layer(RouteLayer::matched())).add_service(Echo);
    let layer = recorder.layer_with_calls().routes(grpc());
    let builder = &mut transport::Server::builder().accept_http1(true).layer(layer);
    let server = Server::tonic(builder.add_routes(routes)).await;
    let mut caller = Caller::connect(server.address()).await;
    caller.call("/test.Echo/Say", "hello").await.unwrap();
    recorder.ended(1).await;
    drop(caller);
    let mut wanted = PLAIN.map(str::to_owned).to_vec();
    wanted.push("POST /test.Echo/Say 200".to_owned());
    assert_eq!(walk(server, &recorder, "").await, wanted);
}

#[tokio::test]
async fn a_table_for_what_is_no_call() {
    let recorder = Recorder::new();
    let layer = recorder.layer_with_calls().routes(table("").grpc());
    let builder = &mut transport::Server::builder().accept_http1(true).layer(layer);
    let server = Server::tonic(builder.add_routes(Routes::from(router()).add_service(Echo))).await;
    let mut caller = Caller::connect(server.address()).await;
    caller.call("/test.Echo/Say", "hello").await.unwrap();
    let say = [("http_route", "/test.Echo/Say")];
    assert_eq!(recorder.ended(1).await.count(DURATION, &say), 1);
    drop(caller);
    assert_eq!(walk(server, &recorder, "").await[..6], PLAIN);
}
