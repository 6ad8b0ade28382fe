//! How requests go wrong.

use std::{future::pending, time::Duration};

use axum::{
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::sleep;

use super::Fault;

/// What the service takes where it takes its time.
const SLOW: Duration = Duration::from_secs(3);

/// The requests that can be made to fail, and the gRPC calls; others go on.
const REQUESTS: &str = "/api/users/";
const CALLS: &str = "/grpc.";

/// Has a request go wrong, if it is to.
pub(super) async fn inject(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with(CALLS) && Fault::GrpcErrors.is_on() {
        return unavailable();
    }
    if !path.starts_with(REQUESTS) {
        return next.run(request).await;
    }
    if Fault::Hang.is_on() {
        pending::<()>().await;
    }
    if Fault::Latency.is_on() {
        sleep(SLOW).await;
    }
    if Fault::Errors.is_on() {
        return (StatusCode::INTERNAL_SERVER_ERROR, "a fault is on\n").into_response();
    }
    next.run(request).await
}

/// What gRPC says where there is no service: a status in the head.
fn unavailable() -> Response {
    let head = [("content-type", "application/grpc"), ("grpc-status", "14")];
    head.into_response()
}
