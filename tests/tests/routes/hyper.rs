//! Routes of a table, for services without a router.

use bartizan::route::RouteSources;
use bartizan_tests::{
    AnyBody, BoxError,
    client::text,
    recorder::{DURATION, Recorder},
};
use http::{Request, Response};
use tower::{Layer, service_fn};

use super::{exchange, records};

async fn ok(_: Request<AnyBody>) -> Result<Response<AnyBody>, BoxError> {
    Ok(Response::new(text("ok")))
}

#[tokio::test]
async fn a_table_names_what_it_matches_and_nothing_else() {
    let recorder = Recorder::new();
    let templates = ["/", "/users/{id}", "/users/me", "/files/{*path}"];
    let routes = RouteSources::new().table(templates).unwrap();
    let service = recorder.layer().routes(routes).layer(service_fn(ok));
    let paths = [
        "/",
        "/?query=/users/7",
        "/users/7?id=/files/x",
        "/users/me",
        "/users/a%2Fb",
        "/files/a/b",
        "/users/7/posts",
        "/users",
        "//users/7",
    ];
    let wanted = [
        "2x GET / 200",
        "2x GET /users/{id} 200",
        "3x GET {unmatched} 200",
        "GET /files/{*path} 200",
        "GET /users/me 200",
    ];
    assert_eq!(records(&recorder, service, &paths).await, wanted);
}

#[tokio::test]
async fn requests_without_a_path_are_unmatched() {
    let recorder = Recorder::new();
    let routes = RouteSources::new().table(["/{*path}"]).unwrap();
    let service = recorder.layer().routes(routes).layer(service_fn(ok));
    for (method, uri) in [("OPTIONS", "*"), ("CONNECT", "elsewhere.test:443")] {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .body(text(""))
            .unwrap();
        exchange(&service, request).await.unwrap();
    }
    let routes = recorder.scrape().values(DURATION, "http_route");
    assert_eq!(routes, ["{unmatched}"]);
}

#[tokio::test]
async fn a_limit_that_is_set_after_the_table_breaks_no_route() {
    let recorder = Recorder::new();
    let sources = RouteSources::new()
        .table(["/one/{id}", "/two/{id}"])
        .unwrap()
        .limit(10);
    let service =
        recorder
            .layer()
            .routes(sources)
            .layer(service_fn(async |request: Request<_>| {
                if request.uri().path() == "/other" {
                    bartizan::route::annotate("/a/word");
                }
                ok(request).await
            }));
    let wanted = ["GET /a/word 200", "GET /one/{id} 200", "GET /two/{id} 200"];
    assert_eq!(
        records(&recorder, service, &["/other", "/two/2", "/one/1"]).await,
        wanted
    );
}

#[tokio::test]
async fn a_table_has_its_places_whatever_the_limit() {
    let recorder = Recorder::new();
    let sources = RouteSources::new()
        .limit(1)
        .table(["/one", "/two"])
        .unwrap();
    let service =
        recorder
            .layer()
            .routes(sources)
            .layer(service_fn(async |request: Request<_>| {
                if request.uri().path() == "/other" {
                    bartizan::route::annotate("/a/word");
                }
                ok(request).await
            }));
    let wanted = ["GET /one 200", "GET /two 200", "GET {overflow} 200"];
    let paths = ["/other", "/two", "/one"];
    assert_eq!(records(&recorder, service, &paths).await, wanted);
}

#[test]
fn templates_that_collide_are_refused() {
    assert!(RouteSources::new().table(["/{id}", "/{name}"]).is_err());
}
