//! What is refused before anything is sent.

use bartizan::meter::NamingError;

/// An exporter cannot be set up as the configuration asks.
///
/// What a message says of an endpoint has no credentials in it, and no header's value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// An endpoint is no address of a server.
    #[error(
        "{field}: {reason}; write http://host:port or https://host:port, with a path where HTTP is spoken"
    )]
    Endpoint {
        /// The field's path.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A header cannot be sent.
    #[error("{field}.{name}: {reason}")]
    Header {
        /// The field's path.
        field: &'static str,
        /// The header.
        name: String,
        /// What is wrong with its name or its value.
        reason: &'static str,
    },
    /// What is asked for was not compiled in.
    #[error(
        "{field}: {asked} needs the feature `{feature}` of bartizan-telemetry, which was not compiled in"
    )]
    NotCompiledIn {
        /// The field's path.
        field: &'static str,
        /// What it asks for.
        asked: &'static str,
        /// The feature that has it.
        feature: &'static str,
    },
    /// The prefix of metrics does not fit.
    #[error("metrics.prefix: {0}")]
    Prefix(#[from] NamingError),
    /// A share is out of range.
    #[error("tracing.ratio: {given} is no share; write a number from 0 to 1")]
    Ratio {
        /// What was given.
        given: f64,
    },
    /// The system has no certificates to trust a server by.
    #[error(
        "{field}: there are no certificates to trust an https endpoint by: {reason}; install `ca-certificates`, or name a file of them in SSL_CERT_FILE"
    )]
    Roots {
        /// The field's path.
        field: &'static str,
        /// What was found.
        reason: String,
    },
}
