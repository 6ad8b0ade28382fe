//! A body that shows its frames.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

/// What to do with each frame that passes. Implemented for closures, and for `()`, which does nothing.
pub trait OnFrame<D> {
    /// A frame is about to be handed over. It must not block.
    fn on_frame(&mut self, frame: &Frame<D>);
}

pin_project! {
    /// A body that shows each frame to a hook, and is otherwise the body within it.
    ///
    /// # Panics
    ///
    /// None of its own; a panic of the hook or of the inner body passes through.
    #[derive(Clone, Debug, Default)]
    pub struct TapBody<B, H> {
        #[pin]
        inner: B,
        hook: H,
    }
}

// === impl OnFrame ===

impl<D> OnFrame<D> for () {
    fn on_frame(&mut self, _: &Frame<D>) {}
}

impl<D, F: FnMut(&Frame<D>)> OnFrame<D> for F {
    fn on_frame(&mut self, frame: &Frame<D>) {
        self(frame);
    }
}

// === impl TapBody ===

impl<B, H> TapBody<B, H> {
    /// Shows the frames of `inner` to `hook`.
    #[must_use]
    pub const fn new(inner: B, hook: H) -> Self {
        Self { inner, hook }
    }

    /// The inner body.
    #[must_use]
    pub fn into_inner(self) -> B {
        self.inner
    }
}

impl<B, H> Body for TapBody<B, H>
where
    B: Body,
    H: OnFrame<B::Data>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        if let Some(Ok(frame)) = &frame {
            this.hook.on_frame(frame);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
