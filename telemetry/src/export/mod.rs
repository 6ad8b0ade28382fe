//! What pushes: spans and metrics, to where the configuration says.
//!
//! ```text
//! a request's thread   Gate::on_end: is there place in the queue? if not, it is dropped, and counted
//! the SDK's thread     Exporter: encodes a batch, gives it to the courier, and waits for it
//! the runtime's        attempts, through one client: a connection, time-outs, retries
//! ```
//!
//! **Whatever a receiver does, it costs the SDK's thread the time-out at most** ([`Courier`](courier::Courier)), and nobody
//! else anything. At the end the time that is left is shared by all batches that wait.
//!
//! **Requests are ours, not those of `opentelemetry-otlp`**: its exporters tell what a receiver rejected to a log only, sleep
//! between retries on the SDK's thread, copy a batch for each of them, and read `OTEL_*` behind the configuration's back
//! (`OTEL_EXPORTER_OTLP_COMPRESSION=gzip` refuses to start). What is sent is encoded by `opentelemetry-proto`.

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http", feature = "zipkin"))]
mod address;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http", feature = "zipkin"))]
mod attempts;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http", feature = "zipkin"))]
mod client;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http", feature = "zipkin"))]
mod connector;
mod courier;
mod error;
mod exporter;
mod failure;
mod gate;
#[cfg(feature = "otlp-grpc")]
mod grpc;
mod json;
mod metrics;
#[cfg(all(test, not(feature = "tls")))]
mod not_compiled_in;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod otlp;
#[cfg(any(feature = "otlp-http", feature = "zipkin"))]
mod post;
mod queue;
mod spans;
mod stdout;
#[cfg(all(
    test,
    feature = "otlp-grpc",
    feature = "otlp-http",
    feature = "tls",
    feature = "zipkin"
))]
mod tests;
#[cfg(feature = "zipkin")]
mod zipkin;

pub use self::error::ExportError;
pub(crate) use self::{
    metrics::{MetricsPush, metrics},
    spans::{Processors, spans},
};
