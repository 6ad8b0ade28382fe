//! How long requests take, how many are under way, and how large their bodies are.
//!
//! | metric | kind, unit | labels (most values) | recorded |
//! |---|---|---|---|
//! | `http_server_request_duration_seconds` | histogram, s | `http_request_method` (11), `http_route` (200 and 2), `http_response_status_code` (statuses used), `error_type` (5xx used, 13), `url_scheme` (1); opt-in `network_protocol_version` (5), `server_address` (cap) | end of the body; event streams and upgrades at the head |
//! | `http_server_active_requests` | up-down counter, {request} | `http_request_method`, `url_scheme`; opt-in `http_route` | `call` to the end of the body |
//! | `http_server_request_body_size_bytes` | histogram, By | `http_request_method`, `http_route`; opt-in status | end, where the size is known; event streams and upgrades not |
//! | `http_server_response_body_size_bytes` | histogram, By | the same | end, if there was a head; event streams and upgrades not |
//! | `bartizan_http_time_to_first_byte_seconds` | histogram, s | `http_request_method`, `http_route` | first data frame (opt-in) |
//! | `bartizan_label_overflow_total` | counter, {occurrence} | `label` | each hit of a full budget |
//!
//! Each metric keeps at most 1,900 label sets. Labels that do not apply are absent: `error_type` on
//! success, the status without a head. The ends and their words are in [`observe`](crate::observe).
//! A 5xx is its own `error_type`, and the first fault wins: a 500 whose client then leaves is `500`.
//! What happens to an event stream after its head is in the gauge alone: its duration was recorded.
//! What is recorded for a body that was not read to its end is what was handed over until then.
//!
//! The size of a request's body is its Content-Length, so a request that declares none (chunked, or
//! HTTP/2 without a length) has no sample, unless bodies are
//! [counted](crate::observe::ObserveLayer::count_request_bodies).
//!
//! **gRPC**: a failed call is a `200` without an `error_type`, since its status is in the trailers. Where an
//! observer measures how long calls take, in this layer, in one around it or in one within, as `Grpc` of the feature
//! `grpc` does, their durations are left to it; not those of calls that something else than gRPC answers, a proxy or
//! a router. What is recorded here of calls besides is the rest. See [`HttpMetricsBuilder::duration`].
//!
//! Source: semantic conventions for HTTP metrics 1.42 of OpenTelemetry, whose bucket edges for
//! durations and whose method list these are; RFC 9110 and 9112 for which responses have a body.
//!
//! # Cost
//!
//! 1,136 instructions a request for durations, active requests and response sizes, over a layer that
//! only wraps the body; of these some 400 are the recorder's own and 60 are two readings of the
//! clock. A table of templates adds 158, axum's `MatchedPath` and heads 241, a request's Content-Length 251, the time
//! to first byte 318; a frame costs 58. With link-time optimisation it is 80 less. Counted by `cargo xtask bench`
//! (`bench/results/`, with machine and date).
//!
//! No allocation once a route is known, beyond the recorder's own 0.016 a sample and the user's: a
//! label that is made as an owned text, as `server_address` is, allocates it. No lock; no write that
//! threads share, beyond one reference count and the recorder's cells.
//!
//! # Errors, panics, cancellation
//!
//! None of its own: the service's errors pass unchanged, its panics pass and are recorded, and a
//! dropped future or body is recorded as it is dropped. A metric that cannot be recorded, because no
//! recorder is installed yet, is left out, gauge and all; later requests are recorded from the moment
//! that there is one.
//!
//! # On axum
//!
//! ```
//! use axum::{Router, routing::get};
//! use bartizan::http::HttpMetricsLayer;
//!
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(async || "Hello"))
//!     .layer(HttpMetricsLayer::default());
//! # let _ = app;
//! ```
//!
//! # On plain hyper
//!
//! ```no_run
//! use std::convert::Infallible;
//!
//! use bartizan::{http::HttpMetricsLayer, route::RouteSources};
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use hyper::body::{Bytes, Incoming};
//! use hyper_util::{
//!     rt::{TokioExecutor, TokioIo},
//!     server::conn::auto,
//!     service::TowerToHyperService,
//! };
//! use tower::ServiceBuilder;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let service = ServiceBuilder::new()
//!     .layer(HttpMetricsLayer::default().routes(RouteSources::new().table(["/users/{id}"])?))
//!     .service_fn(async |_: Request<Incoming>| {
//!         Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("Hello"))))
//!     });
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! let (stream, _) = listener.accept().await?;
//! auto::Builder::new(TokioExecutor::new())
//!     .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
//!     .await
//! # }
//! ```
//!
//! # On tonic
//!
//! ```no_run
//! use bartizan::{http::HttpMetricsLayer, route::RouteSources};
//! use tonic::{service::Routes, transport::Server};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tonic::transport::Error> {
//! # let services = Routes::default();
//! Server::builder()
//!     .layer(HttpMetricsLayer::default().routes(RouteSources::new().grpc()))
//!     .add_routes(services)
//!     .serve(([127, 0, 0, 1], 3000).into())
//!     .await
//! # }
//! ```

mod builder;
mod cache;
mod custom;
mod inner;
mod labels;
mod marks;
mod observer;
mod options;
#[cfg(test)]
mod tests;

pub use self::{
    builder::{HttpMetricsBuilder, HttpMetricsError},
    custom::CustomLabel,
    observer::{HttpMetrics, HttpMetricsLayer, HttpState},
    options::Timing,
};
