//! The messages of `google.rpc` that receivers explain themselves with.

#[cfg(feature = "otlp-grpc")]
use std::time::Duration;

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(crate) details: Vec<RpcDetail>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RpcDetail {
    #[prost(string, tag = "1")]
    pub(crate) type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    pub(crate) retry_delay: Option<Seconds>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct Seconds {
    #[prost(int64, tag = "1")]
    pub(crate) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(crate) nanos: i32,
}

// === impl RetryInfo ===

impl RetryInfo {
    /// How long to wait; `None` where it is not said, or below zero.
    #[cfg(feature = "otlp-grpc")]
    pub(crate) fn delay(&self) -> Option<Duration> {
        let Seconds { seconds, nanos } = self.retry_delay?;
        let seconds = Duration::from_secs(seconds.try_into().ok()?);
        Some(seconds.saturating_add(Duration::from_nanos(nanos.try_into().ok()?)))
    }
}
