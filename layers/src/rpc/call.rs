//! A call, from its request's head to its outcome.

use std::fmt;

use http::{HeaderMap, StatusCode};

use super::{
    Messages, RpcStatus, Timeout,
    fields::{GRPC_STATUS, GRPC_TIMEOUT, content_type, find, find_both},
    framing::Framing,
};
use crate::{
    label::{End, Fault},
    observe::{FrameRef, Kind, Record, RequestHead, ResponseHead},
};

/// What is known of one call, as it becomes known. See the [module docs](super).
///
/// It is 28 bytes, and holds nothing of what the call says but its status.
#[derive(Clone, Debug)]
pub struct Call {
    timeout: Option<Timeout>,
    /// How the request's messages are framed, and from the head on how the response's are.
    messages: Messages,
    /// What was sent, or follows from the HTTP status.
    status: Option<RpcStatus>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Outcome {
    /// The status: `rpc.response.status_code`.
    pub status: RpcStatus,
    /// What makes it an error on the server's side: `error.type`. `None` if it is none.
    pub error: Option<CallError>,
}

/// What makes a call an error: the `error_type` label of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallError {
    /// Its status is a [server's error](RpcStatus::is_server_error).
    Status(RpcStatus),
    /// It ended without a status.
    End(End),
}

// === impl Call ===

impl Call {
    /// The call that a request makes; `None` if the request is not gRPC's.
    #[must_use]
    #[inline]
    pub fn of(request: RequestHead<'_>) -> Option<Self> {
        if *request.method() != http::Method::POST {
            return None;
        }
        Self::of_post(request)
    }

    #[inline]
    fn of_post(request: RequestHead<'_>) -> Option<Self> {
        let (content_type, timeout) = find_both(request.headers(), GRPC_TIMEOUT);
        let framing = Framing::of(content_type);
        if framing == Framing::Unread {
            return None;
        }
        let timeout = timeout.and_then(|value| Timeout::parse(value.as_bytes()));
        Some(Self {
            timeout,
            messages: Messages::framed(framing),
            status: None,
        })
    }

    /// What counts the messages of the request's body. Ask for it before the response's
    /// [head](Self::head).
    #[must_use]
    pub fn request_messages(&self) -> Messages {
        self.messages.clone()
    }

    /// The client's deadline, since the request's arrival.
    #[must_use]
    pub fn timeout(&self) -> Option<Timeout> {
        self.timeout
    }

    /// The response's head is there.
    #[inline]
    pub fn head(&mut self, record: Record<'_>, response: &ResponseHead<'_>) {
        self.answered(record.kind(), response.status(), response.headers());
    }

    #[inline]
    pub(crate) fn answered(&mut self, kind: Kind, http: StatusCode, headers: &HeaderMap) {
        // The engine has looked at its type, and plain gRPC is answered with plain gRPC.
        if kind != Kind::Grpc || !self.messages.is_plain() {
            self.messages.reframe(Framing::of(content_type(headers)));
        }
        // Mostly the type is all there is.
        let status = (headers.len() > 1)
            .then(|| find(headers, GRPC_STATUS))
            .flatten();
        self.status = match status {
            Some(status) => Some(RpcStatus::parse(status.as_bytes())),
            None if http == StatusCode::OK => None,
            None => Some(RpcStatus::from_http(http)),
        };
    }

    /// A frame of the response's body passes. Returns how many messages ended in it.
    #[inline]
    pub fn frame(&mut self, frame: FrameRef<'_>) -> u64 {
        match frame {
            FrameRef::Data(data) => self.messages.feed_frame(data),
            FrameRef::Trailers(trailers) => {
                self.status = RpcStatus::from_headers(trailers).or(self.status);
                0
            }
            FrameRef::Other => 0,
        }
    }

    /// The status that the server sent, as far as it is known by now.
    #[must_use]
    #[inline]
    pub fn status(&self) -> Option<RpcStatus> {
        self.messages.status().or(self.status)
    }

    /// How the call ended, at the [end](crate::observe::Observer::end) of its exchange.
    #[must_use]
    #[inline]
    pub fn outcome(&self, record: Record<'_>) -> Outcome {
        match self.status() {
            Some(status) => Outcome::of(status),
            None => self.without_status(record),
        }
    }

    #[cold]
    fn without_status(&self, record: Record<'_>) -> Outcome {
        let Some(end) = record.end() else {
            return Outcome::of(RpcStatus::Unknown);
        };
        let status = match end {
            End::Completed | End::Incomplete => return Outcome::of(RpcStatus::Unknown),
            End::BodyError | End::LengthMismatch | End::Panic | End::ServiceError => {
                RpcStatus::Unknown
            }
            End::Timeout => RpcStatus::DeadlineExceeded,
            End::CancelledBeforeResponse
            | End::ClientDisconnect
            | End::Dropped
            | End::LayerError
            | End::ServerClosed
            | End::ServerShutdown
            | End::Unknown => {
                let passed = |timeout: Timeout| timeout.has_passed(record.nanos());
                if self.timeout.is_some_and(passed) {
                    return Outcome::of(RpcStatus::DeadlineExceeded);
                }
                RpcStatus::Cancelled
            }
        };
        Outcome {
            status,
            error: Some(CallError::End(end)),
        }
    }
}

// === impl Outcome ===

impl Outcome {
    /// Of a call whose status is all there is to say.
    #[inline]
    const fn of(status: RpcStatus) -> Self {
        Self {
            status,
            error: if status.is_server_error() {
                Some(CallError::Status(status))
            } else {
                None
            },
        }
    }
}

// === impl CallError ===

impl CallError {
    /// The label's value: the status' name, or the end's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status(status) => status.name(),
            Self::End(end) => end.as_str(),
        }
    }

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
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
