//! How serving a connection ended.

use std::{
    error::Error,
    fmt, io, iter,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use super::{ConnHandle, state::flag};

/// How the future that served a connection ended.
///
/// It is a best effort, made from the texts of hyper's errors. A client that leaves HTTP/1 and a client
/// that breaks it are one error there: [`ConnHandle::cause`] knows better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Without an error.
    Done,
    /// A request's head did not come in time.
    HeaderTimeout,
    /// The IO failed.
    Io,
    /// The peer did not answer HTTP/2's pings.
    KeepAliveTimeout,
    /// With another error: a message that was cut short, a body of the server's that failed.
    Other,
    /// The peer broke the protocol.
    ProtocolError,
}

pin_project! {
    /// Watches how serving a connection ends; [`ConnHandle::observe`] makes it.
    ///
    /// What the inner future offers beside its polls, such as `graceful_shutdown`, is reached by
    /// [`get_pin_mut`](Self::get_pin_mut).
    pub struct ObservedConnection<F, E> {
        #[pin]
        inner: F,
        handle: ConnHandle,
        as_error: fn(&E) -> &(dyn Error + 'static),
    }

    impl<F, E> PinnedDrop for ObservedConnection<F, E> {
        // Before the inner future drops. On HTTP/2 that tells the streams before it drops the IO, and a stream of
        // another thread would find no reason.
        fn drop(this: Pin<&mut Self>) {
            let state = &this.project().handle.0;
            if state.outcome().is_none() {
                state.close(flag::ABANDONED);
            }
        }
    }
}

// === impl Outcome ===

impl Outcome {
    /// The word for it in spans and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::HeaderTimeout => "header_timeout",
            Self::Io => "io",
            Self::KeepAliveTimeout => "keep_alive_timeout",
            Self::Other => "other",
            Self::ProtocolError => "protocol_error",
        }
    }

    pub(super) fn is_timeout(self) -> bool {
        matches!(self, Self::HeaderTimeout | Self::KeepAliveTimeout)
    }

    /// Whether open streams are cut by it.
    pub(super) fn cuts_streams(self) -> bool {
        self.is_timeout() || self == Self::ProtocolError
    }

    #[cold]
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut chain = iter::successors(Some(error), |&error| error.source());
        chain.find_map(Self::of_one).unwrap_or(Self::Other)
    }

    /// What one error of a chain tells by itself.
    fn of_one(error: &(dyn Error + 'static)) -> Option<Self> {
        if error.is::<io::Error>() {
            return Some(Self::Io);
        }
        let text = error.to_string();
        let starts = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
        if starts(&["keep-alive timed out"]) {
            Some(Self::KeepAliveTimeout)
        } else if starts(&["read header from client timeout"]) {
            Some(Self::HeaderTimeout)
        } else if starts(&[
            "connection error detected",
            "connection error received",
            "invalid HTTP",
            "invalid URI",
            "URI too long",
            "message head is too large",
            "protocol error",
        ]) {
            Some(Self::ProtocolError)
        } else {
            None
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl ObservedConnection ===

impl<F, E> ObservedConnection<F, E> {
    pub(super) fn new(
        inner: F,
        handle: ConnHandle,
        as_error: fn(&E) -> &(dyn Error + 'static),
    ) -> Self {
        Self {
            inner,
            handle,
            as_error,
        }
    }

    /// The inner future.
    pub fn get_ref(&self) -> &F {
        &self.inner
    }

    /// The inner future, pinned.
    pub fn get_pin_mut(self: Pin<&mut Self>) -> Pin<&mut F> {
        self.project().inner
    }
}

impl<F, T, E> Future for ObservedConnection<F, E>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(cx));
        this.handle.0.conclude(match &result {
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::of((this.as_error)(error)),
        });
        Poll::Ready(result)
    }
}

impl<F: fmt::Debug, E> fmt::Debug for ObservedConnection<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedConnection")
            .field("inner", &self.inner)
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}
