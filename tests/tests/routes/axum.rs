//! Routes of axum's router.

use axum::{
    Router,
    body::Body,
    extract::Request,
    routing::{any, get},
};
use bartizan::route::{RouteLayer, RouteSources};
use bartizan_tests::{
    client::{get as get_of, request},
    recorder::{DURATION, OVERFLOW, Recorder},
};
use tower::{Layer, ServiceBuilder};

use super::{exchange, records};

async fn ok() -> &'static str {
    "ok"
}

#[tokio::test]
async fn templates_of_every_kind() {
    let recorder = Recorder::new();
    let router = Router::new()
        .route("/", get(ok))
        .route("/users/{id}", get(ok))
        .route("/users/me", get(ok))
        .route("/users/{id}/posts/{post}", get(ok))
        .route("/files/{*path}", get(ok))
        .route("/versions/v{number}", get(ok))
        .layer(recorder.layer());
    let paths = [
        "/",
        "/users/1",
        "/users/me",
        "/users/1/posts/2",
        "/files/a/b",
        "/versions/v%201",
    ];
    let wanted = [
        "GET / 200",
        "GET /files/{*path} 200",
        "GET /users/me 200",
        "GET /users/{id} 200",
        "GET /users/{id}/posts/{post} 200",
        "GET /versions/v{number} 200",
    ];
    assert_eq!(records(&recorder, router, &paths).await, wanted);
}

#[tokio::test]
async fn nested_templates_are_whole() {
    let recorder = Recorder::new();
    let inner = Router::new().route("/", get(ok)).route("/{id}", get(ok));
    let router = Router::new()
        .nest("/api/users", inner)
        .layer(recorder.layer());
    let paths = ["/api/users", "/api/users/7", "/api"];
    let wanted = [
        "GET /api/users 200",
        "GET /api/users/{id} 200",
        "GET {unmatched} 404",
    ];
    assert_eq!(records(&recorder, router, &paths).await, wanted);
}

#[tokio::test]
async fn fallbacks_are_unmatched_whatever_they_answer() {
    let recorder = Recorder::new();
    let api = Router::new().route("/known", get(ok)).fallback(ok);
    let router = Router::new()
        .nest("/api", api)
        .fallback(ok)
        .layer(recorder.layer());
    let paths = ["/secret/1", "/secret/2", "/api/secret", "/api/known"];
    let wanted = ["3x GET {unmatched} 200", "GET /api/known 200"];
    assert_eq!(records(&recorder, router, &paths).await, wanted);
}

#[tokio::test]
async fn a_method_that_is_not_allowed_has_a_route() {
    let recorder = Recorder::new();
    let router = Router::new()
        .route("/users/{id}", get(ok))
        .layer(recorder.layer());
    exchange(&router, request("DELETE", "/users/7"))
        .await
        .unwrap();
    exchange(&router, request("PROPFIND", "/users/7"))
        .await
        .unwrap();
    exchange(&router, request("HEAD", "/users/7"))
        .await
        .unwrap();
    let wanted = [
        "DELETE /users/{id} 405",
        "HEAD /users/{id} 200",
        "_OTHER /users/{id} 405",
    ];
    assert_eq!(recorder.scrape().records(), wanted);
}

#[tokio::test]
async fn nested_services_are_known_by_their_prefix() {
    let recorder = Recorder::new();
    let nested = || RouteLayer::nested().layer(any(ok));
    let below = Router::new().nest_service("/deep", nested());
    let router = Router::new()
        .nest_service("/files", nested())
        .nest_service("/{tenant}/files", nested())
        .nest("/api", below)
        .layer(recorder.layer());
    let paths = ["/files/a", "/files/a/b", "/acme/files/a", "/api/deep/er"];
    let wanted = [
        "2x GET /files/{*path} 200",
        "GET /api/deep/{*path} 200",
        "GET /{tenant}/files/{*path} 200",
    ];
    assert_eq!(records(&recorder, router, &paths).await, wanted);
}

#[tokio::test]
async fn the_prefix_itself_is_what_axum_matched() {
    let recorder = Recorder::new();
    let nested = RouteLayer::nested().layer(any(ok));
    let router = Router::new()
        .nest_service("/files", nested)
        .layer(recorder.layer());
    let wanted = ["GET /files 200", "GET /files/ 200"];
    assert_eq!(
        records(&recorder, router, &["/files", "/files/"]).await,
        wanted
    );
}

#[tokio::test]
async fn one_layer_may_stand_around_several_nested_services() {
    let recorder = Recorder::new();
    let layer = RouteLayer::nested();
    let router = Router::new()
        .nest_service("/one", layer.layer(any(ok)))
        .nest_service("/two", layer.layer(any(ok)))
        .layer(recorder.layer());
    let wanted = ["2x GET /one/{*path} 200", "GET /two/{*path} 200"];
    assert_eq!(
        records(&recorder, router, &["/one/a", "/two/a", "/one/b"]).await,
        wanted
    );
}

#[tokio::test]
async fn around_a_whole_router_the_table_answers_for_what_the_router_does_not_tell() {
    let recorder = Recorder::new();
    let router = Router::new()
        .route("/users/{id}", get(ok))
        .layer(RouteLayer::matched())
        .route("/untold/{id}", get(ok));
    let table = RouteSources::new()
        .table(["/users/{name}", "/untold/{name}"])
        .unwrap();
    let service = ServiceBuilder::new()
        .layer(recorder.layer().routes(table))
        .map_request(|request: http::Request<_>| -> Request { request.map(Body::new) })
        .service(router);
    let wanted = ["GET /untold/{name} 200", "GET /users/{id} 200"];
    assert_eq!(
        records(&recorder, service, &["/users/7", "/untold/7"]).await,
        wanted
    );
}

#[tokio::test]
async fn more_routes_than_the_budget_run_over_and_are_counted() {
    let recorder = Recorder::new();
    let paths: Vec<_> = (0..5).map(|number| format!("/route/{number}")).collect();
    let router = paths
        .iter()
        .fold(Router::new(), |router, path| router.route(path, get(ok)));
    let router = router.layer(recorder.layer().routes(RouteSources::new().limit(3)));
    let announced = |recorder: &Recorder| {
        recorder
            .scrape()
            .value(OVERFLOW, &[("label", "http_route")])
    };
    exchange(&router, get_of("/route/0")).await.unwrap();
    assert_eq!(announced(&recorder), Some(0.0));
    for path in paths.iter().chain(&paths) {
        exchange(&router, get_of(path)).await.unwrap();
    }
    let scrape = recorder.scrape();
    let routes = ["/route/0", "/route/1", "/route/2", "{overflow}"];
    assert_eq!(scrape.values(DURATION, "http_route"), routes);
    assert_eq!(scrape.count(DURATION, &[("http_route", "{overflow}")]), 4);
    assert_eq!(announced(&recorder), Some(4.0));
}
