//! Bodies that do as they are told.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, StreamBody};

use crate::{AnyBody, BoxError};

/// What a body does when it is polled.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Gives bytes.
    Data(Bytes),
    /// Gives trailers.
    Trailers(HeaderMap),
    /// Gives an error.
    Fail,
    /// Gives `None`, though there may be more.
    End,
    /// Is not ready, and asks to be polled again.
    Pend,
    /// Is not ready, and never will be.
    Hang,
    /// Panics.
    Panic,
}

/// What a body tells about its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    /// Nothing.
    #[default]
    Unknown,
    /// A lower and, perhaps, an upper bound.
    Between(u64, Option<u64>),
    /// The bytes that are left in its script.
    Exact,
}

/// A body that follows a script, and is at its end where the script is.
#[derive(Clone, Debug, Default)]
pub struct Script {
    steps: VecDeque<Step>,
    length: Length,
    silent: bool,
}

/// The error of [`Step::Fail`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

// === impl Step ===

impl Step {
    /// Gives this text.
    #[must_use]
    pub const fn data(text: &'static str) -> Self {
        Self::Data(Bytes::from_static(text.as_bytes()))
    }

    /// Gives a trailer of this name.
    #[must_use]
    pub fn trailer(name: &'static str) -> Self {
        let mut trailers = HeaderMap::new();
        trailers.insert(name, http::HeaderValue::from_static("yes"));
        Self::Trailers(trailers)
    }
}

// === impl Script ===

impl Script {
    /// A body that does this, and tells no length.
    #[must_use]
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Tells this about its length.
    #[must_use]
    pub fn length(self, length: Length) -> Self {
        Self { length, ..self }
    }

    /// Never says that it is at its end: one has to poll for it.
    #[must_use]
    pub fn silent(self) -> Self {
        Self {
            silent: true,
            ..self
        }
    }

    /// The same in a box.
    #[must_use]
    pub fn any(self) -> AnyBody {
        self.map_err(BoxError::from).boxed_unsync()
    }

    fn left(&self) -> u64 {
        let data = self.steps.iter().map(|step| match step {
            Step::Data(bytes) => bytes.len() as u64,
            _ => 0,
        });
        data.sum()
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Failed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Failed>>> {
        Poll::Ready(match self.steps.pop_front() {
            Some(Step::Data(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Step::Trailers(trailers)) => Some(Ok(Frame::trailers(trailers))),
            Some(Step::Fail) => Some(Err(Failed)),
            Some(Step::End) | None => None,
            Some(Step::Pend) => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Step::Hang) => {
                self.steps.push_front(Step::Hang);
                return Poll::Pending;
            }
            Some(Step::Panic) => panic!("the script says so"),
        })
    }

    fn is_end_stream(&self) -> bool {
        !self.silent && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self.length {
            Length::Unknown => SizeHint::new(),
            Length::Between(lower, upper) => {
                let mut hint = SizeHint::new();
                hint.set_lower(lower);
                if let Some(upper) = upper {
                    hint.set_upper(upper);
                }
                hint
            }
            Length::Exact => SizeHint::with_exact(self.left()),
        }
    }
}

// === impl Failed ===

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the script says so")
    }
}

impl std::error::Error for Failed {}

/// A body that gives this chunk now, and again each time that `every` has passed, for ever.
#[must_use]
pub fn ticks(chunk: &'static str, every: Duration) -> AnyBody {
    let ticks = stream::unfold(false, move |later| async move {
        if later {
            tokio::time::sleep(every).await;
        }
        Some((Ok(Frame::data(Bytes::from_static(chunk.as_bytes()))), true))
    });
    StreamBody::new(ticks).boxed_unsync()
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::poll_fn};

    use super::*;

    fn poll(body: &mut Script) -> Poll<Option<Result<Frame<Bytes>, Failed>>> {
        let mut body = Pin::new(body);
        poll_fn(|cx| Poll::Ready(body.as_mut().poll_frame(cx)))
            .now_or_never()
            .unwrap()
    }

    #[test]
    fn a_script_is_followed_and_its_end_is_told() {
        let steps = [
            Step::data("abc"),
            Step::Pend,
            Step::Fail,
            Step::End,
            Step::trailer("done"),
        ];
        let mut body = Script::new(steps).length(Length::Exact);
        assert_eq!(body.size_hint().exact(), Some(3));
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(frame))) if frame.is_data()));
        assert_eq!(body.size_hint().exact(), Some(0));
        assert!(poll(&mut body).is_pending());
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(Failed)))));
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
        assert!(!body.is_end_stream());
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(frame))) if frame.is_trailers()));
        assert!(body.is_end_stream());
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
    }

    #[test]
    fn a_hanging_body_hangs_and_a_silent_one_does_not_tell_its_end() {
        let mut body = Script::new([Step::Hang]);
        assert!(poll(&mut body).is_pending() && poll(&mut body).is_pending());
        assert!(!Script::default().silent().is_end_stream());
        let bounds = Script::default()
            .length(Length::Between(3, Some(7)))
            .size_hint();
        assert_eq!((bounds.lower(), bounds.upper()), (3, Some(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn ticks_go_on() {
        let mut body = ticks("tick", Duration::from_secs(1));
        for _ in 0..3 {
            let frame = body.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), "tick");
        }
    }
}
