//! The metrics of event streams.

use super::{
    CAUSE, CLOSE_REASON, ERROR_TYPE, EVENT_TYPE, Kind, Metric, REASON, ROUTE, Stability, W8,
    http::Y10, opt_in,
};

/// How long streams last: 10 s is what a proxy's time-out looks like.
const D11: &[f64] = &[
    0.1, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0,
];
/// Times to a first event.
const F12: &[f64] = &[
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
/// Gaps between events.
const G12: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0,
];
/// 64 · 4ᵏ.
const E8: &[f64] = &[
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
];

/// Streams that began.
pub const SSE_STREAMS_STARTED: Metric = Metric {
    name: "sse_streams_started_total",
    otel_name: "sse.streams.started",
    kind: Kind::Counter,
    unit: "{stream}",
    labels: &[ROUTE],
    buckets: None,
    help: "Event streams whose response head was sent.",
    recorded: "head",
    stability: Stability::Development,
};
/// Open streams.
pub const SSE_STREAMS_ACTIVE: Metric = Metric {
    name: "sse_streams_active",
    otel_name: "sse.streams.active",
    kind: Kind::UpDownCounter,
    unit: "{stream}",
    labels: &[ROUTE],
    buckets: None,
    help: "Number of event streams that are open.",
    recorded: "from the head to the end of the body",
    stability: Stability::Development,
};
/// Streams that do not get on.
pub const SSE_STREAMS_STALLED: Metric = Metric {
    name: "sse_streams_stalled",
    otel_name: "sse.streams.stalled",
    kind: Kind::Gauge,
    unit: "{stream}",
    labels: &[ROUTE, CAUSE],
    buckets: None,
    help: "Number of open event streams that a scan found stalled; one stream may have several causes.",
    recorded: "each scan: `no_first_event` after 10 s, `no_event` after 30 s, `write_blocked` and `not_polled` after 5 s",
    stability: Stability::Development,
};
/// Streams in which nothing was said.
pub const SSE_STREAMS_WITHOUT_EVENTS: Metric = Metric {
    name: "sse_streams_without_events_total",
    otel_name: "sse.streams.without_events",
    kind: Kind::Counter,
    unit: "{stream}",
    labels: &[ROUTE, CLOSE_REASON],
    buckets: None,
    help: "Event streams that ended without an event.",
    recorded: "end; every close reason is registered at 0 with a route's first stream",
    stability: Stability::Development,
};
/// How long streams last.
pub const SSE_STREAM_DURATION: Metric = Metric {
    name: "sse_stream_duration_seconds",
    otel_name: "sse.stream.duration",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[ROUTE, CLOSE_REASON],
    buckets: Some(D11),
    help: "Duration of event streams, from the head to the end of the body.",
    recorded: "end; every close reason is registered with a route's first stream",
    stability: Stability::Development,
};
/// How long the first byte of a stream takes.
pub const SSE_TIME_TO_FIRST_BYTE: Metric = Metric {
    name: "sse_time_to_first_byte_seconds",
    otel_name: "sse.time_to_first_byte",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[ROUTE],
    buckets: Some(Y10),
    help: "Time from a request's arrival to the first frame of its event stream.",
    recorded: "first frame",
    stability: Stability::Development,
};
/// How long the first event of a stream takes.
pub const SSE_TIME_TO_FIRST_EVENT: Metric = Metric {
    name: "sse_time_to_first_event_seconds",
    otel_name: "sse.time_to_first_event",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[ROUTE],
    buckets: Some(F12),
    help: "Time from a request's arrival to the first event of its stream that is no keep-alive.",
    recorded: "first event",
    stability: Stability::Development,
};
/// How far events are apart.
pub const SSE_EVENT_GAP: Metric = Metric {
    name: "sse_event_gap_seconds",
    otel_name: "sse.event.gap",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[ROUTE],
    buckets: Some(G12),
    help: "Time between frames of an event stream that hold events.",
    recorded: "each frame with events but the first",
    stability: Stability::Development,
};
/// How large events are.
pub const SSE_EVENT_SIZE: Metric = Metric {
    name: "sse_event_size_bytes",
    otel_name: "sse.event.size",
    kind: Kind::Histogram,
    unit: "By",
    labels: &[ROUTE, opt_in(EVENT_TYPE)],
    buckets: Some(E8),
    help: "Size of events, their lines and line ends included.",
    recorded: "each event that is no keep-alive",
    stability: Stability::Development,
};
/// Events.
pub const SSE_EVENTS: Metric = Metric {
    name: "sse_events_total",
    otel_name: "sse.events",
    kind: Kind::Counter,
    unit: "{event}",
    labels: &[ROUTE, EVENT_TYPE],
    buckets: None,
    help: "Events handed over, keep-alives not counted.",
    recorded: "live, with the frame that completes the event",
    stability: Stability::Development,
};
/// Events that never left.
pub const SSE_EVENTS_UNDELIVERED: Metric = Metric {
    name: "sse_events_undelivered_total",
    otel_name: "sse.events.undelivered",
    kind: Kind::Counter,
    unit: "{event}",
    labels: &[ROUTE, EVENT_TYPE],
    buckets: None,
    help: "Events handed over and never accepted by the socket: a lower bound.",
    recorded: "end, or when the connection settles; HTTP/1 with an observed connection",
    stability: Stability::Development,
};
/// Frames.
pub const SSE_FRAMES: Metric = Metric {
    name: "sse_frames_total",
    otel_name: "sse.frames",
    kind: Kind::Counter,
    unit: "{frame}",
    labels: &[ROUTE],
    buckets: None,
    help: "Data frames of event streams.",
    recorded: "live",
    stability: Stability::Development,
};
/// What only keeps a connection open.
pub const SSE_KEEPALIVES: Metric = Metric {
    name: "sse_keepalives_total",
    otel_name: "sse.keepalives",
    kind: Kind::Counter,
    unit: "{event}",
    labels: &[ROUTE],
    buckets: None,
    help: "Comments in event streams, and events of a keep-alive type.",
    recorded: "live",
    stability: Stability::Development,
};
/// Bytes.
pub const SSE_BODY: Metric = Metric {
    name: "sse_body_bytes_total",
    otel_name: "sse.body",
    kind: Kind::Counter,
    unit: "By",
    labels: &[ROUTE],
    buckets: None,
    help: "Bytes of event streams handed over.",
    recorded: "live",
    stability: Stability::Development,
};
/// What the server did wrong.
pub const SSE_ERRORS: Metric = Metric {
    name: "sse_errors_total",
    otel_name: "sse.errors",
    kind: Kind::Counter,
    unit: "{error}",
    labels: &[ROUTE, REASON],
    buckets: None,
    help: "Event streams that ended by the server's fault, and events that could not be serialized.",
    recorded: "end, and when the frame after a reported `serialization_error` passes; registered at 0 with a route's first stream",
    stability: Stability::Development,
};
/// Streams whose connection failed in writing.
pub const SSE_WRITE_ERRORS: Metric = Metric {
    name: "sse_write_errors_total",
    otel_name: "sse.write_errors",
    kind: Kind::Counter,
    unit: "{error}",
    labels: &[ROUTE, ERROR_TYPE],
    buckets: None,
    help: "Event streams whose connection failed in writing. Diagnostic: whether a client's leaving is met reading or writing is a race.",
    recorded: "end, with an observed connection",
    stability: Stability::Development,
};
/// Clients that came back.
pub const SSE_RECONNECTS: Metric = Metric {
    name: "sse_reconnects_total",
    otel_name: "sse.reconnects",
    kind: Kind::Counter,
    unit: "{request}",
    labels: &[ROUTE],
    buckets: None,
    help: "Event streams that a client asked for with Last-Event-ID.",
    recorded: "head",
    stability: Stability::Development,
};
/// How long a stream waited for its connection.
pub const SSE_BACKPRESSURE: Metric = Metric {
    name: "sse_backpressure_seconds",
    otel_name: "sse.backpressure",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[ROUTE],
    buckets: Some(W8),
    help: "Time from handing a frame over until the body was polled again, from 0.1 s on.",
    recorded: "the poll that ends the wait",
    stability: Stability::Development,
};
