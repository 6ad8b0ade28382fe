//! The whole stack as one layer.
//!
//! ```
//! use axum::{Router, routing::get};
//!
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(async || "Hello"))
//!     .layer(bartizan::layer()); // the last layer is the outermost
//! # let _ = app;
//! ```
//!
//! It has each observer whose feature is on, with its defaults: from the outside in
//! [`Span`](crate::span::Span), [`Log`](crate::log::Log), [`HttpMetrics`](crate::http::HttpMetrics),
//! [`Grpc`](crate::grpc::Grpc) and [`Sse`](crate::sse::Sse). So a line has the ids of its request's span and the counts
//! of its stream. What it records is what layers with one of them each record, stacked in this order; it
//! costs less, for there is one exchange and not five.
//!
//! Metrics go to the global recorder, spans to the global tracer provider, lines to the subscriber that is
//! active: each may be installed later, and one that is missing costs little and fails nothing. gRPC's methods
//! are [routes](crate::route::RouteSources::grpc) if its observer is in. Messages that are received are counted once
//! [request bodies](ObserveLayer::count_request_bodies_in_place) are.
//!
//! Parts are switched by a [`builder`]. What it builds is an [`ObserveLayer`], to be told of the scheme, of
//! stream handles like any other, and to take observers of one's own:
//!
//! ```
//! use bartizan::{http::HttpMetrics, label::Scheme, route::RouteSources};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let layer = bartizan::builder()
//!     .routes(RouteSources::new().table(["/users/{id}"])?)
//!     .http(HttpMetrics::builder().time_to_first_byte().build()?)
//!     .log(None)
//!     .build()
//!     .scheme(Scheme::Https);
//! # let _ = layer; Ok(())
//! # }
//! ```
//!
//! # Cost, errors, cancellation
//!
//! Those of the observers; each one's docs have them.

mod builder;
#[cfg(all(
    test,
    feature = "grpc",
    feature = "http",
    feature = "log",
    feature = "sse",
    feature = "trace"
))]
mod tests;

pub use self::builder::StackBuilder;
use crate::observe::ObserveLayer;

/// Names the part of a stack that a feature adds, and what stands in its place without it.
macro_rules! part {
    ($(#[$docs:meta])* $name:ident = $feature:literal: $observer:ty) => {
        $(#[$docs])*
        #[cfg(feature = $feature)]
        pub type $name = Option<$observer>;
        $(#[$docs])*
        #[cfg(not(feature = $feature))]
        pub type $name = ();
    };
}

part! {
    /// The spans, which may be switched off; `()` without the feature `trace`.
    SpanPart = "trace": crate::span::Span
}
part! {
    /// The log, which may be switched off; `()` without the feature `log`.
    LogPart = "log": crate::log::Log
}
part! {
    /// The HTTP metrics, which may be switched off; `()` without the feature `http`.
    HttpPart = "http": crate::http::HttpMetrics
}
part! {
    /// The gRPC metrics, which may be switched off; `()` without the feature `grpc`.
    GrpcPart = "grpc": crate::grpc::Grpc
}
part! {
    /// The observer of event streams, which may be switched off; `()` without the feature `sse`.
    SsePart = "sse": crate::sse::Sse
}

/// The observers of a stack.
pub type Stack = (SpanPart, (LogPart, (HttpPart, (GrpcPart, SsePart))));

/// The layer that [`layer`] and [`builder`] make.
pub type StackLayer = ObserveLayer<Stack>;

/// The whole stack as one layer, with the defaults of each part. See the [module docs](self).
#[must_use]
pub fn layer() -> StackLayer {
    builder().build()
}

/// Starts a stack with parts that are switched.
pub fn builder() -> StackBuilder {
    StackBuilder::default()
}
