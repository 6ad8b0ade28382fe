//! Calls by hand: services and bodies that follow a script.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use tower::{Service, service_fn};
use tower_layer::Layer;

use crate::observe::{ObserveLayer, Observers};

/// What a body does at a poll.
pub(crate) enum Step {
    Data(Bytes),
    Trailers(&'static [(&'static str, &'static str)]),
    Fail(Error),
    Wait,
    Panic,
}

/// A body that follows a script.
pub(crate) struct Script(VecDeque<Step>);

/// What a service does.
pub(crate) enum Reply {
    Answer(Response<Script>),
    Fail(Error),
    Wait,
    Panic,
}

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

// === impl Reply ===

impl Reply {
    /// The status, if it is HTTP's alone: the answer is not gRPC's.
    #[cfg(any(feature = "log", feature = "trace"))]
    pub(crate) fn http_status(&self) -> Option<http::StatusCode> {
        let Self::Answer(response) = self else {
            return None;
        };
        let content_type = response.headers().get("content-type")?.as_bytes();
        (!content_type.starts_with(b"application/grpc")).then_some(response.status())
    }
}

/// A call of a method.
pub(crate) fn call(method: &str) -> Request<()> {
    let request = Request::post(format!("/test.Echo/{method}"));
    let request = request.header("content-type", "application/grpc");
    request
        .header("te", "trailers")
        .body(())
        .expect("a request")
}

/// The head of an answer of gRPC's, with a script for its body.
pub(crate) fn answer(steps: impl IntoIterator<Item = Step>) -> Response<Script> {
    let mut response = Response::new(Script(steps.into_iter().collect()));
    let headers = response.headers_mut();
    headers.insert("content-type", "application/grpc".parse().expect("a type"));
    response
}

/// A message in a frame of its own.
pub(crate) fn message(text: &str) -> Step {
    Step::Data(framed(0, text).into())
}

pub(crate) fn framed(flag: u8, text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a length");
    [&[flag], &length.to_be_bytes()[..], text.as_bytes()].concat()
}

/// Trailers that say OK.
pub(crate) const OK: Step = Step::Trailers(&[("grpc-status", "0")]);

/// Makes an exchange: a future that waits is polled once and then dropped after `before_drop`, and so is a
/// body.
pub(crate) fn exchange<O: Observers>(
    layer: &ObserveLayer<O>,
    request: Request<()>,
    reply: Reply,
    before_drop: impl FnOnce(),
) {
    play(layer.layer(serve(reply)), request, before_drop);
}

/// A service for one request.
pub(crate) fn serve(
    reply: Reply,
) -> impl Service<Request<()>, Response = Response<Script>, Error = Error> {
    let mut reply = Some(reply);
    service_fn(move |_: Request<()>| {
        let reply = reply.take().expect("one request");
        async move {
            match reply {
                Reply::Answer(response) => Ok(response),
                Reply::Fail(error) => Err(error),
                Reply::Wait => std::future::pending().await,
                Reply::Panic => panic!("the service panics"),
            }
        }
    })
}

/// Calls a service as [`exchange`] does.
pub(crate) fn play<S, B>(mut service: S, request: Request<()>, before_drop: impl FnOnce())
where
    S: Service<Request<()>, Response = Response<B>>,
    B: Body,
{
    let made = catch_unwind(AssertUnwindSafe(|| {
        let mut context = Context::from_waker(Waker::noop());
        let mut future = pin!(service.call(request));
        let response = match future.as_mut().poll(&mut context) {
            Poll::Ready(Ok(response)) => response,
            Poll::Ready(Err(_)) => return,
            Poll::Pending => return before_drop(),
        };
        let mut body = pin!(response.into_body());
        while !body.is_end_stream() {
            match body.as_mut().poll_frame(&mut context) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => return,
                Poll::Pending => return before_drop(),
            }
        }
    }));
    drop(made);
}

// === impl Script ===

impl Body for Script {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(step) = self.0.pop_front() else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(match step {
            Step::Data(bytes) => Ok(Frame::data(bytes)),
            Step::Trailers(fields) => {
                let mut trailers = HeaderMap::new();
                for (name, value) in fields {
                    trailers.insert(*name, value.parse().expect("a value"));
                }
                Ok(Frame::trailers(trailers))
            }
            Step::Fail(error) => Err(error),
            Step::Wait => return Poll::Pending,
            Step::Panic => panic!("the body panics"),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}
