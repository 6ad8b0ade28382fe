//! A layer that does what the frames that pass it say.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bartizan_tests::{AnyBody, BoxError, client::text, script::Failed};
use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use tower_http::timeout::TimeoutBody;

use crate::rig::Setup;

/// What it ends a body with that it lets go of.
pub(crate) const INSTEAD: &str = "data: instead\n\n";

/// A body that fails, ends, panics, times out or lets go of the one inside, as soon as that one gives a
/// frame with such a word.
struct Obeying(AnyBody);

/// Has the layer between the metrics and the guard.
pub(crate) fn obeying(setup: Setup) -> Setup {
    setup.between(|body| Obeying(body).boxed_unsync())
}

// === impl Obeying ===

impl Body for Obeying {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            let frame = ready!(Pin::new(&mut self.0).poll_frame(cx));
            let Some(Ok(frame)) = frame else {
                return Poll::Ready(frame);
            };
            return Poll::Ready(match frame.data_ref().map(AsRef::as_ref) {
                Some(b"data: fail\n\n") => Some(Err(Failed.into())),
                Some(b"data: end\n\n") => None,
                Some(b"data: panic\n\n") => panic!("the test says so"),
                Some(b"data: late\n\n") => {
                    let inner = std::mem::replace(&mut self.0, text(""));
                    self.0 = TimeoutBody::new(Duration::from_millis(5), inner).boxed_unsync();
                    continue;
                }
                Some(b"data: instead\n\n") => {
                    self.0 = text(INSTEAD);
                    return Pin::new(&mut self.0).poll_frame(cx);
                }
                _ => Some(Ok(frame)),
            });
        }
    }
}
