//! Places in an axum router.

use axum::{Router, body::Body, extract::Request, middleware::from_fn, routing::any};
use bartizan::{
    http::HttpMetrics,
    observe::{ObserveLayer, Observer},
    route::{RouteLayer, RouteSources},
};
use bartizan_tests::{recorder::Recorder, server::Server};
use hyper_util::service::TowerToHyperService;
use tower::{Layer, ServiceBuilder, ServiceExt, util::MapRequestLayer};

use crate::app::{PLAIN, ROUTES, handler, router, walk};

/// The plain walk below a prefix.
fn below(prefix: &str) -> Vec<String> {
    let lines = PLAIN
        .iter()
        .map(|line| line.replace("GET /", &format!("GET {prefix}/")));
    lines.collect()
}

#[tokio::test]
async fn the_last_layer_of_a_router() {
    let recorder = Recorder::new();
    let server = Server::axum(router().layer(recorder.layer())).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_nested_router() {
    let recorder = Recorder::new();
    let router = Router::new().nest("/api", router()).layer(recorder.layer());
    let server = Server::axum(router).await;
    assert_eq!(walk(server, &recorder, "/api").await, below("/api"));
}

#[tokio::test]
async fn routers_nested_twice_below_a_parameter() {
    let recorder = Recorder::new();
    let inner = Router::new().nest("/v1", router());
    let router = Router::new()
        .nest("/{tenant}", inner)
        .layer(recorder.layer());
    let server = Server::axum(router).await;
    assert_eq!(
        walk(server, &recorder, "/acme/v1").await,
        below("/{tenant}/v1")
    );
}

#[tokio::test]
async fn a_layer_within_the_nested_router_alone() {
    let recorder = Recorder::new();
    let router = Router::new().nest("/api", router().layer(recorder.layer()));
    let server = Server::axum(router.fallback(handler).layer(recorder.layer())).await;
    assert_eq!(walk(server, &recorder, "/api").await, below("/api"));
}

#[tokio::test]
async fn a_nested_service_is_known_by_its_prefix() {
    let recorder = Recorder::new();
    let nested = RouteLayer::nested().layer(any(handler));
    let router = Router::new()
        .nest_service("/files", nested)
        .layer(recorder.layer());
    let server = Server::axum(router).await;
    let records = walk(server, &recorder, "/files").await;
    assert_eq!(
        records,
        [
            "2x GET /files/{*path} 200",
            "2x GET /files/{*path} 200 dropped",
            "2x GET /files/{*path} 404",
            "2x GET /files/{*path} 503 503",
            "2x GET /files/{*path} cancelled_before_response",
            "2x GET /files/{*path} panic",
        ]
    );
}

#[tokio::test]
async fn a_nested_service_without_a_word_is_unmatched() {
    let recorder = Recorder::new();
    let router = Router::new()
        .nest_service("/files", any(handler))
        .layer(recorder.layer());
    let server = Server::axum(router).await;
    let records = walk(server, &recorder, "/files").await;
    assert_eq!(records.len(), 6);
    assert!(
        records
            .iter()
            .all(|line| line.starts_with("2x GET {unmatched} ")),
        "{records:?}"
    );
}

#[tokio::test]
async fn a_nested_service_that_is_a_router_knows_better() {
    let recorder = Recorder::new();
    let nested = RouteLayer::nested().layer(router().layer(RouteLayer::matched()));
    let router = Router::new()
        .nest_service("/api", nested)
        .layer(recorder.layer());
    let server = Server::axum(router).await;
    let mut wanted = below("/api");
    // What the router inside has no route for is still below the prefix.
    *wanted.last_mut().unwrap() = "2x GET /api/{*path} 404".to_owned();
    wanted.sort();
    assert_eq!(walk(server, &recorder, "/api").await, wanted);
}

#[tokio::test]
async fn around_a_whole_router_that_tells_its_routes() {
    let recorder = Recorder::new();
    let service = recorder
        .layer()
        .layer(router().layer(RouteLayer::matched()));
    let service = MapRequestLayer::new(|request: Request<_>| request.map(Body::new)).layer(service);
    let server = Server::hyper(service).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn around_a_whole_router_that_does_not() {
    let recorder = Recorder::new();
    let service = recorder.layer().layer(router());
    let service = ServiceBuilder::new()
        .map_request(|request: Request<_>| request.map(Body::new))
        .service(service);
    let server = Server::hyper(service).await;
    let records = walk(server, &recorder, "").await;
    assert!(
        records
            .iter()
            .all(|line| line.starts_with("2x GET {unmatched} ")),
        "{records:?}"
    );
}

#[tokio::test]
async fn middleware_functions_on_both_sides() {
    let recorder = Recorder::new();
    let pass =
        || from_fn(async |request: Request, next: axum::middleware::Next| next.run(request).await);
    let router = router().layer(pass()).layer(recorder.layer()).layer(pass());
    let server = Server::axum(router).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_route_layer_sees_routes_and_no_fallback() {
    let recorder = Recorder::new();
    let layered = router().route_layer(recorder.layer());
    // The fallback is recorded by a layer of its own, or the walk would wait for it.
    let fallback = recorder.layer().layer(any(handler));
    let server = Server::axum(layered.fallback_service(fallback)).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_layer_of_each_method_router() {
    let recorder = Recorder::new();
    let layered = || any(handler).layer(recorder.layer());
    let router = ROUTES.iter().fold(Router::new(), |router, route| {
        router.route(route, layered())
    });
    let server = Server::axum(router.fallback_service(layered())).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn a_router_with_state_and_a_service_of_hyper() {
    let recorder = Recorder::new();
    let router = router().with_state(()).layer(recorder.layer());
    // It is a hyper service by way of the adapter, as in a server of one's own.
    let _ = TowerToHyperService::new(router.clone());
    let server = Server::hyper(router).await;
    assert_eq!(walk(server, &recorder, "").await, PLAIN);
}

#[tokio::test]
async fn metrics_that_are_switched_off() {
    let recorder = Recorder::new();
    let metrics = |on: bool| on.then(|| recorder.http().build().unwrap());
    assert!(assert_observer(metrics(true)).is_some());
    let off = router().layer(ObserveLayer::new(metrics(false)));
    let on = router().layer(ObserveLayer::new(metrics(true)));
    let request = || Request::get("/users/7").body(Body::empty()).unwrap();
    drop(off.oneshot(request()).await.unwrap());
    assert_eq!(recorder.scrape().series(), 0);
    drop(on.oneshot(request()).await.unwrap());
    assert_eq!(recorder.scrape().ended(), 1);
}

fn assert_observer(observer: Option<HttpMetrics>) -> Option<impl Observer> {
    observer
}

#[tokio::test]
async fn sources_that_are_shared_by_two_layers() {
    let recorder = Recorder::new();
    let sources = RouteSources::new().limit(3);
    let one = router().layer(recorder.layer().routes(sources.clone()));
    let two = Router::new()
        .nest("/two", router())
        .layer(recorder.layer().routes(sources));
    let server = Server::axum(one.merge(two)).await;
    let records = walk(server, &recorder, "/two").await;
    // Three of the five fit: the first ones that came.
    assert_eq!(
        records,
        [
            "2x GET /two/fail/{id} 503 503",
            "2x GET /two/panic/{id} panic",
            "2x GET /two/users/{id} 200",
            "2x GET {overflow} 200 dropped",
            "2x GET {overflow} cancelled_before_response",
            "2x GET {unmatched} 404",
        ]
    );
}
