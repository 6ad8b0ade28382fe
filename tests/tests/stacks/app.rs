//! A service whose routes each end in another way, and a client that walks along them.

use std::{convert::Infallible, future::pending, time::Duration};

use axum::{Router, body::Body, extract::Request, response::IntoResponse, routing::any};
use bartizan::route::RouteSources;
use bartizan_tests::{
    AnyBody, BoxError, Protocol,
    client::{Client, get, text},
    recorder::Recorder,
    script::ticks,
    server::Server,
};
use http::{Response, StatusCode};
use http_body_util::BodyExt;

/// The templates of the app.
pub(crate) const ROUTES: [&str; 5] = [
    "/fail/{id}",
    "/hang/{id}",
    "/panic/{id}",
    "/ticks/{id}",
    "/users/{id}",
];

/// What is recorded of a walk if no layer interferes.
pub(crate) const PLAIN: [&str; 6] = [
    "2x GET /fail/{id} 503 503",
    "2x GET /hang/{id} cancelled_before_response",
    "2x GET /panic/{id} panic",
    "2x GET /ticks/{id} 200 dropped",
    "2x GET /users/{id} 200",
    "2x GET {unmatched} 404",
];

/// What the app answers.
pub(crate) async fn answer<B>(request: http::Request<B>) -> Result<Response<AnyBody>, BoxError> {
    let path = request.uri().path();
    let route = path.rsplit('/').nth(1).unwrap_or_default();
    let (status, body) = match route {
        "users" => (
            200,
            text("a user, with a name that is long enough to be compressed"),
        ),
        "fail" => (503, text("no")),
        "panic" => panic!("the path says so"),
        "hang" => pending().await,
        "ticks" => (200, ticks("tick", Duration::from_millis(5))),
        _ => (404, text("what?")),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status)?;
    Ok(response)
}

/// The same, for routers.
pub(crate) async fn handler(request: Request) -> impl IntoResponse + use<> {
    let answer = answer(request).await.expect("it never fails");
    answer.map(Body::new)
}

/// The app as a router.
pub(crate) fn router() -> Router {
    ROUTES.iter().fold(Router::new(), |router, route| {
        router.route(route, any(handler))
    })
}

/// The app's routes as a table, below a prefix.
pub(crate) fn table(prefix: &str) -> RouteSources {
    let templates = ROUTES.map(|route| format!("{prefix}{route}"));
    RouteSources::new()
        .table(templates)
        .expect("templates that do not collide")
}

/// Walks along the routes below a prefix, by both protocols, and returns what was recorded.
pub(crate) async fn walk(server: Server, recorder: &Recorder, prefix: &str) -> Vec<String> {
    for protocol in Protocol::BOTH {
        for (route, leaves) in [
            ("/users/7", false),
            ("/fail/7", false),
            ("/panic/7", false),
            ("/hang/7", true),
            ("/ticks/7", true),
            ("/nowhere", false),
        ] {
            let before = recorder.scrape().ended();
            let mut client = Client::connect(server.address(), protocol).await;
            let exchange = async {
                let Ok(mut response) = client.send(get(&format!("{prefix}{route}"))).await else {
                    return;
                };
                if leaves {
                    // A layer may have an answer of its own.
                    let _ = response.body_mut().frame().await;
                } else {
                    let _ = response.collect().await;
                }
            };
            let hangs = async {
                if route == "/hang/7" {
                    recorder.under_way(1).await;
                    // Long enough for the layers that answer in place of the app.
                    tokio::time::sleep(Duration::from_millis(70)).await;
                } else {
                    pending().await
                }
            };
            tokio::select! {
                () = exchange => {}
                () = hangs => {}
            }
            client.leave().await;
            recorder
                .once(|scrape| scrape.ended() > before && scrape.idle())
                .await;
        }
    }
    server.stop().await;
    let scrape = recorder.scrape();
    assert!(scrape.idle());
    scrape.records()
}

/// A service's error, for where there is none.
pub(crate) fn never(error: BoxError) -> Infallible {
    unreachable!("{error}")
}
