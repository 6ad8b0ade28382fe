//! The services under the layers, and the requests that they get.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    hint::black_box,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::{Body, Frame};
use http_body_util::{Empty, Full};
use tower_service::Service;

const HELLO: Bytes = Bytes::from_static(b"Hello, world!");

/// Answers with 13 bytes.
#[derive(Clone, Debug)]
pub struct Hello;

/// Answers with so many frames of 13 bytes, and tells no length before.
#[derive(Clone, Debug)]
pub struct Frames(pub usize);

/// The body of [`Frames`].
#[derive(Debug)]
pub struct FramesBody {
    left: usize,
}

/// A request without a body.
pub fn plain<B: Default>() -> Request<B> {
    let mut request = Request::new(B::default());
    *request.uri_mut() = Uri::from_static("/users/7");
    request
}

/// A request that declares a body of 13 bytes.
pub fn sized<B: Default>() -> Request<B> {
    let mut request = plain();
    let length = http::HeaderValue::from_static("13");
    request
        .headers_mut()
        .insert(http::header::CONTENT_LENGTH, length);
    request
}

/// The service has the request now. It keeps it, so that the price of letting go is in no figure.
fn keep<A>(request: Request<A>) {
    std::mem::forget(black_box(request));
}

// === impl Hello ===

impl Service<Request<Empty<Bytes>>> for Hello {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        keep(request);
        ready(Ok(Response::new(Full::new(HELLO))))
    }
}

// === impl Frames ===

impl Service<Request<Empty<Bytes>>> for Frames {
    type Response = Response<FramesBody>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        keep(request);
        ready(Ok(Response::new(FramesBody { left: self.0 })))
    }
}

// === impl FramesBody ===

impl Body for FramesBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(left) = self.left.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.left = left;
        Poll::Ready(Some(Ok(Frame::data(HELLO))))
    }
}
