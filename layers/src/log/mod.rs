//! A line for each request, and two for each event stream, through [`tracing`].
//!
//! A request has its line when it ends: when its body was handed over, or failed, or was let go of. A stream
//! has one when it opens, because it may last for days, and one when it closes. Each is an event with
//! fields, and whatever subscriber is installed writes it. This table is an interface: what is in it changes
//! as a metric's name does.
//!
//! | target | message | level | when |
//! |---|---|---|---|
//! | `bartizan::request` | `request ended` | by the outcome | the end of what is no event stream |
//! | `bartizan::stream` | `stream opened` | info | the head of a stream: it is open from here on |
//! | `bartizan::stream` | `stream closed` | by the outcome | the end of a stream |
//!
//! | outcome | level |
//! |---|---|
//! | completed, with a status below 400 | info |
//! | 4xx; `client_disconnect`, and reasons of the service's own whose fault is the client's | info, or [warn](LogBuilder::warn_of_client_faults) |
//! | 5xx; `body_error`, `incomplete`, `layer_error`, `length_mismatch`, `panic`, `service_error`, `timeout` | error |
//! | `server_shutdown`, which is planned | info |
//! | `cancelled_before_response`, `dropped`, `server_closed`, `unknown`: there is no evidence | info |
//!
//! The first fault wins: a 500 whose client then leaves is an error, a 404 whose body fails too.
//!
//! | field | type | in which lines | what it is |
//! |---|---|---|---|
//! | `trace_id`, `span_id` | text, 32 and 16 hexadecimal digits | all | the span that was active when the request arrived; feature `trace` |
//! | `http.request.method` | text | all | the method, or `_OTHER` |
//! | `http.route` | text | all | the route as metrics have it, `{unmatched}` without one; never the path |
//! | `http.response.status_code` | u64 | all | the status, if there was a head |
//! | `rpc.method` | text | ends of gRPC calls | `package.Service/Method`, or `_OTHER` until an answer vouched for it |
//! | `rpc.response.status_code` | text | ends of gRPC calls | `OK`, `NOT_FOUND`, ... |
//! | `network.protocol.version` | text | all | `1.0`, `1.1`, `2`, `3` |
//! | `duration_seconds` | f64 | ends | from the request's arrival |
//! | `http.request.body.size` | u64, bytes | ends | Content-Length, or counted if the layer counts |
//! | `http.response.body.size` | u64, bytes | ends | what was handed over, if there was a head |
//! | `frames` | u64 | ends | data frames, if there was a head |
//! | `events`, `keepalives` | u64 | closings | as `Sse` counts them, if it is in the same layer and can read them |
//! | `close_reason` | text | closings | as metrics have it |
//! | `error.type` | text | ends | as metrics have it: a 5xx, or the kind of end; of a stream also a reason that the service declared; of a call its status, if that is a server's error |
//! | `fault` | text | ends | `server`, `client`, `planned`, `unknown` |
//! | `detail` | text | ends | what an observed connection showed: `fin`, `reset`, `h2_reset`, `tls_eof`, `os_timeout`, ... |
//! | `stream_id` | text | all | what the handler [named it](crate::observe::StreamHandle::set_id) |
//! | `skipped` | u64 | all | how many lines of the route were [left out](LogBuilder::sample) before this one |
//! | `custom` | text | all | the [fields of the user's own](LogField), `name=value name="a value"` |
//!
//! Absent is absent: there is no empty text, no status `0`. Names with dots are those of OpenTelemetry's
//! semantic conventions 1.42. A subscriber may add the fields of `tracing`'s spans to each line: what is in
//! these, their makers know. `custom` is one field, because the names of an event's fields are fixed when
//! the program is compiled.
//!
//! # Privacy
//!
//! No path, no query, no header, no body, no event's data and no error's text is in a line. What the user
//! wants of these is a [`LogField`].
//!
//! # Forged lines
//!
//! All texts that are not this crate's own (routes, a stream's id, fields of the user's) lose what could end
//! a line, begin an escape sequence, close a quotation or turn the direction of a text: control characters,
//! ESC, line and paragraph separators, quotes, backslashes, marks of direction. Each such character becomes
//! `_`, and what is longer than 256 bytes is cut. The subscriber need not escape anything.
//!
//! # Traces
//!
//! The ids are those of the OpenTelemetry context that is active when the request arrives. So the span comes
//! before the log: in one layer `ObserveLayer::new(spans).with(Log::new())`, in several the one with the
//! spans outside. Lines are written within that context; where it is gone, as when the body is let go of,
//! one with the same ids stands in for it. `tracing-opentelemetry` makes its spans' contexts active, too.
//!
//! # Cost
//!
//! With no subscriber, 30 to 43 instructions a request over the engine with an observer that does nothing, and 77 more
//! for a request with a Content-Length, whose size the metrics read as well. With a subscriber that wants
//! none of these lines 236; with one that reads all fields and drops them 2,093 (`cargo xtask bench log_off
//! log_filtered log_dropped`). No allocation, unless a span is active, the user has fields or the request is a gRPC
//! call: then one to three, and whatever the subscriber allocates. Frames cost nothing, but a look for those of calls.
//!
//! # Errors, panics, cancellation
//!
//! None of its own. A subscriber that panics fails no request; the line is lost. What is cancelled has its
//! line as it is dropped. A subscriber that blocks, blocks: give it a writer that does not.
//!
//! # gRPC
//!
//! A call that failed is a `200`, for its status is in the trailers: what counts for the line of one that gRPC answers,
//! or nobody, is the [status of the call](crate::rpc#how-a-call-ends). A server's error (UNKNOWN, DEADLINE_EXCEEDED,
//! UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS) is an error, any other but OK is the client's fault, and so is
//! UNIMPLEMENTED for a method that nothing stands for: anyone can ask for that. What another answers is told as the
//! request that it is. Sampling goes by route: let the layer [know](crate::route::RouteSources::grpc) those of calls.
//!
//! # On axum
//!
//! ```
//! use axum::{Router, routing::get};
//! use bartizan::log::LogLayer;
//!
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(async || "Hello"))
//!     .layer(LogLayer::default());
//! # let _ = app;
//! ```
//!
//! # On plain hyper, a busy service
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bartizan::{log::Log, observe::ObserveLayer, route::RouteSources};
//! use http::{Request, Response};
//! use tower::ServiceBuilder;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Ten lines a second of each route, then one of a hundred; all errors.
//! let log = Log::builder().sample(10, 100).build()?;
//! let service = ServiceBuilder::new()
//!     .layer(ObserveLayer::new(log).routes(RouteSources::new().table(["/users/{id}"])?))
//!     .service_fn(async |_: Request<String>| {
//!         Ok::<_, Infallible>(Response::new(String::from("Hello")))
//!     });
//! # let _ = service; Ok(())
//! # }
//! ```

mod builder;
mod custom;
mod inner;
mod line;
mod observer;
mod outcome;
mod sampler;
#[cfg(test)]
pub(crate) mod tests;

pub use self::{
    builder::{LogBuilder, LogError},
    custom::LogField,
    observer::{Log, LogLayer, LogState},
};
