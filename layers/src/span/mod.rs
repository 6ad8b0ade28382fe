//! One span for each request, from its arrival to the end of the response's body.
//!
//! [`Span`] goes through the `opentelemetry` API: which SDK, sampler and exporter are behind it, the
//! service decides. It is a server span by the conventions, of the instrumentation scope `bartizan`.
//!
//! | | |
//! |---|---|
//! | name | `{method} {http.route}`, or the method alone; `HTTP` for a method that is not known. What a handler says of the route later is heard until the end |
//! | status | error for a 5xx and for an end that is not `completed`; otherwise unset |
//! | parent | the caller's span, by W3C Trace Context; else the span that is active where the service is called |
//! | links | the caller's span, for a [public endpoint](SpanBuilder::public_endpoint); what a handler [linked](crate::observe::StreamHandle::link) |
//!
//! | attribute | told | asked for |
//! |---|---|---|
//! | `http.request.method`, `http.request.method_original` | start; the second where the first is `_OTHER` | |
//! | `http.route` | end, by a handler, a framework or a table: never a guess | |
//! | `http.response.status_code` | end, an integer | |
//! | `error.type` | end: the status of a 5xx, or how it [ended](crate::label::End) | |
//! | `url.scheme` | start, by the layer's configuration | |
//! | `url.path` | start | by [route](SpanBuilder::url_path_by_route) instead |
//! | `server.address`, `server.port` | start: as configured, else of the request's target, else of its `Host` | |
//! | `network.protocol.version`, `user_agent.original` | start | |
//! | `url.query` | start | [`url_query`](SpanBuilder::url_query) |
//! | `client.address` | start | [`client_address`](SpanBuilder::client_address) |
//! | `http.request.header.*`, `http.response.header.*` | start, head | [`request_headers`](SpanBuilder::request_headers), [`response_headers`](SpanBuilder::response_headers) |
//! | `http.request.body.size`, `http.response.body.size` | end | [`body_sizes`](SpanBuilder::body_sizes) |
//!
//! A [gRPC call](crate::rpc#what-counts-as-a-call) that gRPC answers, or nobody, is told by the conventions for RPC instead, which
//! have neither `url.*` nor `http.request.*`. Its name is its `rpc.method`, or `grpc` until something stands for that: an
//! answer, of this call or of one before, or the layer's [routes](crate::route::RouteSources::grpc_methods). It is an error
//! if its [outcome](crate::rpc#how-a-call-ends) is the server's fault, so a 200 can be one, and a client that leaves is none.
//! What another answers, such as a router's 404, is told as the request that it is, from the head on.
//!
//! | attribute of a call | told | asked for |
//! |---|---|---|
//! | `rpc.system.name` | start: `grpc` | |
//! | `rpc.method` | as soon as something stands for it: start or head; else `_OTHER`, at the end | |
//! | `rpc.method_original` | end, where the method is `_OTHER`: what was called | not with [`url_path_by_route`](SpanBuilder::url_path_by_route) |
//! | `rpc.response.status_code` | end: `OK`, `NOT_FOUND`... | |
//! | `error.type` | end: the status, if it is a server's error, or how the call ended without one by the server's fault | |
//! | `server.*`, `network.protocol.version`, `user_agent.original`, `client.address`, headers, sizes | as above | as above |
//!
//! An event stream tells more; the names are this crate's, as no convention has any:
//!
//! | attribute, event | |
//! |---|---|
//! | `sse.stream.frames`, `.bytes` | handed over |
//! | `sse.stream.events`, `.keepalives`, `.time_to_first_event` | if `sse::Sse` counts them, in this layer or in one inside |
//! | `sse.stream.time_to_first_byte` | in seconds since the request's arrival, as the first event's |
//! | `sse.stream.close_reason`, `.close_detail` | why it ended, a closed list and the service's declared reasons; what the connection shows besides (feature `conn`) |
//! | `sse.stream.id` | what its handler named it |
//! | `sse.last_event_id` | [asked for](SpanBuilder::last_event_id) |
//! | events `sse.first_byte`, `sse.first_event`, `sse.close` | once each |
//! | event `sse.event` | [asked for](SpanBuilder::stream_events): each so many-th, at most 100 |
//!
//! A stream is an error if its end is the server's fault. That its client leaves is what ends most streams,
//! and no error: the close reason tells. Of the SDK's 128 events a stream's own take 103 at most; a handler
//! that adds more to the span may cost it the close event, and the summary is in attributes besides.
//!
//! # What runs within
//!
//! The span is active while the service's `call`, its future and the body run, and while they are dropped
//! before their end: spans that are made there by `opentelemetry`, and by `tracing` with
//! tracing-opentelemetry, are its children, and `Context::current().span()` is it. An observer that comes
//! after `Span` is within it, too.
//!
//! # Whom to trust
//!
//! What clients say is cut after 1,024 bytes, and has `_` for characters that rule terminals or lines. A
//! malformed `traceparent`, a `tracestate` or a baggage over its limits are as if they were not there.
//! Callers that are not trusted decide about neither trace nor sampling of a
//! [public endpoint](SpanBuilder::public_endpoint). No header is recorded but what the table names, no body,
//! no event's data, no error's text.
//!
//! # Sampling
//!
//! The sampler is shown the method, the kind and the parent; what is left out has nothing built for it. Until
//! it leaves out for the first time a request whose caller is sampled, or one without a caller, those have
//! their attributes built before, which is cheaper where they are recorded. To decide by attributes, see
//! [`sample_by_attributes`](SpanBuilder::sample_by_attributes).
//!
//! # Cost
//!
//! Over a layer that only wraps, for a request whose caller sends a `traceparent` (in brackets with link-time
//! optimisation): not sampled 2,744 instructions and 2 allocations (2,231), by the global provider 265 and 1
//! more; sampled, with a route of a table, until the SDK has the span 5,125 and 5 (4,431), until it has let go of it
//! again 5,335 (4,644); with host, port and user agent 6,573 and 7 (5,817). A frame of a stream takes 297 (185) over the
//! bare body. Of these the engine is 448 (359) a request and 41 (15) a frame, and each entering of a context, which is three
//! times a request and once a frame, some 170 (100) of `opentelemetry`'s own. Names of methods and routes are kept, 512 of them for the life of the process. Counted by
//! `cargo xtask bench`.
//!
//! # Errors, panics, cancellation
//!
//! None of its own. Without a provider, or with one that is shut down, there are no spans, the caller's
//! context is passed on, and the global provider is asked again at each request. What an exporter does is
//! between it and the SDK's processor: a batch processor drops what it cannot take, a simple one makes the
//! request wait for it.
//!
//! Source: semantic conventions 1.42 of OpenTelemetry for HTTP, RPC and gRPC spans; Trace Context, W3C Recommendation of
//! 2021; Baggage, W3C.
//!
//! # On axum
//!
//! ```
//! use axum::{Router, routing::get};
//! use bartizan::span::SpanLayer;
//!
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(async || "Hello"))
//!     .layer(SpanLayer::default()); // the last layer is the outermost
//! # let _ = app;
//! ```
//!
//! # On plain hyper, by a provider of one's own
//!
//! ```
//! use bartizan::{observe::ObserveLayer, route::RouteSources, span::Span};
//! use http::{Request, Response};
//! use opentelemetry_sdk::trace::SdkTracerProvider;
//! use tower::ServiceBuilder;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let provider = SdkTracerProvider::builder().build(); // with a processor and an exporter
//! let span = Span::builder().tracer_provider(&provider).build()?;
//! let layer = ObserveLayer::new(span).routes(RouteSources::new().table(["/users/{id}"])?);
//! let service = ServiceBuilder::new()
//!     .layer(layer)
//!     .service_fn(async |_: Request<String>| {
//!         Ok::<_, std::convert::Infallible>(Response::new("Hello".to_owned()))
//!     });
//! // `hyper_util::service::TowerToHyperService` makes it one for hyper.
//! # let _ = service; Ok(())
//! # }
//! ```

mod address;
mod baggage;
mod builder;
mod call;
mod capture;
mod expectation;
mod inner;
mod name;
mod names;
mod observer;
mod opening;
mod options;
mod query;
mod recording;
mod stream;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod tracer;
mod w3c;

pub use self::{
    address::ClientAddress,
    baggage::BaggageLimits,
    builder::{SpanBuilder, SpanError},
    observer::{Span, SpanLayer, SpanState},
};
#[cfg(feature = "task")]
pub(crate) use self::{
    tracer::{Global, scope},
    w3c::{Caller, caller},
};
