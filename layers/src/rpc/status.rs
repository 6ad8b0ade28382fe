//! How a call ended, in gRPC's words.

use std::fmt;

use http::{HeaderMap, StatusCode};

use super::fields::{GRPC_STATUS, find};
use crate::label::OTHER;

/// The status of a gRPC call: one of the seventeen that gRPC has, or [`Other`](Self::Other).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RpcStatus {
    /// 0: it succeeded.
    Ok,
    /// 1: it was cancelled, mostly by the client.
    Cancelled,
    /// 2: an error that says no more, or no status where there should be one.
    Unknown,
    /// 3: the client gave an argument that is wrong in any case.
    InvalidArgument,
    /// 4: the deadline passed.
    DeadlineExceeded,
    /// 5: something that was asked for is not there.
    NotFound,
    /// 6: something that was to be made is there already.
    AlreadyExists,
    /// 7: the caller may not.
    PermissionDenied,
    /// 8: a quota or a resource is spent.
    ResourceExhausted,
    /// 9: the system is not in the state for it.
    FailedPrecondition,
    /// 10: it was aborted, mostly by a conflict.
    Aborted,
    /// 11: past the valid range.
    OutOfRange,
    /// 12: the server has no such method.
    Unimplemented,
    /// 13: the server broke an invariant of its own.
    Internal,
    /// 14: the service cannot be reached now.
    Unavailable,
    /// 15: data are lost or spoilt.
    DataLoss,
    /// 16: the caller is not known.
    Unauthenticated,
    /// The server sent something else; a client takes it for [`Unknown`](Self::Unknown).
    Other,
}

// === impl RpcStatus ===

impl RpcStatus {
    /// Every status, by its code; [`Other`](Self::Other) is the last.
    pub const ALL: [Self; 18] = [
        Self::Ok,
        Self::Cancelled,
        Self::Unknown,
        Self::InvalidArgument,
        Self::DeadlineExceeded,
        Self::NotFound,
        Self::AlreadyExists,
        Self::PermissionDenied,
        Self::ResourceExhausted,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::OutOfRange,
        Self::Unimplemented,
        Self::Internal,
        Self::Unavailable,
        Self::DataLoss,
        Self::Unauthenticated,
        Self::Other,
    ];

    /// The status that headers or trailers tell; `None` if there is no `grpc-status` in them.
    #[must_use]
    #[inline]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let value = find(headers, GRPC_STATUS)?;
        Some(Self::parse(value.as_bytes()))
    }

    /// What a client makes of a response without a `grpc-status`, by its HTTP status. 200 is
    /// [`Unknown`](Self::Unknown): there should have been one.
    #[must_use]
    pub const fn from_http(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Self::Internal,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::Unimplemented,
            429 | 502 | 503 | 504 => Self::Unavailable,
            _ => Self::Unknown,
        }
    }

    /// The status of a `grpc-status`: a number from 0 to 16 in decimal, and
    /// [`Other`](Self::Other) for anything else.
    #[must_use]
    #[inline]
    pub fn parse(value: &[u8]) -> Self {
        let code = match *value {
            [digit @ b'0'..=b'9'] => digit - b'0',
            [b'1', digit @ b'0'..=b'6'] => 10 + (digit - b'0'),
            _ => return Self::Other,
        };
        Self::ALL[usize::from(code)]
    }

    /// The number; `None` for [`Other`](Self::Other).
    #[must_use]
    pub const fn code(self) -> Option<u8> {
        match self {
            Self::Other => None,
            known => Some(known as u8),
        }
    }

    /// The name by the semantic conventions: `OK`, `NOT_FOUND`…; `_OTHER` for [`Other`](Self::Other).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Cancelled => "CANCELLED",
            Self::Unknown => "UNKNOWN",
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Aborted => "ABORTED",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::Unimplemented => "UNIMPLEMENTED",
            Self::Internal => "INTERNAL",
            Self::Unavailable => "UNAVAILABLE",
            Self::DataLoss => "DATA_LOSS",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Other => OTHER,
        }
    }

    /// Whether the semantic conventions call it an error on the server's side: UNKNOWN,
    /// DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE and DATA_LOSS; and
    /// [`Other`](Self::Other), which clients take for UNKNOWN. The rest is the client's doing.
    #[must_use]
    pub const fn is_server_error(self) -> bool {
        matches!(
            self,
            Self::Unknown
                | Self::DeadlineExceeded
                | Self::Unimplemented
                | Self::Internal
                | Self::Unavailable
                | Self::DataLoss
                | Self::Other
        )
    }
}

impl fmt::Display for RpcStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
