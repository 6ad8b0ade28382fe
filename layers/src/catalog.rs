//! Every metric that this crate emits, as data.
//!
//! The code registers and describes its metrics from these rows, the README's table and the buckets
//! of an exporter are made from them, and a check fails when one of them drifts.
//!
//! ```
//! use bartizan::{catalog, meter::Naming};
//! use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut builder = PrometheusBuilder::new();
//! for (name, edges) in catalog::buckets(&Naming::prometheus()) {
//!     builder = builder.set_buckets_for_metric(Matcher::Full(name), edges)?;
//! }
//! // `install_recorder` and `build_recorder` start no upkeep, and histograms grow without it:
//! // 16.5 bytes a sample. Run it from a task or a thread, every 5 seconds.
//! let recorder = builder.build_recorder();
//! let handle = recorder.handle();
//! handle.run_upkeep();
//! # Ok(())
//! # }
//! ```

mod conn;
mod gen_ai;
mod grpc;
mod http;
mod naming;
mod sse;
mod task;
mod telemetry;
mod vitals;

pub use self::{
    conn::*,
    gen_ai::*,
    grpc::*,
    http::*,
    naming::{Naming, NamingError},
    sse::*,
    task::*,
    telemetry::*,
    vitals::*,
};

use opentelemetry_semantic_conventions::attribute;

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Metric {
    /// The Prometheus name, with its unit in it.
    pub name: &'static str,
    /// The dotted OpenTelemetry name.
    pub otel_name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The UCUM unit.
    pub unit: &'static str,
    /// Its labels, in the order in which they are documented.
    pub labels: &'static [Label],
    /// The edges of its buckets, for a histogram.
    pub buckets: Option<&'static [f64]>,
    /// What it counts or measures, in a sentence.
    pub help: &'static str,
    /// When a value is recorded.
    pub recorded: &'static str,
    /// Whether it may still change.
    pub stability: Stability,
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// It only rises.
    Counter,
    /// A value as it was when it was set.
    Gauge,
    /// A distribution, in buckets.
    Histogram,
    /// A sum that rises and falls: a gauge of the facade, an `UpDownCounter` towards OpenTelemetry.
    UpDownCounter,
}

/// A label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// The Prometheus name.
    pub name: &'static str,
    /// The name of the OpenTelemetry attribute.
    pub otel_name: &'static str,
    /// What bounds its values.
    pub bound: &'static str,
    /// Whether it has to be asked for.
    pub opt_in: bool,
}

/// Whether a metric may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stability {
    /// Named by a stable semantic convention.
    Stable,
    /// Named by a convention in development, or by this project while it is 0.x.
    Development,
}

const fn label(name: &'static str, otel_name: &'static str, bound: &'static str) -> Label {
    Label {
        name,
        otel_name,
        bound,
        opt_in: false,
    }
}

const fn opt_in(label: Label) -> Label {
    Label {
        opt_in: true,
        ..label
    }
}

/// The request's method.
pub const METHOD: Label = label(
    "http_request_method",
    attribute::HTTP_REQUEST_METHOD,
    "10 known methods and `_OTHER`",
);
/// The route's template.
pub const ROUTE: Label = label(
    "http_route",
    attribute::HTTP_ROUTE,
    "200 routes by default, then `{overflow}`; `{unmatched}` without one",
);
/// The response's status; absent when there was no response.
pub const STATUS: Label = label(
    "http_response_status_code",
    attribute::HTTP_RESPONSE_STATUS_CODE,
    "the statuses that the service answers with",
);
/// The kind of error; absent on success.
pub const ERROR_TYPE: Label = label(
    "error_type",
    attribute::ERROR_TYPE,
    "5xx statuses and 13 kinds of end",
);
/// The scheme that the listener serves.
pub const SCHEME: Label = label("url_scheme", attribute::URL_SCHEME, "`http`, `https`");
/// The version of the protocol.
pub const PROTOCOL_VERSION: Label = opt_in(label(
    "network_protocol_version",
    attribute::NETWORK_PROTOCOL_VERSION,
    "`0.9`, `1.0`, `1.1`, `2`, `3`",
));
/// The host that the client asked for.
pub const SERVER_ADDRESS: Label = opt_in(label(
    "server_address",
    attribute::SERVER_ADDRESS,
    "the cap that it is asked for with, then `{overflow}`",
));
/// Why a stream was closed.
pub const CLOSE_REASON: Label = label(
    "close_reason",
    "close_reason",
    "14 kinds of end, and at most 8 that the service declares",
);
/// The type of an event; `message` without an `event:` line.
pub const EVENT_TYPE: Label = label(
    "event_type",
    "event.type",
    "20 types by default, then `{overflow}`; `_OTHER` outside an allow-list",
);
/// Why a stream is stalled.
pub const CAUSE: Label = label(
    "cause",
    "cause",
    "`no_first_event`, `no_event`, `write_blocked`, `not_polled`",
);
/// Why an error is one.
pub const REASON: Label = label(
    "reason",
    "reason",
    "the close reasons whose fault is the server's, and `serialization_error`",
);
/// Why a connection closed.
pub const CONNECTION_CLOSE_REASON: Label = label(
    "close_reason",
    "close_reason",
    "`client_closed`, `peer_timeout`, `io_error`, `server_closed`, `server_shutdown`, `unknown`",
);
/// How writing to a connection failed.
pub const CONNECTION_ERROR_TYPE: Label = label(
    "error_type",
    attribute::ERROR_TYPE,
    "5 kinds of error of a socket, and `_OTHER`",
);
/// Which way bytes went.
pub const IO_DIRECTION: Label = label(
    "network_io_direction",
    attribute::NETWORK_IO_DIRECTION,
    "`receive`, `transmit`",
);
/// The page that a browser reports on.
pub const PAGE: Label = label(
    "page",
    "page",
    "the pages of a table, or 200 by default, then `{overflow}`; `{unmatched}` without one",
);
/// How the browser came to the page.
pub const NAVIGATION_TYPE: Label = label(
    "navigation_type",
    "navigation.type",
    "`navigate`, `reload`, `back-forward`, `back-forward-cache`, `prerender`, `restore`, `soft-navigation`",
);
/// Which of the Web Vitals.
pub const VITAL: Label = label("name", "name", "`CLS`, `FCP`, `INP`, `LCP`, `TTFB`");
/// How good a value is.
pub const RATING: Label = label("rating", "rating", "`good`, `needs-improvement`, `poor`");
/// Why a browser's report was not recorded.
pub const VITAL_REASON: Label = label(
    "reason",
    "reason",
    "`body_error`, `cancelled`, `content_encoding`, `content_type`, `invalid_field`, `malformed`, `method`, `origin`, \
     `rate_limit`, `timeout`, `too_large`, `unknown_field`, `unsupported`, `update`",
);
/// What was scanned.
pub const SCAN: Label = label("scan", "scan", "`streams`, `tasks`");
/// What an exporter sends.
pub const SIGNAL: Label = label(
    "signal",
    "signal",
    "`logs`, `metrics`, `scrape` (the page that Prometheus asks for), `traces`",
);
/// The label whose values ran over.
pub const OVERFLOWED: Label = label(
    "label",
    "label",
    "`http_route`, `task`, `stage`, the other capped labels, and the metrics whose label sets ran over",
);

/// The OpenTelemetry edges for the durations of requests and calls.
const L14: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
/// Waits.
const W8: &[f64] = &[0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0];

/// Every metric, in the order of the documentation.
pub const ALL: &[&Metric] = &[
    &HTTP_SERVER_REQUEST_DURATION,
    &HTTP_SERVER_ACTIVE_REQUESTS,
    &HTTP_SERVER_REQUEST_BODY_SIZE,
    &HTTP_SERVER_RESPONSE_BODY_SIZE,
    &HTTP_TIME_TO_FIRST_BYTE,
    &RPC_SERVER_CALL_DURATION,
    &RPC_MESSAGES,
    &SSE_STREAMS_STARTED,
    &SSE_STREAMS_ACTIVE,
    &SSE_STREAMS_STALLED,
    &SSE_STREAMS_WITHOUT_EVENTS,
    &SSE_STREAM_DURATION,
    &SSE_TIME_TO_FIRST_BYTE,
    &SSE_TIME_TO_FIRST_EVENT,
    &SSE_EVENT_GAP,
    &SSE_EVENT_SIZE,
    &SSE_EVENTS,
    &SSE_EVENTS_UNDELIVERED,
    &SSE_FRAMES,
    &SSE_KEEPALIVES,
    &SSE_BODY,
    &SSE_ERRORS,
    &SSE_WRITE_ERRORS,
    &SSE_RECONNECTS,
    &SSE_BACKPRESSURE,
    &SERVER_CONNECTIONS_ACTIVE,
    &SERVER_CONNECTIONS_ACCEPTED,
    &SERVER_CONNECTION_DURATION,
    &SERVER_CONNECTION_IO,
    &SERVER_CONNECTION_WRITE_ERRORS,
    &SERVER_CONNECTION_WRITE_BLOCKED,
    &SERVER_DRAIN_START_TIME,
    &TASK_ACTIVE,
    &TASK_STARTED,
    &TASK_DURATION,
    &TASK_ERRORS,
    &TASK_STAGE_DURATION,
    &TASK_OLDEST_START_TIME,
    &TASK_LAST_SUCCESS_TIME,
    &GEN_AI_CLIENT_OPERATION_DURATION,
    &GEN_AI_CLIENT_TOKEN_USAGE,
    &GEN_AI_SERVER_TIME_TO_FIRST_TOKEN,
    &GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
    &GEN_AI_COST,
    &WEB_VITAL_LCP,
    &WEB_VITAL_INP,
    &WEB_VITAL_FCP,
    &WEB_VITAL_TTFB,
    &WEB_VITAL_CLS,
    &WEB_VITAL_REPORTS,
    &WEB_VITAL_REJECTED,
    &LABEL_OVERFLOW,
    &SCAN_TIME,
    &EXPORTER_UP,
    &EXPORT_FAILURES,
    &EXPORT_DROPPED,
];

/// The edges of every histogram's buckets, under the name that `naming` gives it.
///
/// An exporter that is not told buckets makes summaries, which cannot be aggregated.
pub fn buckets(naming: &Naming) -> impl Iterator<Item = (String, &'static [f64])> {
    ALL.iter()
        .filter_map(|metric| Some((naming.metric(metric), metric.buckets?)))
}

// === impl Kind ===

impl Kind {
    /// The word for it in documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::UpDownCounter => "up-down counter",
        }
    }
}

// === impl Stability ===

impl Stability {
    /// The word for it in documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Development => "development",
        }
    }
}
