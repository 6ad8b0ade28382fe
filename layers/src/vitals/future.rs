//! Reads a body, within its limits.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    thread,
};

use bytes::Buf;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::Sleep;

use super::{
    VitalsBody,
    answer::Answer,
    inner::Inner,
    origin::Allowed,
    refusal::{Reason, Refusal},
};

pin_project! {
    /// The future of [`WebVitals`](super::WebVitals): the answer, once the body is read.
    ///
    /// Dropped before it is ready, it records nothing but that.
    #[derive(Debug)]
    pub struct VitalsFuture<B> {
        #[pin]
        state: State<B>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = StateProjection]
    enum State<B> {
        Answered { response: Option<Response<VitalsBody>> },
        Reading {
            open: Open,
            allowed: Allowed,
            // What came, if it came in pieces.
            pieces: Vec<u8>,
            #[pin]
            body: B,
            // From when the body first let wait.
            #[pin]
            patience: Option<Sleep>,
        },
    }
}

/// A request that is not answered yet.
#[derive(Debug)]
struct Open {
    inner: Arc<Inner>,
    is_answered: bool,
}

/// The most frames that are read at once, before others have their turn.
const FRAMES: usize = 64;

// === impl VitalsFuture ===

impl<B> VitalsFuture<B> {
    pub(super) fn answered(response: Response<VitalsBody>) -> Self {
        let response = Some(response);
        Self {
            state: State::Answered { response },
        }
    }

    pub(super) fn read(inner: Arc<Inner>, allowed: Allowed, body: B) -> Self {
        Self {
            state: State::Reading {
                open: Open {
                    inner,
                    is_answered: false,
                },
                allowed,
                pieces: Vec::new(),
                body,
                patience: None,
            },
        }
    }
}

impl<B: Body> Future for VitalsFuture<B> {
    type Output = Result<Response<VitalsBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        let response = match state.as_mut().project() {
            StateProjection::Answered { response } => {
                response.take().expect("polled after it was ready")
            }
            StateProjection::Reading {
                open,
                allowed,
                pieces,
                body,
                patience,
            } => {
                let taken = ready!(take(&open.inner, pieces, body, patience, cx));
                open.is_answered = true;
                let answer = match taken {
                    Ok(()) => Answer::Taken,
                    Err(refusal) => {
                        open.inner.reject(refusal.reason());
                        Answer::Refused(refusal)
                    }
                };
                answer.into_response(&open.inner, allowed.take())
            }
        };
        state.set(State::Answered { response: None });
        Poll::Ready(Ok(response))
    }
}

/// Reads the rest of a body, and takes the reports in it.
fn take<B: Body>(
    inner: &Inner,
    pieces: &mut Vec<u8>,
    mut body: Pin<&mut B>,
    patience: Pin<&mut Option<Sleep>>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Refusal>> {
    for _ in 0..FRAMES {
        let Poll::Ready(frame) = body.as_mut().poll_frame(cx) else {
            return wait(inner, patience, cx);
        };
        let mut data = match frame {
            None => return Poll::Ready(inner.take(pieces)),
            Some(Err(_)) => return Poll::Ready(Err(Refusal::Broken)),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => data,
                // Trailers.
                Err(_) => continue,
            },
        };
        if pieces.len() + data.remaining() > inner.limit {
            return Poll::Ready(Err(Refusal::TooLarge));
        }
        if pieces.is_empty() && body.is_end_stream() && data.chunk().len() == data.remaining() {
            // The usual case: all of it at once, read where it is.
            return Poll::Ready(inner.take(data.chunk()));
        }
        if pieces.is_empty() {
            let declared = body.size_hint().lower();
            let left = usize::try_from(declared).unwrap_or(inner.limit);
            pieces.reserve(data.remaining().saturating_add(left).min(inner.limit));
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            pieces.extend_from_slice(chunk);
            data.advance(chunk.len());
        }
    }
    // Frames without an end, which may be empty, are no way around the time.
    cx.waker().wake_by_ref();
    wait(inner, patience, cx)
}

/// Lets the time pass that a body has, from the first time on that it was not there.
fn wait(
    inner: &Inner,
    mut patience: Pin<&mut Option<Sleep>>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Refusal>> {
    if patience.is_none() {
        patience.set(Some(tokio::time::sleep(inner.timeout)));
    }
    match patience.as_mut().as_pin_mut().map(|it| it.poll(cx)) {
        Some(Poll::Ready(())) => Poll::Ready(Err(Refusal::Timeout)),
        _ => Poll::Pending,
    }
}

// === impl Open ===

impl Drop for Open {
    fn drop(&mut self) {
        // While a panic unwinds another one would abort, and a recorder is not ours.
        if !self.is_answered && !thread::panicking() {
            self.inner.reject(Reason::Cancelled);
        }
    }
}
