//! What the integration tests stand on: real servers, clients that misbehave, bodies that do as they
//! are told, a recorder for each test, and a strict reader of what it exposes.

pub mod client;
pub mod dice;
pub mod grpc;
pub mod recorder;
pub mod scrape;
pub mod script;
pub mod server;
pub mod wait;

/// Any error, as servers take it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Any body.
pub type AnyBody = http_body_util::combinators::UnsyncBoxBody<bytes::Bytes, BoxError>;

/// The version of HTTP that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, with prior knowledge.
    Http2,
}

// === impl Protocol ===

impl Protocol {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Http1, Self::Http2];
}
