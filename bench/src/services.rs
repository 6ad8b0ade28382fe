//! The services under the layers, and the requests that they get.
//!
//! Their functions are kept from being inlined, as those of a router or of a boxed service are: what a
//! layer does to a service shall be counted, and not what the optimiser makes of the two together.

use std::{
    convert::Infallible,
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

/// An answer that is there.
#[derive(Debug)]
pub struct Answer<R>(Option<R>);

/// The body of [`Events`].
#[derive(Debug)]
pub struct EventsBody {
    left: usize,
}

/// The body of [`Frames`].
#[derive(Debug)]
pub struct FramesBody {
    left: usize,
}

/// Answers with an event stream of so many frames of 120 bytes, an event of four lines each.
#[derive(Clone, Debug)]
pub struct Events(pub usize);

/// What each frame of [`Events`] holds.
pub const EVENT: &[u8] = b"event: delta\nid: 4711\ndata: {\"choices\":[{\"index\":0,\
    \"delta\":{\"content\":\" next words\"}}],\"created\":17637777777777777777}\n\n";
const _: () = assert!(EVENT.len() == 120);

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

/// A request whose caller has a trace that is not sampled.
pub fn unsampled<B: Default>() -> Request<B> {
    traced("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
}

/// A request whose caller has a trace that is sampled.
pub fn sampled<B: Default>() -> Request<B> {
    traced("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
}

/// The same, with what most clients say of themselves.
pub fn named<B: Default>() -> Request<B> {
    let mut request = sampled();
    let headers: &mut http::HeaderMap = Request::headers_mut(&mut request);
    let value = http::HeaderValue::from_static;
    headers.insert(http::header::HOST, value("example.org:8080"));
    headers.insert(http::header::USER_AGENT, value("curl/8.5.0"));
    headers.insert(http::header::ACCEPT, value("*/*"));
    request
}

fn traced<B: Default>(parent: &'static str) -> Request<B> {
    let mut request = plain();
    let headers: &mut http::HeaderMap = Request::headers_mut(&mut request);
    headers.insert("traceparent", http::HeaderValue::from_static(parent));
    request
}

/// The service has the request now. It keeps it, so that the price of letting go is in no figure.
fn keep<A>(request: Request<A>) {
    std::mem::forget(black_box(request));
}

// === impl Answer ===

impl<R> Answer<R> {
    /// It is there.
    pub fn new(response: R) -> Self {
        Self(Some(response))
    }
}

impl<R: Unpin> Future for Answer<R> {
    type Output = Result<R, Infallible>;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(self.0.take().expect("polled once after it was ready")))
    }
}

// === impl Hello ===

impl Service<Request<Empty<Bytes>>> for Hello {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Answer<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    #[inline(never)]
    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        keep(request);
        Answer(Some(Response::new(Full::new(HELLO))))
    }
}

// === impl Frames ===

impl Service<Request<Empty<Bytes>>> for Frames {
    type Response = Response<FramesBody>;
    type Error = Infallible;
    type Future = Answer<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    #[inline(never)]
    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        keep(request);
        Answer(Some(Response::new(FramesBody { left: self.0 })))
    }
}

// === impl Events ===

impl Service<Request<Empty<Bytes>>> for Events {
    type Response = Response<EventsBody>;
    type Error = Infallible;
    type Future = Answer<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    #[inline(never)]
    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        keep(request);
        let mut response = Response::new(EventsBody { left: self.0 });
        response.headers_mut().insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static("text/event-stream"),
        );
        Answer(Some(response))
    }
}

// === impl EventsBody ===

impl Body for EventsBody {
    type Data = Bytes;
    type Error = Infallible;

    #[inline(never)]
    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(left) = self.left.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.left = left;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(EVENT)))))
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
