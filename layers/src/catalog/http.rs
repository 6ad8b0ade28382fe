//! The metrics of HTTP requests.

use opentelemetry_semantic_conventions::metric;

use super::{
    ERROR_TYPE, Kind, L14, METHOD, Metric, PROTOCOL_VERSION, ROUTE, SCHEME, SERVER_ADDRESS, STATUS,
    Stability, opt_in,
};

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
pub(super) const Y10: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

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
    recorded: "end of the body; event streams and upgrades at the head; gRPC calls not, where they are measured by themselves",
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
