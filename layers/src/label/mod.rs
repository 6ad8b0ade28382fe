//! The vocabulary: the closed sets of words that labels are made of.
//!
//! What is not in a closed set passes a cap of distinct values instead (see
//! [`RouteSources`](crate::route::RouteSources)); nothing that a client says reaches a label without
//! one or the other. Absent is absent: there is no `""`, no `none` and no status `0`.

#[cfg(feature = "_metrics")]
mod names;
#[cfg(feature = "task")]
mod outcome;

#[cfg(feature = "_metrics")]
pub use self::names::LabelNameError;
#[cfg(feature = "_metrics")]
pub(crate) use self::names::Names;
#[cfg(feature = "task")]
pub use self::outcome::Outcome;

use std::{borrow::Cow, fmt};

pub use route_canon::label::{OTHER, OVERFLOW, UNMATCHED};

/// How an exchange ended.
///
/// [`End::Completed`] is the only one without a [`Fault`]. A response that completed with a 5xx
/// status did complete: see [`Record::error_type`](crate::observe::Record::error_type) for the two
/// together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// The body was handed over whole, or the response has none.
    Completed,
    /// The body gave an error.
    BodyError,
    /// The service's future was dropped before it answered, and nothing tells why: a client that
    /// left, a time-out outside, a lost race.
    CancelledBeforeResponse,
    /// The client left, and the connection shows it.
    ClientDisconnect,
    /// The body was let go of before its end, and the connection is not observed: mostly the client.
    Dropped,
    /// The stream ended without its declared end marker.
    Incomplete,
    /// A layer outside failed the body or let go of it.
    LayerError,
    /// The body ended short of its declared length, so the server cuts the connection.
    LengthMismatch,
    /// The service panicked in `call` or while its future was polled, or the body did.
    Panic,
    /// The server closed the connection.
    ServerClosed,
    /// The stream was ended for the server's shutdown.
    ServerShutdown,
    /// The service answered with an error instead of a response.
    ServiceError,
    /// The service or the body failed with a time-out.
    Timeout,
    /// The connection is observed, and what it shows is not conclusive.
    Unknown,
}

/// Who is to blame for an end. Only [`Fault::Server`] burns an error budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The client's doing.
    Client,
    /// Planned, as a shutdown is.
    Planned,
    /// The server's fault.
    Server,
    /// There is no evidence.
    Unknown,
}

/// The kind of error of an exchange: the `error_type` label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorType {
    /// The response's status is a server error.
    Status(http::StatusCode),
    /// The exchange ended otherwise than completed.
    End(End),
}

/// Why a stream was closed: the `close_reason` label.
///
/// It is one of the closed list of [`End`], or one of at most eight that the service
/// [declared](crate::observe::StreamHandles::reason).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseReason<'a>(Why<'a>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Why<'a> {
    End(End),
    Declared(&'a str, Fault),
}

/// The scheme that a listener serves: the `url_scheme` label.
///
/// It comes from the configuration, because HTTP/1 requests have none and HTTP/2's is the client's
/// text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain text.
    #[default]
    Http,
    /// TLS, here or at a proxy in front.
    Https,
}

/// The longest label value, in bytes; longer ones are cut.
pub const MAX_VALUE_LEN: usize = 256;

// === impl End ===

impl End {
    /// Every end, for tables and tests.
    pub const ALL: &[Self] = &[
        Self::Completed,
        Self::BodyError,
        Self::CancelledBeforeResponse,
        Self::ClientDisconnect,
        Self::Dropped,
        Self::Incomplete,
        Self::LayerError,
        Self::LengthMismatch,
        Self::Panic,
        Self::ServerClosed,
        Self::ServerShutdown,
        Self::ServiceError,
        Self::Timeout,
        Self::Unknown,
    ];

    /// The word for it in labels, spans and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::BodyError => "body_error",
            Self::CancelledBeforeResponse => "cancelled_before_response",
            Self::ClientDisconnect => "client_disconnect",
            Self::Dropped => "dropped",
            Self::Incomplete => "incomplete",
            Self::LayerError => "layer_error",
            Self::LengthMismatch => "length_mismatch",
            Self::Panic => "panic",
            Self::ServerClosed => "server_closed",
            Self::ServerShutdown => "server_shutdown",
            Self::ServiceError => "service_error",
            Self::Timeout => "timeout",
            Self::Unknown => "unknown",
        }
    }

    /// Who is to blame, if anyone is.
    #[must_use]
    pub const fn fault(self) -> Option<Fault> {
        match self {
            Self::Completed => None,
            Self::BodyError
            | Self::Incomplete
            | Self::LayerError
            | Self::LengthMismatch
            | Self::Panic
            | Self::ServiceError
            | Self::Timeout => Some(Fault::Server),
            Self::ClientDisconnect => Some(Fault::Client),
            Self::ServerShutdown => Some(Fault::Planned),
            Self::CancelledBeforeResponse | Self::Dropped | Self::ServerClosed | Self::Unknown => {
                Some(Fault::Unknown)
            }
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl ErrorType ===

impl ErrorType {
    /// Who is to blame.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::Status(_) => Fault::Server,
            Self::End(end) => match end.fault() {
                Some(fault) => fault,
                None => Fault::Unknown,
            },
        }
    }

    /// The label's value: `500`, or the end's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Status(status) => status.as_str(),
            Self::End(end) => end.as_str(),
        }
    }
}

impl fmt::Display for ErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl CloseReason ===

impl<'a> CloseReason<'a> {
    pub(crate) fn declared(name: &'a str, fault: Fault) -> Self {
        Self(Why::Declared(name, fault))
    }

    /// The end, if it is one of the crate's own.
    #[must_use]
    pub fn end(self) -> Option<End> {
        match self.0 {
            Why::End(end) => Some(end),
            Why::Declared(..) => None,
        }
    }

    /// The label's value.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self.0 {
            Why::End(end) => end.as_str(),
            Why::Declared(name, _) => name,
        }
    }

    /// Who is to blame, if anyone is.
    #[must_use]
    pub fn fault(self) -> Option<Fault> {
        match self.0 {
            Why::End(end) => end.fault(),
            Why::Declared(_, fault) => Some(fault),
        }
    }
}

impl From<End> for CloseReason<'_> {
    fn from(end: End) -> Self {
        Self(Why::End(end))
    }
}

impl fmt::Display for CloseReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl Scheme ===

impl Scheme {
    /// The label's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// Makes a value fit for every exposition format: control characters, quotes and backslashes become
/// `_`, and what is longer than [`MAX_VALUE_LEN`] is cut.
///
/// ```
/// assert_eq!(bartizan::label::clean("a\"b\\c\nd"), "a_b_c_d");
/// ```
#[must_use]
pub fn clean(value: &str) -> Cow<'_, str> {
    let cut = cut(value, MAX_VALUE_LEN);
    if cut.contains(unfit) {
        Cow::Owned(cut.replace(unfit, "_"))
    } else {
        Cow::Borrowed(cut)
    }
}

fn unfit(c: char) -> bool {
    c.is_control() || matches!(c, '"' | '\\' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The longest start of `value` that is no longer than `len` bytes and cuts no character in two.
pub(crate) fn cut(value: &str, len: usize) -> &str {
    let mut end = value.len().min(len);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}
