//! The metrics of connections.

use super::{
    CONNECTION_CLOSE_REASON, CONNECTION_ERROR_TYPE, IO_DIRECTION, Kind, Metric, Stability, W8,
};

/// How long connections live.
const C8: &[f64] = &[1.0, 10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0];
/// Connections that are open.
pub const SERVER_CONNECTIONS_ACTIVE: Metric = Metric {
    name: "server_connections_active",
    otel_name: "server.connections.active",
    kind: Kind::UpDownCounter,
    unit: "{connection}",
    labels: &[],
    buckets: None,
    help: "Number of connections that are open.",
    recorded: "from accept until the connection is dropped",
    stability: Stability::Development,
};
/// Connections that were accepted.
pub const SERVER_CONNECTIONS_ACCEPTED: Metric = Metric {
    name: "server_connections_accepted_total",
    otel_name: "server.connections.accepted",
    kind: Kind::Counter,
    unit: "{connection}",
    labels: &[],
    buckets: None,
    help: "Connections that were accepted.",
    recorded: "accept",
    stability: Stability::Development,
};
/// How long connections lived.
pub const SERVER_CONNECTION_DURATION: Metric = Metric {
    name: "server_connection_duration_seconds",
    otel_name: "server.connection.duration",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[CONNECTION_CLOSE_REASON],
    buckets: Some(C8),
    help: "Duration of connections, by why they closed.",
    recorded: "the connection is dropped",
    stability: Stability::Development,
};
/// What connections carried.
pub const SERVER_CONNECTION_IO: Metric = Metric {
    name: "server_connection_io_bytes_total",
    otel_name: "server.connection.io",
    kind: Kind::Counter,
    unit: "By",
    labels: &[IO_DIRECTION],
    buckets: None,
    help: "Bytes that connections received and transmitted.",
    recorded: "every 64 KiB of a connection, and when it is dropped; registered at 0",
    stability: Stability::Development,
};
/// Connections that failed in writing.
pub const SERVER_CONNECTION_WRITE_ERRORS: Metric = Metric {
    name: "server_connection_write_errors_total",
    otel_name: "server.connection.write_errors",
    kind: Kind::Counter,
    unit: "{error}",
    labels: &[CONNECTION_ERROR_TYPE],
    buckets: None,
    help: "Connections that failed in writing, by their first such error.",
    recorded: "a connection's first failed write; registered at 0",
    stability: Stability::Development,
};
/// How long connections could not be written to.
pub const SERVER_CONNECTION_WRITE_BLOCKED: Metric = Metric {
    name: "server_connection_write_blocked_seconds",
    otel_name: "server.connection.write_blocked",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[],
    buckets: Some(W8),
    help: "Times for which a connection took no more bytes.",
    recorded: "it takes bytes again, fails or is dropped",
    stability: Stability::Development,
};
/// When the server began to drain.
pub const SERVER_DRAIN_START_TIME: Metric = Metric {
    name: "server_drain_start_time_seconds",
    otel_name: "server.drain.start_time",
    kind: Kind::Gauge,
    unit: "s",
    labels: &[],
    buckets: None,
    help: "When the server began to drain, in seconds of Unix time; 0 if it did not.",
    recorded: "the drain token fires; registered at 0",
    stability: Stability::Development,
};
