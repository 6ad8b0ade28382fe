//! The layers around the service.

mod grpc;
mod http;
mod lines;
mod spans;
mod sse;

pub use self::{
    grpc::GrpcMetrics,
    http::{HttpDurations, HttpMetrics, Timing},
    lines::{LineSample, Lines},
    spans::{Baggage, Spans, StreamEvents, UrlPath},
    sse::{EventStreams, StalledAfter},
};

use serde::{Deserialize, Serialize};

/// The layers around the service: what is told of each request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Layers {
    /// The scheme that clients use: `https` behind a proxy that ends TLS, too.
    pub scheme: Scheme,
    /// Paths that are in no span, no line and no HTTP metric, as templates: `/healthz`, `/internal/{*rest}`.
    pub skip: Vec<String>,
    /// The methods that are labels, instead of the well-known ten; others are `_OTHER`. At most 30.
    /// `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS` wins.
    pub methods: Option<Vec<String>>,
    /// Media types that are event streams, besides `text/event-stream`.
    pub stream_types: Vec<String>,
    /// A span for each request. They are made where `tracing.exporter` is not `none`.
    pub spans: Spans,
    /// A line of the log for each request, and two for each event stream.
    pub lines: Lines,
    /// Metrics of HTTP requests.
    pub http: HttpMetrics,
    /// Metrics of gRPC calls.
    pub grpc: GrpcMetrics,
    /// Metrics of event streams.
    pub sse: EventStreams,
}

/// The scheme that clients use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Scheme {
    /// Plain text.
    #[default]
    Http,
    /// TLS, here or at a proxy in front.
    Https,
}
