//! The service: one route for each way in which an exchange can go.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, Request},
    http::{StatusCode, header},
    response::Response,
    routing::{get, post},
};
use bartizan_telemetry::Telemetry;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{answers, blast, broken, chat, download, feed, files, observability, sse};

/// How long `/api/slow` sleeps at most.
const MAX_SLEEP: Duration = Duration::from_secs(60);
/// What each panic that is asked for says.
pub(crate) const PANIC: &str = "a panic, as asked";

const INDEX: &str = "\
GET  /api/users/{id}
GET  /api/orgs/{org}/teams/{team}/members/{member}
GET  /api/slow?ms=N                 answers after N ms, 60000 at most
GET  /api/error                     500
GET  /api/panic                     the handler panics
POST /api/echo                      streams the body back
GET  /download?bytes=N&chunk=N      a streamed body without Content-Length
GET  /files/{*path}                 a plain tower service: readme.txt, hello.html, data/points.csv
GET  /events?count=N&interval_ms=N&size=N&types=a,b
                                    server-sent events; count=0 never ends
GET  /feed/{topic}                  events for ever, a few a second
GET  /blast                         events for ever, as fast as they are read
GET  /answers/{id}?cut=N&quota=N    an answer word by word, up to [DONE]; cut off, or refused, after N words
POST /broken/{how}                  a stream that breaks off once the request's body ends: error, panic
POST /api/metrics/web-vitals        what browsers report of their pages
POST /v1/chat/completions           chat completions, streamed with {\"stream\": true}
POST /grpc.health.v1.Health/Check   gRPC's health check
GET  /metrics                       what the layer saw
";

/// The whole service, not yet observed.
pub(crate) fn router(telemetry: &Telemetry) -> Router {
    let (_reporter, health) = tonic_health::server::health_reporter();
    let org = Router::new().route("/teams/{team}/members/{member}", get(member));
    Router::new()
        .route("/", get(INDEX))
        .route("/api/users/{id}", get(user))
        .nest("/api/orgs/{org}", org)
        .route("/api/slow", get(slow))
        .route("/api/error", get(error))
        .route("/api/panic", get(panic))
        .route("/api/echo", post(echo))
        .route("/download", get(download::download))
        .nest_service("/files", observability::nested(files::Files))
        .route("/events", get(sse::events))
        .route("/feed/{topic}", get(feed::feed))
        .route("/blast", get(blast::blast))
        .route("/answers/{id}", get(answers::answer))
        .route("/broken/{how}", post(broken::broken))
        .route("/v1/chat/completions", post(chat::completions))
        .route_service("/api/metrics/web-vitals", telemetry.web_vitals())
        .route_service("/grpc.health.v1.Health/{method}", health)
        .route_service("/metrics", telemetry.metrics_service())
        .with_state(telemetry.gen_ai().clone())
}

async fn user(Path(id): Path<String>) -> Json<Value> {
    Json(json!({ "id": id, "name": format!("User {id}") }))
}

async fn member(Path((org, team, member)): Path<(String, String, String)>) -> Json<Value> {
    Json(json!({ "org": org, "team": team, "member": member }))
}

#[derive(Deserialize)]
struct Slow {
    #[serde(default)]
    ms: u64,
}

async fn slow(Query(Slow { ms }): Query<Slow>) -> String {
    let sleep = Duration::from_millis(ms).min(MAX_SLEEP);
    tokio::time::sleep(sleep).await;
    format!("slept {} ms\n", sleep.as_millis())
}

async fn error() -> (StatusCode, &'static str) {
    (StatusCode::INTERNAL_SERVER_ERROR, "an error, as asked\n")
}

/// Nothing catches it: hyper closes the connection (HTTP/1) or resets the stream (HTTP/2).
async fn panic() -> StatusCode {
    panic!("{PANIC}")
}

async fn echo(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = Response::new(Body::new(body));
    if let Some(media_type) = parts.headers.get(header::CONTENT_TYPE) {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type.clone());
    }
    response
}
