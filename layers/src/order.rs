//! The order of layers: where an observing layer stands, and what it sees from there.
//!
//! An observing layer belongs **outermost**: what stands outside of it is not in its figures.
//!
//! | stack | outermost is | so write it |
//! |---|---|---|
//! | axum `Router::layer` | the last `.layer` | last |
//! | `tower::ServiceBuilder` | the first `.layer` | first |
//! | tonic `Server::builder().layer` | the first `.layer` | first |
//! | plain hyper | what is handed to the connection | around everything |
//!
//! What changes with the place, for the layers that are often around it:
//!
//! | neighbour | inside the observing layer | outside of it |
//! |---|---|---|
//! | time-out | its 408 or 503 is recorded with its status; a time-out error of tower or tokio is `timeout` | the exchange is dropped: `cancelled_before_response`, later `dropped` |
//! | panic catcher | its 500 is recorded: `500` | the panic is recorded: `panic`; the client gets the 500 |
//! | compression | compressed bytes are counted | bytes are counted before compression |
//! | CORS, auth, rate limit | answers of theirs are recorded | answers of theirs are seen by no one |
//! | `ConcurrencyLimit`, `Buffer`, load shed | waiting in `poll_ready` comes before `call` and is in no duration; an error of theirs is `service_error` | the same |
//! | `tower::buffer` | the inner service runs in another task: see [below](#buffers) | the same |
//!
//! # Event streams
//!
//! From the outside in: the layer with `Sse`; the compression; `SseProbeLayer`, which reads what the
//! compression would hide; `DrainLayer`, which ends streams when the server stops. A `DrainLayer`
//! outside of `Sse` looks to it like a layer that let go of its stream. Where layers that may kill a
//! stream have to stand outside of `Sse`, an `ObserveLayer::new(())` outside of them tells them from the
//! client: see `sse`.
//!
//! # Requests without a route
//!
//! `Router::layer` of axum runs after routing, so the layer sees the template, and for paths that no
//! route matches it runs too: `{unmatched}`. Around the whole `Router` (in `axum::serve`'s make
//! service, or when the router is a service among others) it sees nothing; put
//! `RouteLayer::matched()` inside as the `Router`'s layer. See [`route`](crate::route).
//!
//! # HEAD and other responses without a body
//!
//! Whatever body a service gives to HEAD, 204 or 304 is not part of the response, so the exchange
//! ends at the head and its size is 0. axum strips such a body; on plain hyper and behind
//! `nest_service` the service has to, since over HTTP/2 hyper sends what it gets.
//!
//! # Buffers
//!
//! Layers that talk to each other do so through the thread on which they run: an inner layer finds
//! the exchange of an outer one, and a word about the route finds its way out. What runs in another
//! task, behind `tower::buffer` or a spawn, is out of reach: an inner observing layer records for
//! itself there, [`annotate`](crate::route::annotate) returns `false`, and a
//! [`RouteLayer`](crate::route::RouteLayer) leaves its word in the response's extensions instead.
//!
//! # Dispatch inside a handler
//!
//! A handler that calls a service with the same observers in its own task (a batch end point that
//! sends requests to its own router) is one request of one client, and it is recorded as one. A layer
//! that shall record in any case is made
//! [`independent`](crate::observe::ObserveLayer::independent).
//!
//! # Example: a time-out inside, CORS inside, the layer outermost
//!
//! ```
//! use std::{convert::Infallible, time::Duration};
//!
//! use bartizan::http::HttpMetricsLayer;
//! use http::{Request, Response};
//! use tower::{ServiceBuilder, timeout::TimeoutLayer};
//!
//! let service = ServiceBuilder::new()
//!     .layer(HttpMetricsLayer::default())
//!     .layer(TimeoutLayer::new(Duration::from_secs(10)))
//!     .service_fn(async |_: Request<String>| {
//!         Ok::<_, Infallible>(Response::new(String::from("Hello")))
//!     });
//! # let _ = service;
//! ```
