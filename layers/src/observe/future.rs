//! The future that hands the exchange on to the body.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::{ObservedBody, Observers, exchange::Exchange};

pin_project! {
    /// The future of an [`Observe`](super::Observe) service.
    ///
    /// # Cancellation
    ///
    /// Dropped before it is ready, the exchange ends as `cancelled_before_response`.
    pub struct ObservedFuture<F, O: Observers> {
        #[pin]
        pub(super) inner: F,
        // None if the exchange is seen to by layers outside, and once the body has it.
        pub(super) exchange: Option<Exchange<O>>,
    }

    impl<F, O: Observers> PinnedDrop for ObservedFuture<F, O> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(exchange) = this.project().exchange {
                exchange.let_go();
            }
        }
    }
}

// === impl ObservedFuture ===

impl<F, B, E, O> Future for ObservedFuture<F, O>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
    E: 'static,
    O: Observers,
{
    type Output = Result<Response<ObservedBody<B, O>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(exchange) = this.exchange.as_mut() else {
            let answer = this.inner.poll(cx);
            return answer.map_ok(|bare| bare.map(|body| ObservedBody::new(body, None)));
        };
        // Worked on where it stands: a response is large, and each move of it is a copy. What a block or a
        // closure answers with is moved.
        let (scope, entered) = exchange.enter();
        let mut answer = this.inner.poll(cx);
        drop(entered);
        drop(scope);
        let more = match &mut answer {
            Poll::Pending => {
                exchange.leave();
                return Poll::Pending;
            }
            Poll::Ready(Ok(response)) => exchange.head(response),
            Poll::Ready(Err(error)) => {
                exchange.fail(error);
                false
            }
        };
        if !more {
            *this.exchange = None;
        }
        answer.map_ok(|bare| bare.map(|body| ObservedBody::new(body, this.exchange.take())))
    }
}

impl<F: fmt::Debug, O: Observers> fmt::Debug for ObservedFuture<F, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedFuture")
            .field("inner", &self.inner)
            .field("answered", &self.exchange.is_none())
            .finish()
    }
}
