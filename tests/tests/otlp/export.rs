//! The SDK's exporters, and a provider for a service.

use std::{net::SocketAddr, time::Duration};

use bartizan::span::Span;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, hyper::HyperClient};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{self, BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider},
};
use tokio::runtime::Handle;

/// How OTLP is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Grpc,
    HttpProtobuf,
}

/// A client of hyper's for the thread of the batch processor, which is in no runtime.
#[derive(Debug)]
struct Remote {
    client: HyperClient,
    runtime: Handle,
}

// === impl Transport ===

impl Transport {
    /// An exporter that waits so long for an answer.
    pub(crate) fn exporter(self, to: SocketAddr, patience: Duration) -> SpanExporter {
        let built = match self {
            Self::Grpc => SpanExporter::builder()
                .with_tonic()
                .with_endpoint(format!("http://{to}"))
                .with_timeout(patience)
                .build(),
            Self::HttpProtobuf => SpanExporter::builder()
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_endpoint(format!("http://{to}/v1/traces"))
                .with_timeout(patience)
                .with_http_client(Remote {
                    client: HyperClient::with_default_connector(patience, None),
                    runtime: Handle::current(),
                })
                .build(),
        };
        built.expect("an exporter of a known address")
    }
}

// === impl Remote ===

#[tonic::async_trait]
impl HttpClient for Remote {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self
            .runtime
            .spawn(async move { client.send_bytes(request).await });
        sent.await?
    }
}

/// How many spans wait for their export; what comes on top is lost.
pub(crate) const QUEUE: usize = 64;

/// A service's provider, which exports in batches as soon as there is something.
pub(crate) fn provider(
    service: &'static str,
    exporter: impl trace::SpanExporter + 'static,
) -> SdkTracerProvider {
    let batches = BatchConfigBuilder::default()
        .with_scheduled_delay(Duration::from_millis(10))
        .with_max_queue_size(QUEUE);
    let processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(batches.build())
        .build();
    SdkTracerProvider::builder()
        .with_resource(Resource::builder_empty().with_service_name(service).build())
        .with_span_processor(processor)
        .build()
}

/// Shuts a provider down, which takes a thread until its last spans are exported or lost.
pub(crate) async fn shut_down(provider: SdkTracerProvider) -> OTelSdkResult {
    let shut = tokio::task::spawn_blocking(move || provider.shutdown());
    shut.await.expect("a shutdown that does not panic")
}

/// The layer's spans by this provider.
pub(crate) fn span(provider: &SdkTracerProvider) -> Span {
    let span = Span::builder().tracer_provider(provider).build();
    span.expect("nothing of it can be refused")
}
