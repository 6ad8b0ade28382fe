//! The closed sets of words for how connections end.

use std::{fmt, io};

/// What the peer or the network did first that ends a connection.
///
/// It tells what was seen on the socket, not who meant what. A half-closed connection looks as one
/// that is closed whole; a reset is the same whether it comes from a crash, from a socket that lingers
/// for zero seconds or from bytes that were left unread; a browser that leaves and a proxy that closes
/// are alike. Whether a read or a write met the reset is a race, so both are [`Detail::Reset`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detail {
    /// The peer closed its side: a read found the end.
    Fin,
    /// The peer reset the stream of HTTP/2, while the connection lives on. It is inferred: the
    /// connection does not know its streams apart.
    H2Reset,
    /// The operating system gave up on the peer: keep-alive or `TCP_USER_TIMEOUT`, or the way there is
    /// gone.
    OsTimeout,
    /// Reading failed in another way.
    ReadError(IoErrorType),
    /// The peer reset the connection.
    Reset,
    /// The peer closed its side without TLS's close_notify.
    TlsEof,
    /// Writing failed in another way; `broken_pipe` is a peer that had left before.
    WriteError(IoErrorType),
}

/// Why a connection closed: the `close_reason` label of
/// [`server_connection_duration_seconds`](crate::catalog::SERVER_CONNECTION_DURATION).
///
/// The first thing that happened decides: a connection that the server shuts down, and whose peer
/// closes its side in return, is [`CloseReason::ServerClosed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The peer closed or reset it.
    ClientClosed,
    /// Reading or writing failed, and not because the peer left.
    IoError,
    /// The peer did not answer: the operating system gave up on it, or HTTP's own time-out did, which
    /// only [`ConnHandle::observe`](super::ConnHandle::observe) tells.
    PeerTimeout,
    /// The server closed it, or let go of it, with the peer still there.
    ServerClosed,
    /// As [`CloseReason::ServerClosed`], after the [drain](super::Drain) began.
    ServerShutdown,
    /// It was taken out of our sight while it was open.
    Unknown,
}

/// The kind of an IO error: the `error_type` label of
/// [`server_connection_write_errors_total`](crate::catalog::SERVER_CONNECTION_WRITE_ERRORS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IoErrorType {
    /// The peer had closed.
    BrokenPipe,
    /// The connection was aborted.
    ConnectionAborted,
    /// The peer reset the connection.
    ConnectionReset,
    /// The operating system gave up.
    TimedOut,
    /// The socket took no byte of some.
    WriteZero,
    /// Any other.
    Other,
}

// === impl Detail ===

impl Detail {
    /// The word for it in spans and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fin => "fin",
            Self::H2Reset => "h2_reset",
            Self::OsTimeout => "os_timeout",
            Self::ReadError(error) => match error {
                IoErrorType::BrokenPipe => "read_broken_pipe",
                IoErrorType::ConnectionAborted => "read_connection_aborted",
                IoErrorType::ConnectionReset => "read_connection_reset",
                IoErrorType::TimedOut => "read_timed_out",
                IoErrorType::WriteZero | IoErrorType::Other => "read_error",
            },
            Self::Reset => "reset",
            Self::TlsEof => "tls_eof",
            Self::WriteError(error) => match error {
                IoErrorType::BrokenPipe => "write_broken_pipe",
                IoErrorType::ConnectionAborted => "write_connection_aborted",
                IoErrorType::ConnectionReset => "write_connection_reset",
                IoErrorType::TimedOut => "write_timed_out",
                IoErrorType::WriteZero => "write_zero",
                IoErrorType::Other => "write_error",
            },
        }
    }

    /// What a failed read tells.
    pub(super) fn of_read(error: io::ErrorKind) -> Self {
        match error {
            io::ErrorKind::UnexpectedEof => Self::TlsEof,
            _ => Self::of_either(error).unwrap_or(Self::ReadError(error.into())),
        }
    }

    /// What a failed write tells.
    pub(super) fn of_write(error: io::ErrorKind) -> Self {
        Self::of_either(error).unwrap_or(Self::WriteError(error.into()))
    }

    /// What a race may give to a read or to a write.
    fn of_either(error: io::ErrorKind) -> Option<Self> {
        match error {
            io::ErrorKind::ConnectionReset => Some(Self::Reset),
            // A soft error of the way there takes the place of the time-out's own.
            io::ErrorKind::TimedOut
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable => Some(Self::OsTimeout),
            _ => None,
        }
    }

    /// Why a connection closes of which this is the first that was seen.
    pub(super) const fn close_reason(self) -> CloseReason {
        match self {
            Self::Fin | Self::H2Reset | Self::Reset | Self::TlsEof => CloseReason::ClientClosed,
            Self::OsTimeout => CloseReason::PeerTimeout,
            Self::ReadError(error) | Self::WriteError(error) => match error {
                IoErrorType::BrokenPipe
                | IoErrorType::ConnectionAborted
                | IoErrorType::ConnectionReset => CloseReason::ClientClosed,
                IoErrorType::TimedOut => CloseReason::PeerTimeout,
                IoErrorType::WriteZero | IoErrorType::Other => CloseReason::IoError,
            },
        }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl CloseReason ===

impl CloseReason {
    /// Every reason, for tables and tests.
    pub const ALL: &[Self] = &[
        Self::ClientClosed,
        Self::IoError,
        Self::PeerTimeout,
        Self::ServerClosed,
        Self::ServerShutdown,
        Self::Unknown,
    ];

    /// The label's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientClosed => "client_closed",
            Self::IoError => "io_error",
            Self::PeerTimeout => "peer_timeout",
            Self::ServerClosed => "server_closed",
            Self::ServerShutdown => "server_shutdown",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl IoErrorType ===

impl IoErrorType {
    /// Every kind, for tables and tests.
    pub const ALL: &[Self] = &[
        Self::BrokenPipe,
        Self::ConnectionAborted,
        Self::ConnectionReset,
        Self::TimedOut,
        Self::WriteZero,
        Self::Other,
    ];

    /// The label's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BrokenPipe => "broken_pipe",
            Self::ConnectionAborted => "connection_aborted",
            Self::ConnectionReset => "connection_reset",
            Self::TimedOut => "timed_out",
            Self::WriteZero => "write_zero",
            Self::Other => crate::label::OTHER,
        }
    }
}

impl From<io::ErrorKind> for IoErrorType {
    fn from(error: io::ErrorKind) -> Self {
        match error {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            io::ErrorKind::ConnectionAborted => Self::ConnectionAborted,
            io::ErrorKind::ConnectionReset => Self::ConnectionReset,
            io::ErrorKind::TimedOut => Self::TimedOut,
            io::ErrorKind::WriteZero => Self::WriteZero,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for IoErrorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
