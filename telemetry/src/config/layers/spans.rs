//! A span for each request.

use bartizan::span::BaggageLimits;
use serde::{Deserialize, Serialize};

/// A span for each request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Spans {
    /// Whether they are made.
    pub enabled: bool,
    /// Whether callers are not trusted: each request starts a trace of its own, and links the caller's. Baggage is not
    /// taken then.
    pub public_endpoint: bool,
    /// Whether the response names the span, in a header `traceresponse`.
    pub traceresponse: bool,
    /// What `url.path` tells.
    pub url_path: UrlPath,
    /// Whether `url.query` is told. The values of well-known signatures and keys are left out.
    pub url_query: bool,
    /// Names in a query whose values are left out, too. Case matters.
    pub redacted_queries: Vec<String>,
    /// The host of `server.address`; by default the one that the request names.
    pub server_address: Option<String>,
    /// The port of `server.port`, which goes with `server_address`.
    pub server_port: Option<u16>,
    /// The header that a trusted proxy writes the client's address to, for `client.address`.
    pub client_address_header: Option<String>,
    /// How many of that header's last entries are further proxies of yours.
    pub client_address_hops: usize,
    /// Whether the sizes of bodies are told.
    pub body_sizes: bool,
    /// Headers of requests that are told. What they hold is shown to whoever sees the traces.
    pub request_headers: Vec<String>,
    /// Headers of responses that are told.
    pub response_headers: Vec<String>,
    /// Whether the `Last-Event-ID` of a client that takes up a stream again is told.
    pub last_event_id: bool,
    /// Which events of a stream are events of its span.
    pub stream_events: Option<StreamEvents>,
    /// Whether a sampler of your own is shown all attributes; those that can be configured need none.
    pub sample_by_attributes: bool,
    /// How much of a caller's baggage is taken, where `tracing.propagators` has `baggage`.
    pub baggage: Baggage,
}

/// What `url.path` tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum UrlPath {
    /// The path.
    #[default]
    Path,
    /// The route, for paths that hold what is private.
    Route,
}

/// Which events of a stream are events of its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StreamEvents {
    /// Every so manieth.
    pub every: u64,
    /// So many at most, up to 100.
    pub most: u32,
}

/// How much of a caller's baggage is taken; what has more is not taken at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Baggage {
    /// So many members, from 1 to 64.
    pub members: usize,
    /// So many bytes, from 1 to 8,192.
    pub bytes: usize,
}

// === impl Spans ===

impl Default for Spans {
    fn default() -> Self {
        Self {
            enabled: true,
            public_endpoint: false,
            traceresponse: false,
            url_path: UrlPath::default(),
            url_query: false,
            redacted_queries: Vec::new(),
            server_address: None,
            server_port: None,
            client_address_header: None,
            client_address_hops: 0,
            body_sizes: false,
            request_headers: Vec::new(),
            response_headers: Vec::new(),
            last_event_id: false,
            stream_events: None,
            sample_by_attributes: false,
            baggage: Baggage::default(),
        }
    }
}

// === impl Baggage ===

impl Default for Baggage {
    fn default() -> Self {
        Self {
            members: BaggageLimits::MOST_MEMBERS,
            bytes: BaggageLimits::MOST_BYTES,
        }
    }
}
