//! `sse-body` alone: its wrapper around a body, and no layer.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use sse_body::SseBody;
use tower_layer::Layer;
use tower_service::Service;

/// Wraps bodies in [`SseBody`].
#[derive(Clone, Debug)]
pub struct ScanLayer;

/// The service.
#[derive(Clone, Debug)]
pub struct Scan<S>(S);

pin_project! {
    /// Its future.
    #[derive(Debug)]
    pub struct ScanFuture<F> {
        #[pin]
        inner: F,
    }
}

// === impl ScanLayer ===

impl<S> Layer<S> for ScanLayer {
    type Service = Scan<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Scan(inner)
    }
}

// === impl Scan ===

impl<S, A, B> Service<Request<A>> for Scan<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    B: http_body::Body,
{
    type Response = Response<SseBody<B>>;
    type Error = S::Error;
    type Future = ScanFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let inner = self.0.call(request);
        ScanFuture { inner }
    }
}

// === impl ScanFuture ===

impl<F, B, E> Future for ScanFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: http_body::Body,
{
    type Output = Result<Response<SseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(self.project().inner.poll(cx));
        Poll::Ready(response.map(|response| response.map(SseBody::new)))
    }
}
