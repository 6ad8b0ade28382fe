//! Ends of which hyper's own result tells more than the socket does.

use std::{convert::Infallible, time::Duration};

use bartizan::conn::{ConnHandle, Outcome};
use bartizan_tests::{
    client::text,
    server::{Server, Stop},
};
use http::{Request, Response};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::rig::{PREFACE_AND_SETTINGS, Rig};

const SOON: Duration = Duration::from_millis(50);

/// Serves one connection, and sends its handle.
async fn serve(rig: Rig, listener: TcpListener, told: oneshot::Sender<ConnHandle>, http2: bool) {
    let io = rig
        .connections
        .observe(listener.accept().await.expect("a connection").0);
    let handle = io.handle();
    told.send(handle.clone()).expect("a test that waits");
    let io = TokioIo::new(io);
    let service =
        service_fn(async |_: Request<Incoming>| Ok::<_, Infallible>(Response::new(text("hello"))));
    if http2 {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(SOON)
            .keep_alive_timeout(SOON);
        let _ = handle.observe(builder.serve_connection(io, service)).await;
    } else {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(SOON);
        let _ = handle.observe(builder.serve_connection(io, service)).await;
    }
}

/// Says something to a server, waits until it closes, and returns what is known then.
async fn say(rig: &Rig, words: &[u8], http2: bool) -> ConnHandle {
    let (told, handle) = oneshot::channel();
    let serving = rig.clone();
    let server =
        Server::start(move |listener, _: Stop| serve(serving, listener, told, http2)).await;
    let mut client = TcpStream::connect(server.address())
        .await
        .expect("a server");
    client.write_all(words).await.expect("room");
    client.read_to_end(&mut Vec::new()).await.expect("a close");
    server.stop().await;
    handle.await.expect("a connection")
}

#[tokio::test]
async fn a_peer_that_does_not_answer_pings_timed_out() {
    let rig = Rig::new();
    let handle = say(&rig, PREFACE_AND_SETTINGS, true).await;
    assert_eq!(handle.outcome(), Some(Outcome::KeepAliveTimeout));
    assert_eq!((handle.cause(), handle.is_http2()), (None, true));
    rig.closed(1, "peer_timeout").await;
}

#[tokio::test]
async fn a_head_that_does_not_come_timed_out() {
    let rig = Rig::new();
    let handle = say(&rig, b"GET / HTTP/1.1\r\nhost:", false).await;
    assert_eq!(handle.outcome(), Some(Outcome::HeaderTimeout));
    assert_eq!((handle.cause(), handle.is_http2()), (None, false));
    rig.closed(1, "peer_timeout").await;
}

#[tokio::test]
async fn a_peer_that_breaks_the_protocol_is_closed_by_the_server() {
    let window_of_zero = b"\0\0\x04\x08\0\0\0\0\0\0\0\0\0";
    let words = [PREFACE_AND_SETTINGS, window_of_zero].concat();
    for (words, http2) in [(&*words, true), (b"\x01\x02\x03\r\n\r\n", false)] {
        let rig = Rig::new();
        let handle = say(&rig, words, http2).await;
        assert_eq!(handle.outcome(), Some(Outcome::ProtocolError));
        rig.closed(1, "server_closed").await;
    }
}
