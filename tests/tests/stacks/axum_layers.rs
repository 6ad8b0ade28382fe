//! Other people's layers, outside and inside of the observing one.

use std::time::Duration;

use axum::{
    Router, body::Body, error_handling::HandleErrorLayer, extract::Request, response::IntoResponse,
};
use bartizan_tests::{recorder::Recorder, server::Server};
use http::{HeaderValue, Response, StatusCode, header};
use tower::{BoxError, ServiceBuilder, ServiceExt, timeout::TimeoutLayer as TowerTimeoutLayer};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, cors::CorsLayer,
    timeout::TimeoutLayer, trace::TraceLayer,
};

use crate::app::{PLAIN, router, walk};

const BRIEF: Duration = Duration::from_millis(40);

/// The plain walk, but for the route that is named.
fn except(route: &str, ends: &str) -> Vec<String> {
    let line = |line: &&str| match line.contains(route) {
        true => format!("2x GET {route} {ends}"),
        false => (*line).to_owned(),
    };
    let mut lines: Vec<_> = PLAIN.iter().map(line).collect();
    lines.sort();
    lines
}

/// Walks along a router.
async fn records(recorder: &Recorder, router: Router) -> Vec<String> {
    walk(Server::axum(router).await, recorder, "").await
}

fn timeout() -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, BRIEF)
}

#[tokio::test]
async fn a_timeout_outside_lets_go_of_the_exchange() {
    let recorder = Recorder::new();
    let router = router().layer(recorder.layer()).layer(timeout());
    assert_eq!(records(&recorder, router).await, PLAIN);
}

#[tokio::test]
async fn a_timeout_inside_is_its_status() {
    let recorder = Recorder::new();
    let router = router().layer(timeout()).layer(recorder.layer());
    assert_eq!(
        records(&recorder, router).await,
        except("/hang/{id}", "504 504")
    );
}

#[tokio::test]
async fn a_caught_panic_outside_is_a_panic() {
    let recorder = Recorder::new();
    let router = router()
        .layer(recorder.layer())
        .layer(CatchPanicLayer::new());
    assert_eq!(records(&recorder, router).await, PLAIN);
}

#[tokio::test]
async fn a_caught_panic_inside_is_its_status() {
    let recorder = Recorder::new();
    let router = router()
        .layer(CatchPanicLayer::new())
        .layer(recorder.layer());
    assert_eq!(
        records(&recorder, router).await,
        except("/panic/{id}", "500 500")
    );
}

#[tokio::test]
async fn compression_outside_and_inside() {
    let recorder = Recorder::new();
    let outside = router()
        .layer(recorder.layer())
        .layer(CompressionLayer::new());
    assert_eq!(records(&recorder, outside).await, PLAIN);
    let recorder = Recorder::new();
    let inside = router()
        .layer(CompressionLayer::new())
        .layer(recorder.layer());
    assert_eq!(records(&recorder, inside).await, PLAIN);
}

#[tokio::test]
async fn traces_outside_and_inside() {
    let recorder = Recorder::new();
    let trace = TraceLayer::new_for_http;
    let router = router()
        .layer(trace())
        .layer(recorder.layer())
        .layer(trace());
    assert_eq!(records(&recorder, router).await, PLAIN);
}

#[tokio::test]
async fn cors_outside_answers_preflights_unseen_and_inside_seen() {
    let preflight = || {
        let request = Request::options("/users/7")
            .header(header::ORIGIN, "http://elsewhere.test")
            .header(
                header::ACCESS_CONTROL_REQUEST_METHOD,
                HeaderValue::from_static("GET"),
            );
        request.body(Body::empty()).unwrap()
    };
    let recorder = Recorder::new();
    let outside = router()
        .layer(recorder.layer())
        .layer(CorsLayer::permissive());
    drop(outside.clone().oneshot(preflight()).await.unwrap());
    assert_eq!(recorder.scrape().series(), 0);
    assert_eq!(records(&recorder, outside).await, PLAIN);

    let recorder = Recorder::new();
    let inside = router()
        .layer(CorsLayer::permissive())
        .layer(recorder.layer());
    drop(inside.clone().oneshot(preflight()).await.unwrap());
    assert_eq!(recorder.scrape().records(), ["OPTIONS /users/{id} 200"]);
    let mut wanted = PLAIN.map(str::to_owned).to_vec();
    wanted.push("OPTIONS /users/{id} 200".to_owned());
    assert_eq!(records(&recorder, inside).await, wanted);
}

#[tokio::test]
async fn a_timeout_of_tower_inside_with_its_handler() {
    let recorder = Recorder::new();
    let handled = ServiceBuilder::new()
        .layer(recorder.layer())
        .layer(HandleErrorLayer::new(async |_: BoxError| {
            StatusCode::REQUEST_TIMEOUT
        }))
        .layer(TowerTimeoutLayer::new(BRIEF));
    assert_eq!(
        records(&recorder, router().layer(handled)).await,
        except("/hang/{id}", "408")
    );
}

#[tokio::test]
async fn a_timeout_of_tower_outside_with_its_handler() {
    let recorder = Recorder::new();
    let handled = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async |_: BoxError| {
            StatusCode::REQUEST_TIMEOUT
        }))
        .layer(TowerTimeoutLayer::new(BRIEF))
        .layer(recorder.layer());
    assert_eq!(records(&recorder, router().layer(handled)).await, PLAIN);
}

#[tokio::test]
async fn a_timeout_of_tower_between_the_layer_and_the_handler_of_errors() {
    let recorder = Recorder::new();
    let handled = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async |_: BoxError| {
            StatusCode::REQUEST_TIMEOUT
        }))
        .layer(recorder.layer())
        .layer(TowerTimeoutLayer::new(BRIEF));
    assert_eq!(
        records(&recorder, router().layer(handled)).await,
        except("/hang/{id}", "timeout")
    );
}

#[tokio::test]
async fn a_limit_and_a_buffer_inside() {
    let recorder = Recorder::new();
    let handled = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async |_: BoxError| {
            StatusCode::SERVICE_UNAVAILABLE
        }))
        .layer(recorder.layer())
        .buffer(8)
        .concurrency_limit(4);
    assert_eq!(records(&recorder, router().layer(handled)).await, PLAIN);
}

#[tokio::test]
async fn an_optional_layer() {
    for on in [true, false] {
        let recorder = Recorder::new();
        let stack = ServiceBuilder::new()
            .option_layer(on.then(|| {
                ServiceBuilder::new()
                    .map_response(|response: Response<_>| response.map(Body::new))
                    .layer(recorder.layer())
            }))
            .map_response(IntoResponse::into_response);
        let router = router().layer(stack);
        if on {
            assert_eq!(records(&recorder, router).await, PLAIN);
        } else {
            let request = Request::get("/users/7").body(Body::empty()).unwrap();
            assert_eq!(router.oneshot(request).await.unwrap().status(), 200);
            assert_eq!(recorder.scrape().series(), 0);
        }
    }
}

#[tokio::test]
async fn everything_at_once() {
    let recorder = Recorder::new();
    let router = router().layer(
        ServiceBuilder::new()
            .layer(TraceLayer::new_for_http())
            .layer(recorder.layer())
            .layer(CorsLayer::permissive())
            .layer(timeout())
            .layer(CatchPanicLayer::new())
            .layer(CompressionLayer::new()),
    );
    let mut wanted = except("/hang/{id}", "504 504");
    wanted[2] = "2x GET /panic/{id} 500 500".to_owned();
    assert_eq!(records(&recorder, router).await, wanted);
}
