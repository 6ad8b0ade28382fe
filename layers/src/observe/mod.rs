//! The engine: one exchange, from `call` to the end of the body, seen by any number of observers.
//!
//! An [`Observer`] says what to do at the start of a request, at the head of its response, at each
//! frame and at the end; the engine sees to it that there is one [`end`](Observer::end) for each
//! [`start`](Observer::start), however the exchange ends: completed, failed, panicked, cancelled,
//! let go of. [`ObserveLayer`] puts observers around a service; however many there are, it is one
//! service, one future, one body and one record, without an allocation.
//!
//! # Where to put it
//!
//! Outermost: in axum the last `Router::layer`, in a `ServiceBuilder` and in tonic the first layer.
//! See [the order of layers](crate::order).
//!
//! # How an exchange ends
//!
//! | what happens | [`End`](crate::label::End) |
//! |---|---|
//! | the body gives `None`, trailers, or a frame after which it is at its end | `completed` |
//! | all declared bytes were handed over (HTTP/1; on HTTP/2 the drop that follows) | `completed` |
//! | HEAD, 204, 304, 1xx, or a body that is at its end from the start | `completed`, at the head |
//! | the body ends short of its `Content-Length` | `length_mismatch` |
//! | the body gives an error | `body_error`, or `timeout` |
//! | the service gives an error | `service_error`, or `timeout` |
//! | a panic in `call`, in the future or in the body | `panic` |
//! | the future is dropped before it answered | `cancelled_before_response` |
//! | the body is dropped before its end | `dropped` |
//!
//! Polls after the end reach the body unseen. An inner `poll_ready` that waits comes before `call`,
//! so that wait is in no duration.
//!
//! # Panics
//!
//! None of its own. A panic of the service or the body passes through, and is recorded. A panic of
//! an observer is caught, is reported once to the log, and fails no request.
//!
//! # Several layers in one stack
//!
//! An inner layer whose observers are all seen to by a layer outside is transparent: it tells the
//! outer one the route that it knows, and records nothing twice. It finds the outer one on its thread,
//! so one that runs in another task (behind `tower::buffer`) records for itself. A layer that shall
//! record in any case is made [`independent`](ObserveLayer::independent).

mod body;
mod calls;
mod core;
mod ending;
mod exchange;
mod extras;
mod fields;
mod flags;
mod future;
mod handle;
mod head;
mod kind;
mod layer;
mod link;
#[cfg(feature = "trace")]
mod links;
mod mark;
mod methods;
#[cfg(any(
    feature = "grpc",
    feature = "http",
    feature = "log",
    feature = "sse",
    feature = "task",
    feature = "trace"
))]
mod numbers;
mod observer;
mod observers;
mod record;
mod request_body;
pub(crate) mod scope;
mod service;
#[cfg(test)]
mod tests;
mod timeout;
mod told;

#[cfg(feature = "sse")]
pub(crate) use self::handle::SERIALIZATION_ERROR;
#[cfg(all(feature = "conn", feature = "sse"))]
pub(crate) use self::link::DrainMark;
#[cfg(any(feature = "http", feature = "sse", feature = "task"))]
pub(crate) use self::numbers::signed;
#[cfg(feature = "http")]
pub(crate) use self::numbers::{METHODS, SCHEME};
#[cfg(any(feature = "sse", feature = "task", feature = "vitals"))]
pub(crate) use self::observers::guard;
#[cfg(feature = "task")]
pub(crate) use self::timeout::is_known_timeout;
pub use self::{
    body::ObservedBody,
    future::ObservedFuture,
    handle::{ReasonError, StreamCounts, StreamHandle, StreamHandles},
    head::{RequestHead, ResponseHead},
    kind::{Kind, MediaTypeError, MediaTypes},
    layer::{MethodsError, ObserveLayer},
    observer::{FrameRef, Needs, Observer},
    observers::Observers,
    record::{Record, RouteRef},
    request_body::{
        Counted, CountedInPlace, InPlace, RequestBody, RequestTap, RequestTaps, Tally, Untouched,
    },
    service::Observe,
};
