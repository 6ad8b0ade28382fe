//! Streams on observed connections: a line while one is open, and one that tells why it was closed.

use std::{net::Shutdown, time::Duration};

use axum::{Router, routing::get};
use bartizan::{
    conn::{Connections, Drain},
    log::Log,
    meter::Meter,
    observe::{ObserveLayer, StreamHandle, StreamHandles},
    sse::{DrainLayer, Sse},
};
use bartizan_tests::{
    AnyBody, Protocol,
    client::{self, Client},
    script::{Script, Step, ticks},
    server::Server,
};
use http::{Request, Response};
use http_body_util::BodyExt;
use socket2::SockRef;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tracing::Level;

use crate::lines::{Line, Lines};

/// A server with a stream that goes on, one that ends, and one that fails.
struct Rig {
    server: Server,
    drain: Drain,
}

fn event_stream(body: AnyBody) -> Response<AnyBody> {
    let response = Response::builder().header("content-type", "text/event-stream");
    response.body(body).expect("a head")
}

async fn endless(request: Request<axum::body::Body>) -> Response<AnyBody> {
    if let Some(stream) = request.extensions().get::<StreamHandle>() {
        stream.set_id("session-7");
    }
    event_stream(ticks("data: tick\n\n", Duration::from_millis(5)))
}

async fn whole() -> Response<AnyBody> {
    let event = || Step::data("data: x\n\n");
    event_stream(Script::new([event(), event(), Step::data(": and a comment\n\n")]).any())
}

async fn failing() -> Response<AnyBody> {
    event_stream(Script::new([Step::data("data: x\n\n"), Step::Pend, Step::Fail]).any())
}

impl Rig {
    async fn start() -> Self {
        let meter = Meter::builder().build().expect("a meter");
        let drain = Drain::with_meter(&meter);
        let connections = Connections::builder()
            .meter(meter)
            .drain(drain.clone())
            .build();
        let observe = ObserveLayer::new(Sse::new())
            .with(Log::new())
            .stream_handles(StreamHandles::new());
        let app: Router = Router::new()
            .route("/endless", get(endless))
            .route("/whole", get(whole))
            .route("/failing", get(failing))
            .layer(DrainLayer::new(&drain))
            .layer(observe);
        let (fired, drained) = (drain.clone(), drain.clone());
        let server = Server::start(move |listener, stop| {
            tokio::spawn(async move {
                stop.await;
                fired.fire();
            });
            axum::serve(connections.listener(listener), connections.make(app))
                .with_graceful_shutdown(drained.fired())
                .into_future()
        })
        .await;
        Self { server, drain }
    }
}

fn opened(line: &Line, route: &str) {
    assert_eq!((line.level, line.target), (Level::INFO, "stream"));
    assert_eq!(line.text("message"), Some("stream opened"));
    assert_eq!(line.text("http.route"), Some(route));
    assert_eq!(line.number("http.response.status_code"), Some(200));
    assert_eq!(line.text("close_reason"), None);
    assert_eq!(line.fields.get("duration_seconds"), None);
}

fn closed(line: &Line, level: Level, reason: &str, fault: Option<&str>, detail: Option<&str>) {
    assert_eq!((line.level, line.target), (level, "stream"), "{line:?}");
    assert_eq!(line.text("message"), Some("stream closed"));
    assert_eq!(line.text("close_reason"), Some(reason));
    let error = (reason != "completed").then_some(reason);
    assert_eq!(line.text("error.type"), error);
    assert_eq!(line.text("fault"), fault);
    assert_eq!(line.text("detail"), detail);
    assert!(line.fields.contains_key("duration_seconds"));
}

#[tokio::test]
async fn a_stream_that_ends_has_its_events_in_its_line() {
    for protocol in Protocol::BOTH {
        let (_guard, lines) = Lines::subscribe();
        let rig = Rig::start().await;
        let mut client = Client::connect(rig.server.address(), protocol).await;
        client.fetch(client::get("/whole")).await.expect("a stream");
        let seen = lines.once(2).await;
        opened(&seen[0], "/whole");
        closed(&seen[1], Level::INFO, "completed", None, None);
        let figures = ["frames", "events", "keepalives", "http.response.body.size"];
        let figures = figures.map(|name| seen[1].number(name).expect("a figure"));
        assert_eq!(figures, [3, 2, 1, 35]);
        client.fetch(client::get("/failing")).await.ok();
        let seen = lines.once(4).await;
        closed(&seen[3], Level::ERROR, "body_error", Some("server"), None);
        assert_eq!(seen[3].number("events"), Some(1));
        client.leave().await;
        rig.server.stop().await;
        assert_eq!(lines.all().len(), 4);
    }
}

/// The two lines of a stream whose client went away.
async fn disconnected(lines: &Lines, detail: &str) {
    let seen = lines.once(2).await;
    opened(&seen[0], "/endless");
    let fault = Some("client");
    closed(
        &seen[1],
        Level::INFO,
        "client_disconnect",
        fault,
        Some(detail),
    );
    for line in seen {
        assert_eq!(line.text("stream_id"), Some("session-7"));
    }
}

#[tokio::test]
async fn a_client_that_closes() {
    for protocol in Protocol::BOTH {
        let (_guard, lines) = Lines::subscribe();
        let rig = Rig::start().await;
        let socket = TcpStream::connect(rig.server.address())
            .await
            .expect("a server");
        let kept = SockRef::from(&socket).try_clone().expect("a socket");
        let mut client = Client::over(socket, protocol).await;
        let response = client.send(client::get("/endless")).await.expect("a head");
        let mut body = response.into_body();
        body.frame().await.expect("more").expect("no error");
        assert_eq!(lines.once(1).await.len(), 1, "it is open");
        kept.shutdown(Shutdown::Write).expect("a socket");
        disconnected(&lines, "fin").await;
        client.leave().await;
        rig.server.stop().await;
        assert_eq!(lines.all().len(), 2);
    }
}

#[tokio::test]
async fn a_client_that_resets() {
    let (_guard, lines) = Lines::subscribe();
    let rig = Rig::start().await;
    let mut socket = TcpStream::connect(rig.server.address())
        .await
        .expect("a server");
    let request = b"GET /endless HTTP/1.1\r\nhost: bartizan.test\r\n\r\n";
    socket.write_all(request).await.expect("a socket");
    lines.once(1).await;
    let abortive = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
    abortive.expect("a socket");
    drop(socket);
    disconnected(&lines, "reset").await;
    rig.server.stop().await;
    assert_eq!(lines.all().len(), 2);
}

#[tokio::test]
async fn a_planned_shutdown_is_no_error() {
    for protocol in Protocol::BOTH {
        let (_guard, lines) = Lines::subscribe();
        let rig = Rig::start().await;
        let mut client = Client::connect(rig.server.address(), protocol).await;
        let response = client.send(client::get("/endless")).await.expect("a head");
        let mut body = response.into_body();
        body.frame().await.expect("more").expect("no error");
        lines.once(1).await;
        rig.drain.fire();
        body.collect().await.expect("a whole body");
        let seen = lines.once(2).await;
        closed(
            &seen[1],
            Level::INFO,
            "server_shutdown",
            Some("planned"),
            None,
        );
        client.leave().await;
        rig.server.stop().await;
    }
}
