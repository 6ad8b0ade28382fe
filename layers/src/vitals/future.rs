//! Reads a body, within its limits.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
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
        match self.project().state.project() {
            StateProjection::Answered { response } => {
                Poll::Ready(Ok(response.take().expect("polled after it was ready")))
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
                Poll::Ready(Ok(answer.into_response(&open.inner, allowed.take())))
            }
        }
    }
}

/// Reads the rest of a body, and takes the reports in it.
fn take<B: Body>(
    inner: &Inner,
    pieces: &mut Vec<u8>,
    mut body: Pin<&mut B>,
    mut patience: Pin<&mut Option<Sleep>>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Refusal>> {
    loop {
        let Poll::Ready(frame) = body.as_mut().poll_frame(cx) else {
            if patience.is_none() {
                patience.set(Some(tokio::time::sleep(inner.timeout)));
            }
            let waited = patience.as_mut().as_pin_mut().map(|it| it.poll(cx));
            return match waited {
                Some(Poll::Ready(())) => Poll::Ready(Err(Refusal::Timeout)),
                _ => Poll::Pending,
            };
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
            pieces.reserve((data.remaining() + left).min(inner.limit));
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            pieces.extend_from_slice(chunk);
            data.advance(chunk.len());
        }
    }
}

// === impl Open ===

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_answered {
            self.inner.reject(Reason::Cancelled);
        }
    }
}
