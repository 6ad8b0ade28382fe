//! The body that tells how it ended.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::{Observers, exchange::Exchange};

pin_project! {
    /// A response's body under observation: the same frames, trailers, size hint and end of stream as
    /// the bare one.
    ///
    /// Cost: at most 60 instructions a frame, and what the observers add; no allocation.
    pub struct ObservedBody<B, O: Observers> {
        // Dropped in this order: what the inner body still tells comes before the end is decided.
        #[pin]
        inner: B,
        // None once it ended.
        exchange: Option<Exchange<O>>,
    }

    impl<B, O: Observers> PinnedDrop for ObservedBody<B, O> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(exchange) = this.project().exchange {
                exchange.let_go_of_body();
            }
        }
    }
}

// === impl ObservedBody ===

impl<B, O: Observers> ObservedBody<B, O> {
    pub(super) fn new(inner: B, exchange: Option<Exchange<O>>) -> Self {
        Self { inner, exchange }
    }
}

impl<B, O> Body for ObservedBody<B, O>
where
    B: Body,
    B::Error: 'static,
    O: Observers,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(exchange) = this.exchange.as_mut() else {
            return this.inner.poll_frame(cx);
        };
        exchange.poll();
        let within = exchange.enter_body();
        let frame = this.inner.as_mut().poll_frame(cx);
        drop(within);
        let end = match &frame {
            Poll::Pending => None,
            Poll::Ready(None) => Some(exchange.at_none()),
            Poll::Ready(Some(Err(error))) => Some(exchange.at_error(error)),
            Poll::Ready(Some(Ok(frame))) => exchange
                .frame(frame)
                .or_else(|| this.inner.is_end_stream().then(|| exchange.at_none())),
        };
        exchange.leave();
        if let Some(end) = end {
            exchange.end(end);
            *this.exchange = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// An unobserved body: what a layer outside answers with in place of a response.
impl<B: Default, O: Observers> Default for ObservedBody<B, O> {
    fn default() -> Self {
        Self::new(B::default(), None)
    }
}

impl<B: fmt::Debug, O: Observers> fmt::Debug for ObservedBody<B, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedBody")
            .field("inner", &self.inner)
            .field("ended", &self.exchange.is_none())
            .finish()
    }
}
