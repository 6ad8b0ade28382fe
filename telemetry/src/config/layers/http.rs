//! Metrics of HTTP requests.

use serde::{Deserialize, Serialize};

/// Metrics of HTTP requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpMetrics {
    /// Whether they are recorded.
    pub enabled: bool,
    /// When durations are recorded, by what the response is.
    pub duration: HttpDurations,
    /// Whether the time to the first byte of each body is recorded.
    pub time_to_first_byte: bool,
    /// Whether the sizes of requests' bodies are recorded.
    pub request_size: bool,
    /// Whether the sizes of responses' bodies are recorded.
    pub response_size: bool,
    /// Whether durations are labelled with `network_protocol_version`.
    pub protocol_version: bool,
    /// Whether sizes are labelled with `http_response_status_code`.
    pub size_by_status: bool,
    /// Whether active requests are labelled with `http_route`.
    pub active_by_route: bool,
    /// Adds the label `server_address`, with at most so many hosts. They are clients' texts.
    pub server_address_cap: Option<usize>,
}

/// When durations are recorded, by what the response is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpDurations {
    /// A response like any other.
    pub plain: Timing,
    /// An event stream.
    pub stream: Timing,
    /// A connection that is handed over, as to a WebSocket.
    pub upgrade: Timing,
    /// A gRPC call; by default it is left to `layers.grpc`, if that is on.
    pub grpc: Option<Timing>,
}

/// When the duration of an exchange is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Timing {
    /// When the response's head passes.
    Head,
    /// At the end of the body.
    End,
    /// Not at all.
    Never,
}

// === impl HttpMetrics ===

impl Default for HttpMetrics {
    fn default() -> Self {
        Self {
            enabled: true,
            duration: HttpDurations::default(),
            time_to_first_byte: false,
            request_size: true,
            response_size: true,
            protocol_version: false,
            size_by_status: false,
            active_by_route: false,
            server_address_cap: None,
        }
    }
}

// === impl HttpDurations ===

impl Default for HttpDurations {
    fn default() -> Self {
        Self {
            plain: Timing::End,
            stream: Timing::Head,
            upgrade: Timing::Head,
            grpc: None,
        }
    }
}
