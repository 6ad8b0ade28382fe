//! A unary gRPC call: a message and trailers.

use std::{
    convert::Infallible,
    hint::black_box,
    pin::Pin,
    task::{Context, Poll},
};

use bartizan::{grpc::Grpc, http::HttpMetrics, observe::ObserveLayer};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, Uri, header};
use http_body::{Body, Frame};
use http_body_util::Empty;
use tower_service::Service;

use crate::services::Answer;

/// Answers with a message of 13 bytes, and OK in the trailers.
#[derive(Clone, Debug)]
pub struct Unary;

/// The body of [`Unary`].
#[derive(Debug)]
pub enum UnaryBody {
    Message,
    Trailers,
    End,
}

/// A call with the headers that tonic's client sends.
pub fn call() -> Request<Empty<Bytes>> {
    let mut request = Request::new(Empty::new());
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = Uri::from_static("/test.Echo/Say");
    let headers = request.headers_mut();
    for (name, value) in [
        (header::TE, "trailers"),
        (header::CONTENT_TYPE, "application/grpc"),
        (header::USER_AGENT, "tonic/0.14"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    request
}

/// The same with a deadline.
pub fn call_in_time() -> Request<Empty<Bytes>> {
    let mut request = call();
    let timeout = HeaderValue::from_static("5S");
    request.headers_mut().insert("grpc-timeout", timeout);
    request
}

/// The metrics of calls and of HTTP in one layer.
pub fn with_http() -> ObserveLayer<(Grpc, HttpMetrics)> {
    ObserveLayer::new(Grpc::new()).with(HttpMetrics::new())
}

// === impl Unary ===

impl Service<Request<Empty<Bytes>>> for Unary {
    type Response = Response<UnaryBody>;
    type Error = Infallible;
    type Future = Answer<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    #[inline(never)]
    fn call(&mut self, request: Request<Empty<Bytes>>) -> Self::Future {
        std::mem::forget(black_box(request));
        let mut response = Response::new(UnaryBody::Message);
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/grpc"),
        );
        Answer::new(response)
    }
}

// === impl UnaryBody ===

impl Body for UnaryBody {
    type Data = Bytes;
    type Error = Infallible;

    #[inline(never)]
    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let (frame, next) = match *self {
            Self::Message => (
                Frame::data(Bytes::from_static(b"\0\0\0\0\x0dHello, world!")),
                Self::Trailers,
            ),
            Self::Trailers => {
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", HeaderValue::from_static("0"));
                (Frame::trailers(trailers), Self::End)
            }
            Self::End => return Poll::Ready(None),
        };
        *self = next;
        Poll::Ready(Some(Ok(frame)))
    }
}
