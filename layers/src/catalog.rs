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

mod naming;

pub use self::naming::{Naming, NamingError};

use opentelemetry_semantic_conventions::{attribute, metric};

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
/// The label whose values ran over.
pub const OVERFLOWED: Label = label(
    "label",
    "label",
    "`http_route`, the capped labels, and the metrics whose label sets ran over",
);

/// The OpenTelemetry edges for request durations.
const L14: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
/// 256 · 8ᵏ.
const B8: &[f64] = &[
    256.0,
    2_048.0,
    16_384.0,
    131_072.0,
    1_048_576.0,
    8_388_608.0,
    67_108_864.0,
    536_870_912.0,
];
/// Times to a first byte.
const Y10: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// How long requests take.
pub const HTTP_SERVER_REQUEST_DURATION: Metric = Metric {
    name: "http_server_request_duration_seconds",
    otel_name: metric::HTTP_SERVER_REQUEST_DURATION,
    kind: Kind::Histogram,
    unit: "s",
    labels: &[
        METHOD,
        ROUTE,
        STATUS,
        ERROR_TYPE,
        SCHEME,
        PROTOCOL_VERSION,
        SERVER_ADDRESS,
    ],
    buckets: Some(L14),
    help: "Duration of HTTP server requests.",
    recorded: "end of the body; event streams and upgrades at the head",
    stability: Stability::Stable,
};
/// Requests under way.
pub const HTTP_SERVER_ACTIVE_REQUESTS: Metric = Metric {
    name: "http_server_active_requests",
    otel_name: metric::HTTP_SERVER_ACTIVE_REQUESTS,
    kind: Kind::UpDownCounter,
    unit: "{request}",
    labels: &[METHOD, SCHEME, opt_in(ROUTE)],
    buckets: None,
    help: "Number of HTTP server requests under way.",
    recorded: "from `call` to the end of the body",
    stability: Stability::Development,
};
/// How large request bodies are.
pub const HTTP_SERVER_REQUEST_BODY_SIZE: Metric = Metric {
    name: "http_server_request_body_size_bytes",
    otel_name: metric::HTTP_SERVER_REQUEST_BODY_SIZE,
    kind: Kind::Histogram,
    unit: "By",
    labels: &[METHOD, ROUTE, opt_in(STATUS), SERVER_ADDRESS],
    buckets: Some(B8),
    help: "Size of HTTP server request bodies.",
    recorded: "end, where Content-Length tells it or it was counted; event streams not",
    stability: Stability::Development,
};
/// How large response bodies are.
pub const HTTP_SERVER_RESPONSE_BODY_SIZE: Metric = Metric {
    name: "http_server_response_body_size_bytes",
    otel_name: metric::HTTP_SERVER_RESPONSE_BODY_SIZE,
    kind: Kind::Histogram,
    unit: "By",
    labels: &[METHOD, ROUTE, opt_in(STATUS), SERVER_ADDRESS],
    buckets: Some(B8),
    help: "Size of HTTP server response bodies, as handed over.",
    recorded: "end, if there was a head; event streams and upgrades not",
    stability: Stability::Development,
};
/// How long the first byte of a body takes.
pub const HTTP_TIME_TO_FIRST_BYTE: Metric = Metric {
    name: "bartizan_http_time_to_first_byte_seconds",
    otel_name: "bartizan.http.time_to_first_byte",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[METHOD, ROUTE, SERVER_ADDRESS],
    buckets: Some(Y10),
    help: "Time from a request's arrival to the first data frame of its response's body.",
    recorded: "first data frame (opt-in)",
    stability: Stability::Development,
};
/// Label values that a cap refused.
pub const LABEL_OVERFLOW: Metric = Metric {
    name: "bartizan_label_overflow_total",
    otel_name: "bartizan.label.overflow",
    kind: Kind::Counter,
    unit: "{occurrence}",
    labels: &[OVERFLOWED],
    buckets: None,
    help: "Label values and label sets that a full budget folded into an overflow series.",
    recorded: "each hit of a full budget; `http_route` is registered at 0",
    stability: Stability::Development,
};

/// Every metric, in the order of the documentation.
pub const ALL: &[&Metric] = &[
    &HTTP_SERVER_REQUEST_DURATION,
    &HTTP_SERVER_ACTIVE_REQUESTS,
    &HTTP_SERVER_REQUEST_BODY_SIZE,
    &HTTP_SERVER_RESPONSE_BODY_SIZE,
    &HTTP_TIME_TO_FIRST_BYTE,
    &LABEL_OVERFLOW,
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
