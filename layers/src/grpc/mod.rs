//! gRPC calls: how long they take, how they end by their status, and their messages.
//!
//! | metric | kind, unit | labels (most values) | recorded |
//! |---|---|---|---|
//! | `rpc_server_call_duration_seconds` | histogram, s | `rpc_system_name` (`grpc`), `rpc_method` (200 and 2), `rpc_response_status_code` (18), `error_type` (19) | trailers, or the end without |
//! | `bartizan_rpc_messages_total` | counter, {message} | `rpc_method`, `network_io_direction` (2) | live, each message at its last byte |
//! | `bartizan_label_overflow_total` | counter, {occurrence} | `label` | each call of a method past the limit |
//!
//! A call is a POST of the content type `application/grpc`, `application/grpc-web` or
//! `application/grpc-web-text`; other requests are left alone. What status and which `error_type` each
//! way to end has is in the table of [`rpc`](crate::rpc). `error_type` is absent on success, and where
//! the status says that the fault is the client's (NOT_FOUND, INVALID_ARGUMENT…).
//!
//! The duration is from the request's arrival to the trailers, the messages of a stream included.
//!
//! **Series**: an `error_type` goes with one status, or with UNKNOWN, CANCELLED or DEADLINE_EXCEEDED, so
//! a method has at most 30 label sets of durations: 18 statuses, and 12 ends of calls without one. A method that
//! succeeds, fails in two ways and is left has 4. Of messages it has 2. Each metric keeps at most 1,900 label
//! sets; with the 14 buckets of a histogram, 50 methods with 4 label sets each are 3,400 series.
//!
//! # Methods
//!
//! The path is the client's text. `package.Service/Method` becomes a label once an answer vouched for it, as
//! [with routes](crate::route#with-tonic), or from the start if it was [declared](GrpcBuilder::methods);
//! until then it is `_OTHER`. Declare methods that seldom answer: what never did cannot be told from a
//! scanner's. Past 200 methods ([`GrpcBuilder::method_limit`]) new ones are `{overflow}`. The layer's
//! [sources of routes](crate::route::RouteSources) and a handler's own word decide on `http_route`, and
//! change nothing here.
//!
//! # Messages
//!
//! Those that are sent are counted as they are handed over. Those that are received are seen only where the
//! layer sees request bodies: [`count_request_bodies_in_place`] for axum and tonic, [`count_request_bodies`]
//! elsewhere. They are counted as the service reads them; those that come before the method is known, with
//! the first answer. Bodies that a layer inside has compressed are not gRPC's any more; leave compression to
//! gRPC.
//!
//! [`count_request_bodies`]: crate::observe::ObserveLayer::count_request_bodies
//! [`count_request_bodies_in_place`]: crate::observe::ObserveLayer::count_request_bodies_in_place
//!
//! # With the HTTP metrics
//!
//! `HttpMetrics` leaves the durations of calls to this observer, in the same layer or in another, and records the
//! rest. `HttpMetrics::builder().duration(Kind::Grpc, Timing::End)` has both. What something else than gRPC answers, such
//! as a router's 404 or a proxy's 502, is in both in any case: here by the status that a client makes of it.
//!
//! # Source
//!
//! OpenTelemetry's semantic conventions for RPC metrics and gRPC 1.42, whose names, statuses and bucket edges
//! these are. The messages' metric is this project's own: the conventions have none any more.
//!
//! # Cost
//!
//! 1,583 instructions a unary call of a known method, over a layer that only wraps the body; 704 of these are
//! the engine's (two frames), some 190 the recorder's own. With link-time optimisation it is 1,444. A
//! `grpc-timeout` adds 54. A message of a stream, in a
//! frame of its own, takes what the engine takes for a frame and some 100. Counted by `cargo xtask bench` (`grpc_unary`,
//! `grpc_unary_in_time`). No allocation once the method is known, no lock, no write that threads share beyond
//! one reference count and the recorder's cells. A call of a method that is not known allocates its path
//! until the answer is there; messages that are received cost an allocation or three a call.
//!
//! # Errors, panics, cancellation
//!
//! None of its own. A call whose future or body is dropped is recorded as it is dropped.
//!
//! # On tonic
//!
//! ```no_run
//! # #[cfg(feature = "tonic")]
//! # mod example {
//! use bartizan::grpc::GrpcLayer;
//! use tonic::{service::Routes, transport::Server};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tonic::transport::Error> {
//! # let services = Routes::default();
//! Server::builder()
//!     .layer(GrpcLayer::default().count_request_bodies_in_place()) // the first is the outermost
//!     .add_routes(services)
//!     .serve(([127, 0, 0, 1], 3000).into())
//!     .await
//! # }
//! # }
//! ```
//!
//! # With other observers, and with declared methods
//!
//! ```
//! # #[cfg(feature = "http")]
//! # fn main() -> Result<(), bartizan::grpc::GrpcError> {
//! use bartizan::{grpc::Grpc, http::HttpMetrics, observe::ObserveLayer};
//!
//! let grpc = Grpc::builder().methods(["shop.Orders/Watch"]).build()?;
//! let layer = ObserveLayer::new(grpc).with(HttpMetrics::new());
//! # let _ = layer; Ok(())
//! # }
//! # #[cfg(not(feature = "http"))]
//! # fn main() {}
//! ```

mod builder;
mod inner;
mod methods;
mod observer;
mod received;
mod rows;
#[cfg(test)]
pub(crate) mod tests;

pub use self::{
    builder::{GrpcBuilder, GrpcError},
    observer::{Grpc, GrpcLayer, GrpcState},
};
