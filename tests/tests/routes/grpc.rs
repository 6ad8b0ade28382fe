//! Routes of gRPC calls: the client's text, until the server vouches for it.

use std::convert::Infallible;

use axum::Router;
use bartizan::route::RouteSources;
use bartizan_tests::{
    AnyBody, BoxError,
    client::text,
    grpc::{Caller, Echo},
    recorder::{DURATION, Recorder},
    server::Server,
};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::CONTENT_TYPE};
use tonic::{service::Routes, transport};
use tower::{Layer, service_fn};

use super::exchange;

/// A call of a method with an empty message, as it comes from the wire.
fn call(path: &str) -> Request<tonic::body::Body> {
    let body = tonic::body::Body::new(text(Bytes::from_static(&[0; 5])));
    let request = Request::post(path).header(CONTENT_TYPE, "application/grpc");
    request.body(body).expect("a request")
}

#[tokio::test]
async fn known_methods_appear_once_they_answered() {
    let recorder = Recorder::new();
    let layer = recorder
        .layer_with_calls()
        .routes(RouteSources::new().grpc());
    let server = Server::tonic(transport::Server::builder().layer(layer).add_service(Echo)).await;
    let mut caller = Caller::connect(server.address()).await;
    caller.call("/test.Echo/Panic", "").await.unwrap_err();
    caller.call("/test.Echo/Say", "").await.unwrap();
    caller.call("/test.Echo/Refuse", "").await.unwrap_err();
    caller.call("/test.Echo/Unheard", "").await.unwrap_err();
    caller.call("/test.Unheard/Of", "").await.unwrap_err();
    // It may come from a layer in front, which denies any path.
    caller.call("/test.Echo/Deny", "").await.unwrap_err();
    let wanted = [
        "3x POST _OTHER 200",
        "POST /test.Echo/Refuse 200",
        "POST /test.Echo/Say 200",
        "POST _OTHER panic",
    ];
    assert_eq!(recorder.ended(6).await.records(), wanted);
    drop(caller);
    server.stop().await;
}

/// A router knows the service alone. What a layer inside knows besides goes before that, also where it
/// joins the one outside.
#[tokio::test]
async fn a_method_that_is_known_goes_before_the_template_of_a_router() {
    let recorder = Recorder::new();
    let declared = RouteSources::new().grpc_methods(["test.Echo/Say"]);
    let inner = recorder
        .layer_with_calls()
        .routes(declared.expect("a method"));
    let router = Router::new()
        .route_service("/test.Echo/{*rest}", service_fn(answer))
        .layer(inner);
    let service = recorder.layer_with_calls().layer(router);
    for path in ["/test.Echo/Say", "/test.Echo/What"] {
        let made = exchange(&service, call(path).map(axum::body::Body::new)).await;
        assert!(made.is_ok(), "{path}");
    }
    let wanted = ["POST /test.Echo/Say 200", "POST /test.Echo/{*rest} 200"];
    assert_eq!(recorder.scrape().records(), wanted);
}

/// Answers with a page.
async fn answer(_: Request<axum::body::Body>) -> Result<Response<AnyBody>, Infallible> {
    Ok(Response::new(text("a page")))
}

#[tokio::test]
async fn a_flood_of_unknown_methods_stays_other() {
    let recorder = Recorder::new();
    let layer = recorder
        .layer_with_calls()
        .routes(RouteSources::new().grpc());
    let service = layer.layer(Routes::new(Echo));
    for number in 0..2_000 {
        let path = match number % 4 {
            0 => format!("/test.Echo/Method{number}"),
            1 => format!("/package{number}.Service/Method"),
            2 => format!("/{number}"),
            _ => format!("/a/b/c/{number}?q=test.Echo/Say"),
        };
        exchange(&service, call(&path)).await.unwrap();
    }
    exchange(&service, call("/test.Echo/Say")).await.unwrap();
    let wanted = ["2000x POST _OTHER 200", "POST /test.Echo/Say 200"];
    assert_eq!(recorder.scrape().records(), wanted);
}

#[tokio::test]
async fn a_page_for_everything_vouches_for_no_method() {
    let recorder = Recorder::new();
    let page = async |_: Request<tonic::body::Body>| {
        let mut response = Response::new(text("<!doctype html>"));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
        Ok::<Response<AnyBody>, BoxError>(response)
    };
    let layer = recorder
        .layer_with_calls()
        .routes(RouteSources::new().grpc());
    let service = layer.layer(service_fn(page));
    for number in 0..10 {
        exchange(&service, call(&format!("/scan.Ner/Try{number}")))
            .await
            .unwrap();
    }
    assert_eq!(recorder.scrape().values(DURATION, "http_route"), ["_OTHER"]);
}

#[tokio::test]
async fn declared_methods_are_known_from_the_start() {
    let recorder = Recorder::new();
    let declared = RouteSources::new()
        .grpc_methods(["test.Echo/Panic", "/test.Echo/Say"])
        .unwrap();
    let layer = recorder.layer_with_calls().routes(declared);
    let server = Server::tonic(transport::Server::builder().layer(layer).add_service(Echo)).await;
    let mut caller = Caller::connect(server.address()).await;
    caller.call("/test.Echo/Panic", "").await.unwrap_err();
    caller.call("/test.Echo/Say", "").await.unwrap();
    caller.call("/test.Echo/Unheard", "").await.unwrap_err();
    let wanted = [
        "POST /test.Echo/Panic panic",
        "POST /test.Echo/Say 200",
        "POST _OTHER 200",
    ];
    assert_eq!(recorder.ended(3).await.records(), wanted);
    drop(caller);
    server.stop().await;
}

#[tokio::test]
async fn without_being_asked_calls_have_no_route() {
    let recorder = Recorder::new();
    let service = recorder.layer_with_calls().layer(Routes::new(Echo));
    exchange(&service, call("/test.Echo/Say")).await.unwrap();
    assert_eq!(recorder.scrape().records(), ["POST {unmatched} 200"]);
}

#[test]
fn what_is_no_method_is_not_declared() {
    for method in [
        "Say",
        "test.Echo/",
        "test.Echo/Say/More",
        "te st/Say",
        "test..Echo/Say",
    ] {
        assert!(
            RouteSources::new().grpc_methods([method]).is_err(),
            "{method}"
        );
    }
}
