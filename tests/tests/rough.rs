//! Clients that are out to make a server lose count: streams that are reset as fast as they are opened,
//! and a pipeline of requests whose sender is gone before the first answer.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, get, text},
    recorder::Recorder,
    server::Server,
};
use futures_util::{FutureExt, future::join_all};
use http::{Request, Response};
use hyper::body::Incoming;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};
use tower::{ServiceBuilder, service_fn};

/// A server that counts its calls, and answers after a while or never.
async fn server(recorder: &Recorder, calls: &Arc<AtomicU64>) -> Server {
    let calls = Arc::clone(calls);
    let service = ServiceBuilder::new()
        .layer(recorder.layer())
        .service(service_fn(move |request: Request<Incoming>| {
            calls.fetch_add(1, Ordering::Relaxed);
            async move {
                if request.uri().path() == "/hang" {
                    std::future::pending::<()>().await;
                }
                tokio::task::yield_now().await;
                Ok::<Response<AnyBody>, Infallible>(Response::new(text("here")))
            }
        }));
    Server::hyper(service).await
}

async fn assert_all_ended(recorder: &Recorder, calls: &AtomicU64, at_least: u64) {
    let scrape = recorder
        .once(|scrape| scrape.idle() && scrape.ended() == calls.load(Ordering::Relaxed))
        .await;
    // Nothing comes late.
    sleep(Duration::from_millis(50)).await;
    assert_eq!(recorder.scrape().ended(), calls.load(Ordering::Relaxed));
    assert!(scrape.idle());
    let reached = calls.load(Ordering::Relaxed);
    assert!(
        reached >= at_least,
        "only {reached} requests reached the service"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_are_reset_as_fast_as_they_open_are_counted_once_each() {
    let (recorder, calls) = (Recorder::new(), Arc::new(AtomicU64::new(0)));
    let server = server(&recorder, &calls).await;
    for round in 0..60 {
        let client = Client::connect(server.address(), Protocol::Http2).await;
        for wave in 0..10 {
            let path = if wave % 2 == 0 { "/hang" } else { "/quick" };
            let streams = (0..20).map(|_| client.send_beside(get(path)));
            // Sent, and let go of, some at once and some after a moment.
            let mut all = Box::pin(join_all(streams));
            let _ = all.as_mut().now_or_never();
            let _ = timeout(Duration::from_micros(50 * (round % 4)), all).await;
        }
        client.leave().await;
    }
    assert_all_ended(&recorder, &calls, 500).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pipeline_whose_sender_is_gone_is_counted_as_far_as_it_was_served() {
    let (recorder, calls) = (Recorder::new(), Arc::new(AtomicU64::new(0)));
    let server = server(&recorder, &calls).await;
    let pipeline = "GET /quick HTTP/1.1\r\nhost: x\r\n\r\n".repeat(500);
    for last in [
        "",
        "GET /hang HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST /quick HTTP/1.1\r\nhost: x\r\ncontent-length: 999\r\n\r\nhalf",
    ] {
        for _ in 0..10 {
            let mut socket = TcpStream::connect(server.address())
                .await
                .expect("a connection");
            let sent = format!("{pipeline}{last}");
            socket
                .write_all(sent.as_bytes())
                .await
                .expect("it takes them");
            // Gone with the answers unread: a reset.
            drop(socket);
        }
    }
    assert_all_ended(&recorder, &calls, 30).await;
}
