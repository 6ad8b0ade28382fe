//! Clients of the ordinary routes, of the model and of gRPC.

use std::{net::SocketAddr, time::Duration};

use axum::body::Body;
use http::{Request, header};
use http_body_util::BodyExt;
use tokio::time::{sleep, timeout};

use crate::{
    Error,
    connection::{Connection, Protocol},
    scenes::{Payload, Scene, get, post, with},
};

/// The pause between two requests.
const PAUSE: Duration = Duration::from_millis(80);
/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(6);

/// What is played; each of it goes well.
const SCENES: &[Scene] = &[
    get("/api/users/{n}", "/api/users/{id}"),
    get("/download?bytes=30000&chunk=16384", "/download"),
    get(
        "/api/orgs/acme/teams/blue/members/{n}",
        "/api/orgs/{org}/teams/{team}/members/{member}",
    ),
    get("/events?count=3&interval_ms=20&types=tick,tock", "/events"),
    get("/api/users/{n}", "/api/users/{id}"),
    post(
        "/v1/chat/completions",
        "/v1/chat/completions",
        Payload::Json(STREAMED),
    ),
    get("/files/readme.txt", "/files/{*path}"),
    get("/answers/{n}", "/answers/{id}"),
    get("/nothing/{n}", "{unmatched}"),
    get("/api/slow?ms=20", "/api/slow"),
    post("/api/echo", "/api/echo", Payload::Sized(2_000)),
    with("HEAD", "/api/users/{n}", "/api/users/{id}"),
    post(
        "/v1/chat/completions",
        "/v1/chat/completions",
        Payload::Json(WHOLE),
    ),
];

const STREAMED: &str =
    r#"{"stream": true, "messages": [{"role": "user", "content": "one two three four five"}]}"#;
const WHOLE: &str = r#"{"stream": false, "messages": [{"role": "user", "content": "hello"}]}"#;

/// gRPC's health check, and a message for it that is empty.
const CHECK: &str = "/grpc.health.v1.Health/Check";
const EMPTY_MESSAGE: &[u8] = &[0; 5];

/// Plays the scenes for ever, over one connection as long as it holds.
pub(crate) async fn play(address: SocketAddr, protocol: Protocol, first: usize) {
    let mut open = None;
    for (number, scene) in (0..).zip(SCENES.iter().cycle().skip(first)) {
        let asked = timeout(PATIENCE, ask(&mut open, address, protocol, scene, number)).await;
        if !matches!(asked, Ok(Ok(()))) {
            open = None;
        }
        sleep(PAUSE).await;
    }
}

async fn ask(
    open: &mut Option<Connection>,
    address: SocketAddr,
    protocol: Protocol,
    scene: &Scene,
    number: u64,
) -> Result<(), Error> {
    let connection = match open {
        Some(connection) => connection,
        None => open.insert(Connection::open(address, protocol).await?),
    };
    connection.ready().await?;
    let request = connection.request(scene, number, None)?;
    let response = connection.send(request).await?;
    response.into_body().collect().await?;
    if protocol == Protocol::Http2 {
        let uri = format!("http://{address}{CHECK}");
        let call = Request::post(uri).header(header::CONTENT_TYPE, "application/grpc");
        connection.ready().await?;
        let response = connection
            .send(call.body(Body::from(EMPTY_MESSAGE))?)
            .await?;
        response.into_body().collect().await?;
    }
    Ok(())
}
