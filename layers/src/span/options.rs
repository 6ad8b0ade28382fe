//! What a span tells, and of which requests.

use std::{fmt, sync::Arc};

use opentelemetry::StringValue;

use super::{address::Client, capture::Capture, query::Redaction};
use crate::observe::RequestHead;

/// The switches of one set of spans.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub(super) public_endpoint: bool,
    pub(super) traceresponse: bool,
    pub(super) path: Path,
    pub(super) query: Option<Redaction>,
    pub(super) server: Option<Server>,
    pub(super) client: Option<Client>,
    pub(super) body_sizes: bool,
    pub(super) request_headers: Vec<Capture>,
    pub(super) response_headers: Vec<Capture>,
    pub(super) last_event_id: bool,
    pub(super) stream_events: Sampled,
    pub(super) sample_by_attributes: bool,
    pub(super) skip: Option<Arc<Skip>>,
    /// Whether requests are asked for more than what is always told.
    pub(super) more_of_requests: bool,
}

/// What `url.path` tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Path {
    #[default]
    Itself,
    Route,
}

/// The host that the user names.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) address: StringValue,
    pub(super) port: Option<u16>,
}

/// Which events of a stream are events of its span: each `every`th, at most `most` of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sampled {
    pub(super) every: u64,
    pub(super) most: u32,
}

pub(super) type Skip = dyn Fn(RequestHead<'_>) -> bool + Send + Sync;

// === impl Options ===

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            public_endpoint,
            traceresponse,
            path,
            query,
            server,
            client,
            body_sizes,
            request_headers,
            response_headers,
            last_event_id,
            stream_events,
            sample_by_attributes,
            skip,
            more_of_requests: _,
        } = self;
        f.debug_struct("Options")
            .field("public_endpoint", public_endpoint)
            .field("traceresponse", traceresponse)
            .field("path", path)
            .field("query", query)
            .field("server", server)
            .field("client", client)
            .field("body_sizes", body_sizes)
            .field("request_headers", request_headers)
            .field("response_headers", response_headers)
            .field("last_event_id", last_event_id)
            .field("stream_events", stream_events)
            .field("sample_by_attributes", sample_by_attributes)
            .field("skip", &skip.is_some())
            .finish()
    }
}
