//! Receivers that hang or are not there, and the requests meanwhile.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Path, routing::get};
use bartizan::observe::ObserveLayer;
use bartizan_tests::{
    Protocol,
    client::{Client, get as ask},
    server::Server,
    wait::eventually,
};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{self, SdkTracerProvider, SpanData},
};
use tokio::{net::TcpListener, time::timeout};

use crate::export::{QUEUE, Transport, provider, shut_down, span};

/// How long an exporter waits for an answer.
const HANG: Duration = Duration::from_secs(60);
/// Plenty for the requests, and too little if one of them waits for the exporter.
const PLENTY: Duration = Duration::from_secs(6);
/// More than the processor has place for.
const REQUESTS: usize = 4 * QUEUE;

/// What became of the exports.
#[derive(Clone, Debug, Default)]
struct Exports {
    begun: Arc<AtomicUsize>,
    ended: Arc<Mutex<Vec<Result<(), String>>>>,
}

/// An exporter whose exports are watched.
#[derive(Debug)]
struct Watched {
    exporter: SpanExporter,
    exports: Exports,
}

/// A service whose spans go nowhere.
#[derive(Debug)]
struct Site {
    server: Server,
    client: Client,
    provider: SdkTracerProvider,
    exports: Exports,
}

// === impl Exports ===

impl Exports {
    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    fn failed(&self) -> usize {
        let ended = self.ended.lock().expect("no panic in here");
        ended.iter().filter(|result| result.is_err()).count()
    }

    fn ended(&self) -> usize {
        self.ended.lock().expect("no panic in here").len()
    }
}

// === impl Watched ===

impl trace::SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.exports.begun.fetch_add(1, Ordering::SeqCst);
        let result = self.exporter.export(batch).await;
        let mut ended = self.exports.ended.lock().expect("no panic in here");
        ended.push(result.as_ref().map_err(ToString::to_string).copied());
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

// === impl Site ===

impl Site {
    async fn start(transport: Transport, receiver: SocketAddr) -> Self {
        let exports = Exports::default();
        let provider = provider(
            "a site",
            Watched {
                exporter: transport.exporter(receiver, HANG),
                exports: exports.clone(),
            },
        );
        let layer = ObserveLayer::new(span(&provider));
        let handler = async |Path(id): Path<usize>| format!("item {id}");
        let router = Router::new().route("/items/{id}", get(handler));
        let server = Server::axum(router.layer(layer)).await;
        Self {
            client: Client::connect(server.address(), Protocol::Http1).await,
            server,
            provider,
            exports,
        }
    }

    /// Asks so often, one after the other, within the time that is plenty.
    async fn serve(&mut self, requests: usize) {
        let served = async {
            for id in 0..requests {
                let request = ask(&format!("/items/{id}"));
                let answer = self.client.fetch(request).await.expect("an answer");
                assert_eq!(answer.head.status, 200);
                assert_eq!(answer.body, format!("item {id}"));
            }
        };
        let served = timeout(PLENTY, served).await;
        served.unwrap_or_else(|_| panic!("requests waited: {:?}", self.exports));
    }

    async fn stop(self) {
        self.client.leave().await;
        self.server.stop().await;
        // What became of the spans is asserted before.
        let _ = shut_down(self.provider).await;
    }
}

async fn assert_served_in_a_hang(transport: Transport) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let receiver = listener.local_addr().expect("an address");
    let hanging = tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            held.push(listener.accept().await.expect("a connection"));
        }
    });

    let mut site = Site::start(transport, receiver).await;
    site.serve(1).await;
    let begun = || (site.exports.begun() == 1).then_some(());
    eventually(begun, || format!("{:?}", site.exports)).await;
    site.serve(REQUESTS).await;
    assert_eq!((site.exports.begun(), site.exports.ended()), (1, 0));

    // Its connections close with it, and that ends the export.
    hanging.abort();
    assert!(hanging.await.expect_err("it never ends").is_cancelled());
    site.stop().await;
}

async fn assert_served_without_a_receiver(transport: Transport) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let receiver = listener.local_addr().expect("an address");
    drop(listener);

    let mut site = Site::start(transport, receiver).await;
    for round in 1..3 {
        site.serve(REQUESTS).await;
        let failed = || (site.exports.failed() >= round).then_some(());
        eventually(failed, || format!("{:?}", site.exports)).await;
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_hangs_delays_no_request_over_grpc() {
    assert_served_in_a_hang(Transport::Grpc).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_hangs_delays_no_request_over_http() {
    assert_served_in_a_hang(Transport::HttpProtobuf).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_not_there_fails_no_request_over_grpc() {
    assert_served_without_a_receiver(Transport::Grpc).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_not_there_fails_no_request_over_http() {
    assert_served_without_a_receiver(Transport::HttpProtobuf).await;
}
