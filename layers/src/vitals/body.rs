//! A response's body: a text, or nothing.

use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The body of the answers of [`WebVitals`](super::WebVitals): a short text of its own, the module, or nothing.
#[derive(Clone, Debug, Default)]
pub struct VitalsBody(Bytes);

// === impl VitalsBody ===

impl VitalsBody {
    pub(super) fn text(text: &'static str) -> Self {
        Self(Bytes::from_static(text.as_bytes()))
    }
}

impl Body for VitalsBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let left = mem::take(&mut self.0);
        Poll::Ready((!left.is_empty()).then(|| Ok(Frame::data(left))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}
