//! A layer whose future and body wrap what is inside and do nothing: what any layer of its kind costs.
//!
//! Its functions are kept from being inlined. Around a service as small as the bench's the optimiser
//! takes a layer that does nothing away, and what remains would be compared with no layer at all;
//! around a real service, the functions of any layer are there.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

/// Makes [`WrapOnly`].
#[derive(Clone, Debug)]
pub struct WrapOnlyLayer;

/// The service.
#[derive(Clone, Debug)]
pub struct WrapOnly<S> {
    inner: S,
}

pin_project! {
    /// Its future.
    #[derive(Debug)]
    pub struct WrapOnlyFuture<F> {
        #[pin]
        inner: F,
    }
}

pin_project! {
    /// Its body.
    #[derive(Debug, Default)]
    pub struct WrapOnlyBody<B> {
        #[pin]
        inner: B,
    }
}

// === impl WrapOnlyLayer ===

impl<S> Layer<S> for WrapOnlyLayer {
    type Service = WrapOnly<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WrapOnly { inner }
    }
}

// === impl WrapOnly ===

impl<S, A, B> Service<Request<A>> for WrapOnly<S>
where
    S: Service<Request<A>, Response = Response<B>>,
{
    type Response = Response<WrapOnlyBody<B>>;
    type Error = S::Error;
    type Future = WrapOnlyFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline(never)]
    fn call(&mut self, request: Request<A>) -> Self::Future {
        WrapOnlyFuture {
            inner: self.inner.call(request),
        }
    }
}

// === impl WrapOnlyFuture ===

impl<F, B, E> Future for WrapOnlyFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<WrapOnlyBody<B>>, E>;

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.project().inner.poll(cx));
        Poll::Ready(response.map(|response| response.map(|inner| WrapOnlyBody { inner })))
    }
}

// === impl WrapOnlyBody ===

impl<B: Body> Body for WrapOnlyBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    #[inline(never)]
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.project().inner.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
