//! A body that tells what passes through a stream.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::{
    Ended, Format, OnEnd, OnFrame, OnItem, Stats,
    hooks::{WithEnd, WithFrame, WithItem},
    watch::Watch,
};

pin_project! {
    /// A body that finds the events in what passes, and is otherwise the body within it.
    ///
    /// `H` are the hooks: any value with [`OnItem`], [`OnFrame`] and [`OnEnd`]. See the [crate docs](crate) for an
    /// example and the cost.
    ///
    /// The end is told once: when the inner body gives `None`, trailers or an error, when it says after a frame that it
    /// is at its end, or when this body is dropped. A body that was at its end when it was wrapped is
    /// [`Completed`](Ended::Completed) even if it is never polled, as servers do not poll it.
    ///
    /// # Panics
    /// None of its own. A panic of the inner body or of a hook passes through, and what passed until then is told to the
    /// hooks of the end when this body is dropped. A hook that panics while a panic unwinds is caught there: the
    /// process does not abort.
    #[derive(Debug)]
    pub struct SseBody<B, H = ()>
    where
        H: OnEnd,
    {
        #[pin]
        inner: B,
        watch: Watch<H>,
    }
}

// === impl SseBody ===

impl<B: Body> SseBody<B> {
    /// Reads `inner` as `text/event-stream`.
    #[must_use]
    pub fn new(inner: B) -> Self {
        Self::with_format(inner, Format::EventStream)
    }

    /// Counts the frames and bytes of `inner`, and reads nothing: it has a `Content-Encoding`.
    #[must_use]
    pub fn encoded(inner: B) -> Self {
        Self::with_format(inner, Format::Encoded)
    }

    /// Reads `inner` as [lines](crate::Scanner::lines).
    #[must_use]
    pub fn lines(inner: B) -> Self {
        Self::with_format(inner, Format::Lines)
    }

    /// Reads `inner` as its [headers say](Format::of).
    #[must_use]
    pub fn with_format(inner: B, format: Format) -> Self {
        // Servers never poll a body that is at its end already.
        let at_drop = if inner.is_end_stream() {
            Ended::Completed
        } else {
            Ended::Dropped
        };
        Self {
            inner,
            watch: Watch::new(format, at_drop),
        }
    }
}

impl<B, H: OnEnd> SseBody<B, H> {
    /// Shows each item to `on_item` too, after the hooks that are there.
    #[must_use]
    pub fn on_item<I: OnItem>(self, on_item: I) -> SseBody<B, WithItem<H, I>> {
        self.map_hooks(|hooks| WithItem { hooks, on_item })
    }

    /// Shows each frame to `on_frame` too, before the items in it.
    #[must_use]
    pub fn on_frame<F>(self, on_frame: F) -> SseBody<B, WithFrame<H, F>>
    where
        B: Body,
        F: OnFrame<B::Data>,
    {
        self.map_hooks(|hooks| WithFrame { hooks, on_frame })
    }

    /// Tells `on_end` the end too.
    #[must_use]
    pub fn on_end<E: OnEnd>(self, on_end: E) -> SseBody<B, WithEnd<H, E>> {
        self.map_hooks(|hooks| WithEnd { hooks, on_end })
    }

    /// Takes hooks that share their state: one value with all three traits.
    #[must_use]
    pub fn with_hooks<T: OnEnd>(self, hooks: T) -> SseBody<B, T> {
        self.map_hooks(|_| hooks)
    }

    /// Counts times from `start`, such as when the request came, and not from when this body was made.
    #[must_use]
    pub fn since(mut self, start: Instant) -> Self {
        self.watch.set_start(start);
        self
    }

    /// Takes the time from `clock` and not from [`Instant::now`], and starts now by it; [`since`](Self::since) comes
    /// after. Under tokio's paused time: `|| tokio::time::Instant::now().into_std()`.
    #[must_use]
    pub fn clock(mut self, clock: fn() -> Instant) -> Self {
        self.watch.set_clock(clock);
        self
    }

    /// What passed so far.
    #[must_use]
    pub const fn stats(&self) -> &Stats {
        self.watch.stats()
    }

    fn map_hooks<T: OnEnd>(self, map: impl FnOnce(H) -> T) -> SseBody<B, T> {
        SseBody {
            inner: self.inner,
            watch: self.watch.map_hooks(map),
        }
    }
}

impl<B, H> Body for SseBody<B, H>
where
    B: Body,
    H: OnEnd + OnFrame<B::Data> + OnItem,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        this.watch.polled();
        // Looked at where it stands, and not moved.
        let frame = this.inner.as_mut().poll_frame(cx);
        let ended = match &frame {
            Poll::Pending => None,
            Poll::Ready(None) => Some(Ended::Completed),
            Poll::Ready(Some(Err(_))) => Some(Ended::Error),
            Poll::Ready(Some(Ok(frame))) => {
                this.watch.frame(frame);
                // A server may never poll for `None` after these.
                (frame.is_trailers() || this.inner.is_end_stream()).then_some(Ended::Completed)
            }
        };
        if let Some(ended) = ended {
            this.watch.end(ended);
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
