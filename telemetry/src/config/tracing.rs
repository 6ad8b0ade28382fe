//! Spans, and where they go.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{Period, secret::Hidden};

/// Spans, and where they go.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Tracing {
    /// Where spans go. `OTEL_TRACES_EXPORTER` wins, and with `otlp` in it `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`.
    pub exporter: TraceExporter,
    /// By default what the exporter's specification says: `http://localhost:4317` for OTLP with gRPC,
    /// `http://localhost:4318/v1/traces` with HTTP, `http://localhost:9411/api/v2/spans` for Zipkin. One that has no path
    /// gets that of these; with gRPC it may have none. It is refused where nothing is sent.
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_EXPORTER_ZIPKIN_ENDPOINT` win.
    pub endpoint: Option<String>,
    /// What each request carries besides, as for an API key. `OTEL_EXPORTER_OTLP_TRACES_HEADERS` and
    /// `OTEL_EXPORTER_OTLP_HEADERS` win.
    pub headers: BTreeMap<String, String>,
    /// How long a batch may take. `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`, `OTEL_EXPORTER_OTLP_TIMEOUT`,
    /// `OTEL_EXPORTER_ZIPKIN_TIMEOUT` and `OTEL_BSP_EXPORT_TIMEOUT` win.
    pub timeout: Period,
    /// What is sampled. `OTEL_TRACES_SAMPLER` wins.
    pub sampler: Sampler,
    /// The share of traces that begin here and are sampled, from 0 to 1. `OTEL_TRACES_SAMPLER_ARG` wins.
    pub ratio: f64,
    /// What of a caller's context is taken, and sent on. `OTEL_PROPAGATORS` wins.
    pub propagators: Vec<Propagator>,
    /// How spans are sent.
    pub batch: Batch,
}

/// What of a caller's context is taken, and sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Propagator {
    /// The trace that it is in, by the W3C's `traceparent` and `tracestate`.
    TraceContext,
    /// The W3C's baggage: a client's text that travels on to what the service calls. It goes with `tracecontext`.
    Baggage,
}

/// Where spans go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TraceExporter {
    /// OTLP with gRPC.
    OtlpGrpc,
    /// OTLP with protobuf over HTTP.
    OtlpHttp,
    /// Zipkin's `POST /api/v2/spans`.
    Zipkin,
    /// Standard output, a line each: for a look at them.
    Stdout,
    /// Nowhere: no span is made.
    #[default]
    None,
}

/// What is sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sampler {
    /// Everything.
    AlwaysOn,
    /// Nothing.
    AlwaysOff,
    /// A share of all traces.
    #[serde(rename = "traceidratio")]
    TraceIdRatio,
    /// As the caller decided; of traces that begin here, everything.
    #[serde(rename = "parentbased_always_on")]
    ParentBasedAlwaysOn,
    /// As the caller decided; of traces that begin here, nothing.
    #[serde(rename = "parentbased_always_off")]
    ParentBasedAlwaysOff,
    /// As the caller decided; of traces that begin here, a share.
    #[default]
    #[serde(rename = "parentbased_traceidratio")]
    ParentBasedTraceIdRatio,
}

/// How spans are sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Batch {
    /// How many spans may wait; what comes when it is full is dropped, and counted. `OTEL_BSP_MAX_QUEUE_SIZE` wins.
    pub queue: usize,
    /// How many spans a batch has at most. `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` wins.
    pub size: usize,
    /// How long a span waits for others at most. `OTEL_BSP_SCHEDULE_DELAY` wins.
    pub delay: Period,
}

// === impl Tracing ===

impl fmt::Debug for Tracing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            exporter,
            endpoint,
            headers,
            timeout,
            sampler,
            ratio,
            propagators,
            batch,
        } = self;
        f.debug_struct("Tracing")
            .field("exporter", exporter)
            .field("endpoint", endpoint)
            .field("headers", &Hidden(headers))
            .field("timeout", timeout)
            .field("sampler", sampler)
            .field("ratio", ratio)
            .field("propagators", propagators)
            .field("batch", batch)
            .finish()
    }
}

impl Default for Tracing {
    fn default() -> Self {
        Self {
            exporter: TraceExporter::default(),
            endpoint: None,
            headers: BTreeMap::new(),
            timeout: Period::from_secs(10),
            sampler: Sampler::default(),
            ratio: 0.2,
            propagators: vec![Propagator::TraceContext],
            batch: Batch::default(),
        }
    }
}

// === impl Batch ===

impl Default for Batch {
    fn default() -> Self {
        Self {
            queue: 2_048,
            size: 512,
            delay: Period::from_secs(5),
        }
    }
}
