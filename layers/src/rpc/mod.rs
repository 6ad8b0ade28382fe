//! What a gRPC call says of itself: its status, its deadline, its messages.
//!
//! The parts that an observer of calls stands on, without metrics. [`Call`] puts them together: make
//! one at the start, show it the response's head and each frame, and ask for the
//! [`outcome`](Call::outcome) at the end.
//!
//! ```
//! use bartizan::{
//!     observe::{FrameRef, Observer, Record, RequestHead, ResponseHead},
//!     rpc::{Call, Outcome},
//! };
//!
//! /// Writes down how calls end.
//! #[derive(Clone, Debug)]
//! struct Calls;
//!
//! impl Observer for Calls {
//!     type State = Option<Call>; // None: the request is no call
//!
//!     fn start(&self, _: Record<'_>, request: RequestHead<'_>) -> Option<Call> {
//!         Call::of(request)
//!     }
//!
//!     fn head(&self, call: &mut Option<Call>, record: Record<'_>, response: &mut ResponseHead<'_>) {
//!         if let Some(call) = call {
//!             call.head(record, response);
//!         }
//!     }
//!
//!     fn frame(&self, call: &mut Option<Call>, _: Record<'_>, frame: FrameRef<'_>) {
//!         if let Some(call) = call {
//!             call.frame(frame);
//!         }
//!     }
//!
//!     fn end(&self, call: Option<Call>, record: Record<'_>) {
//!         if let Some(call) = call {
//!             let Outcome { status, error, .. } = call.outcome(record);
//!             println!("{} {:?}", status.name(), error);
//!         }
//!     }
//! }
//! ```
//!
//! # What counts as a call
//!
//! A POST whose content type is `application/grpc`, `application/grpc-web` or
//! `application/grpc-web-text`, with or without a suffix such as `+proto`.
//!
//! # How a call ends
//!
//! | what happens | [`RpcStatus`] | [`CallError`] |
//! |---|---|---|
//! | `grpc-status` in the trailers, in those of gRPC-Web, or in the head | that one | its name, if it is a [server's error](RpcStatus::is_server_error) |
//! | a `grpc-status` that is none of 0 to 16 | `_OTHER` | `_OTHER` |
//! | no `grpc-status`, and the HTTP status is not 200 | what a client makes [of it](RpcStatus::from_http) | as above |
//! | the response is whole, and has none | `UNKNOWN` | `UNKNOWN` |
//! | a panic, an error of the service or the body, a body that is short of its Content-Length | `UNKNOWN` | `panic`, `service_error`, `body_error`, `length_mismatch` |
//! | an error that is a time-out | `DEADLINE_EXCEEDED` | `timeout` |
//! | let go of after `grpc-timeout` has passed | `DEADLINE_EXCEEDED` | `DEADLINE_EXCEEDED` |
//! | let go of before | `CANCELLED` | the end's word: `cancelled_before_response`, `dropped`, `client_disconnect`… |
//!
//! The first four are what was sent. In the others nothing was, and the status is the one that gRPC has
//! for the case: "server side application throws an exception (or does something other than returning a
//! status code)" is UNKNOWN. A status that was sent stands, whatever becomes of the body afterwards.
//! An error that a layer outside turns into a status, as tonic does with a `Status` that is a
//! service's error, is that layer's answer and is not seen.
//!
//! The deadline is counted from the request's arrival. A client counts from before that; one whose
//! reset comes faster than its request did is a fraction of a millisecond early, and CANCELLED.
//!
//! # Source
//!
//! OpenTelemetry's semantic conventions for RPC and gRPC 1.42; of gRPC itself `PROTOCOL-HTTP2.md`,
//! `PROTOCOL-WEB.md`, `statuscodes.md` and `http-grpc-status-mapping.md`.

mod base64;
mod call;
pub(crate) mod fields;
pub(crate) mod framing;
mod messages;
#[cfg(any(feature = "log", feature = "trace"))]
mod named;
mod status;
#[cfg(test)]
pub(crate) mod tests;
mod timeout;
mod trailers;

#[cfg(any(feature = "log", feature = "trace"))]
pub(crate) use self::named::{CallRef, MethodNames, NamedCall};
pub use self::{
    call::{Call, CallError, Outcome},
    messages::Messages,
    status::RpcStatus,
    timeout::Timeout,
};
