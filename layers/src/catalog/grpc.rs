//! The metrics of gRPC calls.

use opentelemetry_semantic_conventions::{attribute, metric};

use super::{IO_DIRECTION, Kind, L14, Label, Metric, Stability, label};

/// The system of calls.
pub const RPC_SYSTEM: Label = label("rpc_system_name", attribute::RPC_SYSTEM_NAME, "`grpc`");
/// The method that was called.
pub const RPC_METHOD: Label = label(
    "rpc_method",
    attribute::RPC_METHOD,
    "200 methods by default, then `{overflow}`; `_OTHER` until an answer vouches for one",
);
/// The status of a call.
pub const RPC_STATUS: Label = label(
    "rpc_response_status_code",
    attribute::RPC_RESPONSE_STATUS_CODE,
    "17 statuses and `_OTHER`",
);
/// The kind of error of a call; absent on success, and where the fault is the client's by its status.
pub const RPC_ERROR_TYPE: Label = label(
    "error_type",
    attribute::ERROR_TYPE,
    "6 statuses, `_OTHER` and 12 kinds of end",
);

/// How long calls take.
pub const RPC_SERVER_CALL_DURATION: Metric = Metric {
    name: "rpc_server_call_duration_seconds",
    otel_name: metric::RPC_SERVER_CALL_DURATION,
    kind: Kind::Histogram,
    unit: "s",
    labels: &[RPC_SYSTEM, RPC_METHOD, RPC_STATUS, RPC_ERROR_TYPE],
    buckets: Some(L14),
    help: "Duration of incoming gRPC calls.",
    recorded: "trailers, or the end without",
    stability: Stability::Development,
};
/// Messages that passed.
pub const RPC_MESSAGES: Metric = Metric {
    name: "bartizan_rpc_messages_total",
    otel_name: "bartizan.rpc.messages",
    kind: Kind::Counter,
    unit: "{message}",
    labels: &[RPC_METHOD, IO_DIRECTION],
    buckets: None,
    help: "Messages of gRPC calls, as they were handed over; and as they were read, if request bodies are counted.",
    recorded: "live, each length-prefixed message at its last byte",
    stability: Stability::Development,
};
