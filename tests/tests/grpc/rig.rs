//! A server with the metrics of calls, and what they say.

use std::time::Duration;

use bartizan::{
    grpc::{Grpc, GrpcLayer},
    observe::{CountedInPlace, ObserveLayer},
};
use bartizan_tests::{
    grpc::{Caller, Echo, Raw},
    recorder::Recorder,
    scrape::{Sample, Scrape},
    server::Server,
};
use bytes::Bytes;
use http::uri::PathAndQuery;
use tonic::{
    Streaming,
    transport::{self, Channel, Endpoint},
};

use crate::chat::Chat;

pub(crate) const DURATION: &str = "rpc_server_call_duration_seconds";
pub(crate) const MESSAGES: &str = "bartizan_rpc_messages_total";

/// tonic's server with the services of tests.
pub(crate) struct Calls {
    pub(crate) recorder: Recorder,
    pub(crate) server: Server,
}

/// Methods that never answer, or panic: no answer can vouch for them.
const SILENT: [&str; 2] = ["test.Echo/Hang", "test.Echo/Panic"];

/// The metrics of calls, recorded there.
pub(crate) fn grpc(recorder: &Recorder) -> Grpc {
    let meter = recorder.meter().build().expect("a meter without options");
    let builder = Grpc::builder().meter(meter).methods(SILENT);
    builder.build().expect("methods")
}

// === impl Calls ===

impl Calls {
    pub(crate) async fn start() -> Self {
        let recorder = Recorder::new();
        let layer: GrpcLayer = ObserveLayer::new(grpc(&recorder));
        Self::with(recorder, layer.count_request_bodies_in_place()).await
    }

    pub(crate) async fn with(
        recorder: Recorder,
        layer: ObserveLayer<Grpc, CountedInPlace>,
    ) -> Self {
        let (_, health) = tonic_health::server::health_reporter();
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()
            .expect("descriptors");
        let router = transport::Server::builder()
            .layer(layer)
            .add_service(Echo)
            .add_service(Chat)
            .add_service(health)
            .add_service(reflection);
        Self {
            server: Server::tonic(router).await,
            recorder,
        }
    }

    pub(crate) async fn caller(&self) -> Caller {
        Caller::connect(self.server.address()).await
    }

    /// A client that streams.
    pub(crate) async fn streamer(&self) -> Streamer {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.server.address()));
        let channel = endpoint.expect("an address").connect().await;
        Streamer(tonic::client::Grpc::new(channel.expect("a server")))
    }

    /// The records, once there are so many: the method, the status, and the error type if there is one.
    pub(crate) async fn ended(&self, calls: u64) -> Vec<String> {
        let scrape = self
            .recorder
            .once(|scrape| scrape.count(DURATION, &[]) == calls);
        records(&scrape.await)
    }

    /// The messages of each method and way, once there are so many.
    pub(crate) async fn messages(&self, wanted: u64) -> Vec<String> {
        let total = |scrape: &Scrape| -> f64 {
            scrape
                .samples(MESSAGES, &[])
                .map(|sample| sample.value)
                .sum()
        };
        let scrape = self
            .recorder
            .once(|scrape| total(scrape) == wanted as f64)
            .await;
        messages(&scrape)
    }
}

/// A client that streams.
pub(crate) struct Streamer(tonic::client::Grpc<Channel>);

// === impl Streamer ===

impl Streamer {
    pub(crate) async fn sum(&mut self, messages: usize) -> Bytes {
        let messages = futures_util::stream::iter(
            (0..messages).map(|number| Bytes::from(vec![b'x'; number * 100])),
        );
        self.0.ready().await.expect("a server");
        let path = PathAndQuery::from_static("/test.Chat/Sum");
        let answer = self
            .0
            .client_streaming(tonic::Request::new(messages), path, Raw);
        answer.await.expect("a sum").into_inner()
    }

    pub(crate) async fn stream(
        &mut self,
        path: &'static str,
        messages: impl futures_util::Stream<Item = Bytes> + Send + 'static,
    ) -> Streaming<Bytes> {
        self.0.ready().await.expect("a server");
        let path = PathAndQuery::from_static(path);
        let answer = self.0.streaming(tonic::Request::new(messages), path, Raw);
        answer.await.expect("a stream").into_inner()
    }
}

/// The records of calls: the method, the status, the error type, and how often if more than once.
pub(crate) fn records(scrape: &Scrape) -> Vec<String> {
    let name = format!("{DURATION}_count");
    let mut records: Vec<_> = scrape.samples(&name, &[]).map(record).collect();
    records.sort();
    records
}

fn record(sample: &Sample) -> String {
    let mut labels = sample.labels.clone();
    assert_eq!(labels.remove("rpc_system_name").as_deref(), Some("grpc"));
    let names = ["rpc_method", "rpc_response_status_code", "error_type"];
    let mut words: Vec<_> = names
        .iter()
        .filter_map(|name| labels.remove(*name))
        .collect();
    assert!(labels.is_empty(), "{labels:?}");
    if sample.value != 1.0 {
        words.push(format!("x{}", sample.value));
    }
    words.join(" ")
}

pub(crate) fn messages(scrape: &Scrape) -> Vec<String> {
    let line = |sample: &Sample| {
        let [method, way] = ["rpc_method", "network_io_direction"].map(|name| &sample.labels[name]);
        format!("{method} {way} {}", sample.value)
    };
    let mut lines: Vec<_> = scrape.samples(MESSAGES, &[]).map(line).collect();
    lines.sort();
    lines
}

/// A deadline that a test can wait for.
pub(crate) const DEADLINE: Duration = Duration::from_millis(40);
