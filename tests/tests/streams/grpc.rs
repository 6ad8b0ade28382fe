//! gRPC's streams, if they are measured as streams: a call that fails ends in trailers that say so, and
//! its stream completed.

use std::time::Duration;

use bartizan::{
    conn::{ConnHandle, ConnectInfoLayer, Connections, Detail},
    http::Timing,
    observe::{Kind, MediaTypes, ObserveLayer},
    route::RouteSources,
    sse::Sse,
};
use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, request, text},
    grpc::Echo,
    recorder::Recorder,
    scrape::Scrape,
    server::Server,
};
use http::{HeaderMap, HeaderValue, Request};
use http_body_util::BodyExt;
use tokio::sync::mpsc;
use tonic::{
    Code,
    transport::{self, server::TcpIncoming},
};
use tower::{ServiceBuilder, util::MapRequestLayer};

use crate::{
    expect, h2,
    line::{Line, Raw},
};

/// tonic's server with all there is: the metrics of streams and of HTTP, connections and a guard.
struct Calls {
    recorder: Recorder,
    server: Server,
    connections: mpsc::UnboundedReceiver<ConnHandle>,
}

// === impl Calls ===

impl Calls {
    async fn start(change: fn(transport::Server) -> transport::Server) -> Self {
        let recorder = Recorder::new();
        let meter = || recorder.meter().build().expect("a meter without options");
        let sse = Sse::builder().meter(meter()).build().expect("no options");
        let http = recorder.http().duration(Kind::Grpc, Timing::Head);
        let http = http.build().expect("metrics of calls");
        let connections = Connections::builder().meter(meter()).build();
        let types = MediaTypes::event_streams().and("application/grpc");
        let layer = ObserveLayer::new(sse)
            .with(http)
            .streams(types.expect("a media type"))
            .routes(RouteSources::new().grpc());
        let (opened, seen) = mpsc::unbounded_channel();
        let look = move |request: Request<tonic::body::Body>| {
            let handle = request.extensions().get::<ConnHandle>();
            let _ = opened.send(handle.expect("an observed connection").clone());
            request
        };
        let stack = ServiceBuilder::new()
            .layer(ConnectInfoLayer::tcp())
            .layer(MapRequestLayer::new(look))
            .layer(ObserveLayer::new(()))
            .layer(layer)
            .into_inner();
        let router = change(transport::Server::builder())
            .layer(stack)
            .add_service(Echo);
        let server = Server::start(move |listener, stop| {
            let incoming = connections.incoming(TcpIncoming::from(listener));
            router.serve_with_incoming_shutdown(incoming, stop)
        });
        Self {
            server: server.await,
            recorder,
            connections: seen,
        }
    }

    /// The connection of the next call.
    async fn connection(&mut self) -> ConnHandle {
        self.connections.recv().await.expect("a server")
    }

    /// Waits until so many streams are closed, and checks why.
    async fn closes(&self, reasons: &[(&str, u64)]) -> Scrape {
        let streams: u64 = reasons.iter().map(|(_, streams)| streams).sum();
        let are = |scrape: &Scrape| {
            expect::closed(scrape) == streams
                && scrape.ended() == streams
                && expect::active(scrape) == 0.0
        };
        let scrape = self.recorder.once(are).await;
        expect::reasons(&scrape, reasons);
        scrape
    }
}

/// A call with an empty message.
fn call(method: &str) -> Request<AnyBody> {
    let mut request = request("POST", &format!("/test.Echo/{method}"));
    *request.body_mut() = text(&b"\0\0\0\0\0"[..]);
    let headers = request.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    headers.insert("te", HeaderValue::from_static("trailers"));
    request
}

fn code(headers: Option<&HeaderMap>) -> Option<Code> {
    let status = headers?.get("grpc-status")?;
    Some(Code::from_bytes(status.as_bytes()))
}

/// A message has five bytes of its own in front.
const PREFIX: usize = 5;

/// The method, the status in the head and in the trailers, and the bytes of the messages.
const CALLS: [(&str, Option<Code>, Option<Code>, usize); 4] = [
    ("Say", None, Some(Code::Ok), PREFIX),
    ("Count", None, Some(Code::Ok), 3 * PREFIX + 11),
    ("Break", None, Some(Code::DataLoss), 2 * PREFIX + 6),
    // It fails before there is anything to stream.
    ("Refuse", Some(Code::NotFound), None, 0),
];

#[tokio::test]
async fn calls_that_end() {
    for (method, head, trailers, bytes) in CALLS {
        let calls = Calls::start(|server| server).await;
        let mut client = Client::connect(calls.server.address(), Protocol::Http2).await;
        for round in 1..=crate::rounds() {
            let answer = client.fetch(call(method)).await.expect("an answer");
            assert_eq!(answer.head.status, 200);
            assert_eq!(code(Some(&answer.head.headers)), head, "{method}");
            assert_eq!(code(answer.trailers.as_ref()), trailers, "{method}");
            assert_eq!(answer.body.len(), bytes, "{method}");
            let scrape = calls.closes(&[("completed", round)]).await;
            assert_eq!(expect::passed(&scrape).bytes, round * bytes as u64);
            assert_eq!(scrape.values(crate::expect::STARTED, "http_route").len(), 1);
            // For HTTP it is a success, whatever gRPC's status is.
            let failed = expect::by(
                &scrape,
                "http_server_request_duration_seconds_count",
                "error_type",
            );
            assert_eq!(failed, [(String::new(), round)].into());
        }
        client.leave().await;
        calls.server.stop().await;
    }
}

/// A call that is cancelled is a stream that is reset.
#[tokio::test]
async fn calls_that_are_cancelled() {
    let mut calls = Calls::start(|server| server).await;
    let client = Client::connect(calls.server.address(), Protocol::Http2).await;
    for round in 1..=crate::rounds() {
        let response = client.send_beside(call("Tick")).await.expect("a head");
        let connection = calls.connection().await;
        let mut body = response.into_body();
        body.frame().await.expect("a tick").expect("no error");
        drop(body);
        calls.closes(&[("client_disconnect", round)]).await;
        assert_eq!((connection.cause(), connection.is_closed()), (None, false));
    }
    client.leave().await;
    calls.server.stop().await;
}

#[tokio::test]
async fn calls_whose_client_is_gone() {
    for (resets, detail) in [(false, Detail::Fin), (true, Detail::Reset)] {
        let mut calls = Calls::start(|server| server).await;
        for round in 1..=crate::rounds() {
            let (line, mut client) = Line::client(calls.server.address(), Protocol::Http2).await;
            let response = client.send(call("Tick")).await.expect("a head");
            let connection = calls.connection().await;
            let mut body = response.into_body();
            body.frame().await.expect("a tick").expect("no error");
            if resets {
                line.reset();
            } else {
                // It ticks: what is unread at the close makes it a reset.
                line.finish();
            }
            calls.closes(&[("client_disconnect", round)]).await;
            assert_eq!(connection.cause(), Some(detail));
        }
        calls.server.stop().await;
    }
}

/// tonic does not tell that it was the pings, so it is the server that closed.
#[tokio::test]
async fn a_peer_that_stops_to_answer_pings() {
    let mut calls = Calls::start(|server| {
        server
            .http2_keepalive_interval(Some(Duration::from_millis(50)))
            .http2_keepalive_timeout(Some(Duration::from_secs(1)))
    })
    .await;
    let mut raw = Raw::send(calls.server.address(), "").await;
    let asked = [h2::hello_without_windows(), h2::call(1, "/test.Echo/Tick")];
    raw.bytes(&asked.concat()).await;
    let connection = calls.connection().await;
    h2::answers_pings(&mut raw, 3).await;
    assert_eq!(expect::active(&calls.recorder.scrape()), 1.0);
    calls.closes(&[("server_closed", 1)]).await;
    assert_eq!((connection.cause(), connection.outcome()), (None, None));
    let closed = expect::connections(&calls.recorder, 1).await;
    assert_eq!(closed, [("server_closed".to_owned(), 1)].into());
    drop(raw);
    calls.server.stop().await;
}
