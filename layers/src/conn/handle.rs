//! A connection, as seen from its requests.

use std::{error::Error, fmt, io, sync::Arc, time::Duration};

use http::Version;

use super::{
    Detail, ObservedConnection, Outcome,
    settle::{Settle, settle},
    state::{ConnState, flag},
};

/// What is known of one connection: an [`ObservedIo`](super::ObservedIo) writes it, anyone may read it.
///
/// It is an `Arc` inside: clones share, and keep 144 bytes and no socket. The adapters put it
/// into the extensions of each request.
#[derive(Clone)]
pub struct ConnHandle(pub(super) Arc<ConnState>);

/// How a connection stood when a request began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConnMark {
    written: u64,
    resets: u32,
}

/// What a connection tells about a body, or a future, that is let go of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The peer or the network ended it.
    Client(Detail),
    /// The server closed the connection, or let go of it.
    ServerClosed,
    /// The connection lives, and nothing on it let go: a layer outside did. HTTP/1 only.
    Alive,
    /// The connection is observed, and what it shows is not conclusive.
    Unknown,
}

// === impl ConnHandle ===

impl ConnHandle {
    /// How many bytes the connection took for writing: on HTTP/1 with heads and the framing of chunks,
    /// on HTTP/2 with all frames of all streams. Taken is not received: the kernel may hold megabytes.
    #[must_use]
    pub fn bytes_written(&self) -> u64 {
        self.0.written()
    }

    /// For how long the connection has taken no more bytes; `None` while it takes them, or has none to
    /// take. A stream that HTTP/2's flow control holds back does not block its connection.
    ///
    /// It reads the clock if it is blocked.
    #[must_use]
    pub fn write_blocked_for(&self) -> Option<Duration> {
        let since = self.0.blocked_since()?;
        Some(Duration::from_nanos(since.elapsed()))
    }

    /// Whether the connection's IO is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.has(flag::IO_DROPPED)
    }

    /// Whether the peer spoke HTTP/2 with prior knowledge, in clear text as the wrapped IO sees it.
    #[must_use]
    pub fn is_http2(&self) -> bool {
        self.0.has(flag::HTTP2)
    }

    /// Whether the peer announced by HTTP/2's GOAWAY that it begins no more streams. Those that are
    /// open go on.
    #[must_use]
    pub fn is_peer_going_away(&self) -> bool {
        self.0.has(flag::GOAWAY)
    }

    /// What the peer or the network did first that ends the connection; `None` while there is nothing
    /// of the kind, and for good if the server closed it before.
    #[must_use]
    pub fn cause(&self) -> Option<Detail> {
        Some(self.0.cause()?.detail)
    }

    /// The error with which the connection first failed, and the operating system's number for it;
    /// `None` if it did not, or if a clean end of the peer's side came first.
    #[must_use]
    pub fn first_error(&self) -> Option<(io::ErrorKind, Option<i32>)> {
        self.0.cause()?.error
    }

    /// How serving the connection ended, once it did and if [`observe`](Self::observe) was asked to
    /// watch.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.0.outcome()
    }

    /// Watches the future that serves the connection, such as hyper's `serve_connection`, for how it
    /// ends: the [`Outcome`] is there before the future lets go of the IO and of the bodies, which it
    /// does before an `await` returns.
    ///
    /// It costs a comparison a poll, and one allocation if the connection fails.
    pub fn observe<F, T, E>(&self, connection: F) -> ObservedConnection<F, E>
    where
        F: Future<Output = Result<T, E>>,
        E: Error + 'static,
    {
        ObservedConnection::new(connection, self.clone(), |error| error)
    }

    /// As [`observe`](Self::observe), for futures whose error is a box, as that of hyper-util's `auto`
    /// is.
    pub fn observe_boxed<F, T>(
        &self,
        connection: F,
    ) -> ObservedConnection<F, Box<dyn Error + Send + Sync>>
    where
        F: Future<Output = Result<T, Box<dyn Error + Send + Sync>>>,
    {
        ObservedConnection::new(connection, self.clone(), |error| &**error)
    }
}

/// What the engine asks.
#[allow(dead_code, reason = "the engine's observers are the users")]
impl ConnHandle {
    /// Marks how the connection stands, at a request's start.
    #[inline]
    pub(crate) fn mark(&self) -> ConnMark {
        ConnMark {
            written: self.0.written(),
            resets: self.0.resets.so_far(),
        }
    }

    /// How many bytes were written since.
    #[inline]
    pub(crate) fn written_since(&self, since: ConnMark) -> u64 {
        since.written(self.0.written())
    }

    /// What the connection tells about a body or a future that is being let go of.
    ///
    /// hyper drops the IO of a connection of HTTP/1 before its future and its bodies. So if the IO is
    /// there, it was not hyper that let go.
    pub(crate) fn verdict(&self, since: ConnMark, version: Version) -> Verdict {
        let state = &*self.0;
        let reset = version >= Version::HTTP_2 && state.resets.so_far() > since.resets;
        // Before the cause, which is noted before its flag: another thread may be at it.
        let closed = state.has(flag::CLOSED);
        let shut_down = state.has(flag::SHUTDOWN_BEGUN);
        let released = state.has(flag::RELEASED);
        if let Some(cause) = state.cause() {
            Verdict::Client(cause.detail)
        } else if reset && shut_down && !state.outcome().is_some_and(Outcome::cuts_streams) {
            // Of itself hyper closes when no stream is left: the peer reset the last ones, and said
            // goodbye in the same breath.
            Verdict::Client(Detail::H2Reset)
        } else if closed {
            Verdict::ServerClosed
        } else if released {
            Verdict::Unknown
        } else if version < Version::HTTP_2 {
            Verdict::Alive
        } else if reset {
            Verdict::Client(Detail::H2Reset)
        } else {
            Verdict::Unknown
        }
    }

    /// The code of the streams of HTTP/2 that the peer reset since, if all of them agree.
    pub(crate) fn reset_code(&self, since: ConnMark) -> Option<u32> {
        self.0.resets.code_since(since.resets)
    }

    /// Holds a report on a body of HTTP/1 that ended, until the connection has written what it was
    /// given or never will. If it never will already, the report is made at once.
    ///
    /// hyper flushes the IO of HTTP/1 only when it holds nothing back itself. On HTTP/2 a flush tells
    /// nothing of the kind.
    pub(crate) fn settle(&self, report: Box<dyn Settle>) {
        let state = &*self.0;
        if let Err(report) = state.settling.push(report, || state.set(flag::SETTLING)) {
            settle(report, false, state.written());
        }
    }
}

impl fmt::Debug for ConnHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnHandle")
            .field("cause", &self.cause())
            .field("bytes_written", &self.bytes_written())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

// === impl ConnMark ===

impl ConnMark {
    /// Of so many bytes that the connection wrote, those that came after this mark.
    #[inline]
    pub(crate) fn written(self, in_all: u64) -> u64 {
        in_all.wrapping_sub(self.written)
    }
}
