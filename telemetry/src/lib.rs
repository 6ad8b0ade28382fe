//! From one YAML file to metrics, spans and logs.
//!
//! The layers of [`bartizan`] speak to facades and know no exporter. This crate is the one place that does: it reads
//! a [`Config`], starts what it asks for, tells how that fares, and ends it within a limit.
//!
//! ```no_run
//! # #[cfg(feature = "axum")]
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, routing::get};
//! use bartizan_telemetry::Telemetry;
//!
//! let telemetry = Telemetry::from_env()?; // the file that BARTIZAN_CONFIG names, or the defaults
//! let app = Router::new()
//!     .route("/users/{id}", get(async || "Hello"))
//!     .layer(telemetry.drain_layer()) // ends event streams when the server ends
//!     .layer(telemetry.layers()); // last, so outermost
//! let connections = telemetry.connections(); // tells clients that left from servers that failed
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! axum::serve(connections.listener(listener), connections.make(app))
//!     .with_graceful_shutdown(telemetry.terminated()) // on SIGTERM and Ctrl-C
//!     .await?;
//! let report = telemetry.shutdown().await; // within five seconds, whatever hangs
//! # drop(report); Ok(())
//! # }
//! # #[cfg(not(feature = "axum"))] fn main() {}
//! ```
//!
//! With the defaults there are lines of JSON on standard output, and a page for Prometheus on port 9464; spans go
//! nowhere until `tracing.exporter` says where. `configs/bartizan.example.yaml` has every field.
//!
//! # What there is
//!
//! | what | where it is from |
//! |---|---|
//! | spans, lines, HTTP and gRPC metrics, event streams of a service | [`Telemetry::layers`] |
//! | connections, and the word that a server ends | [`Telemetry::connections`], [`Telemetry::drain`], [`Telemetry::drain_layer`] |
//! | background jobs, calls to models, what browsers report | [`Telemetry::tasks`], [`Telemetry::gen_ai`], [`Telemetry::web_vitals`] |
//! | the page of metrics, `/healthz`, `/readyz` | `metrics.listen`, or [`Telemetry::metrics_service`] to mount |
//! | figures of the process, `target_info`, how exporters fare | the page |
//! | what a file cannot say: closures, an attribute that is known only now | [`Telemetry::builder`] |
//!
//! The recorder, the tracer provider, the propagator, the subscriber and the set of tasks become the process's own, too,
//! unless somebody was first ([`TelemetryBuilder::install_globals`]): so `metrics`' macros, `tracing`'s and a
//! client's propagation work. The layers do not depend on that; two [`Telemetry`]s in one process both work.
//! Histograms of the service's own are summaries on the page, unless `metrics.own_buckets` has edges for them.
//!
//! # On plain hyper
//!
//! ```no_run
//! use std::convert::Infallible;
//!
//! use bartizan_telemetry::Telemetry;
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
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::from_file("bartizan.yaml")?; // `routes.table` has what hyper does not know
//! let service = ServiceBuilder::new()
//!     .layer(telemetry.layers())
//!     .layer(telemetry.drain_layer())
//!     .service_fn(async |_: Request<Incoming>| {
//!         Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("Hello"))))
//!     });
//! let connections = telemetry.connections();
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! loop {
//!     let (stream, _) = listener.accept().await?;
//!     let io = connections.observe(stream);
//!     let handle = io.handle();
//!     let service = TowerToHyperService::new(service.clone());
//!     tokio::spawn(async move {
//!         let builder = auto::Builder::new(TokioExecutor::new());
//!         handle.observe_boxed(builder.serve_connection(TokioIo::new(io), service)).await
//!     });
//! }
//! # }
//! ```
//!
//! On tonic the layers go to `Server::builder().layer(telemetry.layers())`, and
//! [`Connections::incoming`](bartizan::conn::Connections::incoming) takes its connections.
//!
//! # Errors, and what degrades
//!
//! A configuration that is wrong is refused at the start, with the path of each field and what is accepted
//! ([`ConfigError`]). Whatever breaks later or outside costs that part alone, and no request:
//!
//! | what | what happens | who tells |
//! |---|---|---|
//! | the port of the page is taken | it is tried again every 2 s, until it is free | `signal="scrape"` |
//! | a collector is absent, hangs or refuses | its spans are dropped and counted; the next push has the same figures | `signal="traces"`, `signal="metrics"` |
//! | an output of lines is full or closed | its lines are dropped, until it works again | `signal="logs"` |
//! | a log's file cannot be opened | standard error has the lines, until it can | `signal="logs"` |
//! | an output is slower than the lines come | those that find no place are dropped | `signal="logs"` |
//!
//! Each has `bartizan_exporter_up{signal}`, `bartizan_export_failures_total{signal}` and
//! `bartizan_export_dropped_total{signal}`, and one line for each change, whose error
//! begins with the address or the file. The line about lines is on standard error. How
//! the pushing of metrics fares is on the page alone.
//!
//! The gauge tells of what was sent last: of a service without traffic it stays 0 after a collector came back, until there
//! is a batch of spans to send. Where that matters, look for failures of late besides.
//!
//! A log's file that was moved or removed is opened anew within a second: `logrotate` needs no signal.
//!
//! # The end
//!
//! [`Telemetry::shutdown`] fires the drain, sends what waits, pushes a last time, and holds the page until it was asked for
//! once more, if it ever was: so the last closes are seen. It is not held where the next scrape is due too late, as the
//! times between the last ones tell: with `shutdown.timeout` at 5 s and a scrape every 15 s the last closes are seen one
//! time in three, and always with 20 s. All of that is within `shutdown.timeout`, on threads that may
//! hang. The server goes first: it ends by the drain, and only then is there nothing more to record.
//! [`Telemetry::shutdown_blocking`] is the same without `await`.
//!
//! To drop the last [`Telemetry`] waits for nobody: what waits is sent if the process lives on for long enough. What can
//! record (layers, a mounted page, the process's recorder) may outlive it, and is looked after until it is gone.
//!
//! # Threads
//!
//! | thread | what it does |
//! |---|---|
//! | `bartizan` | a runtime of its own: the page and its server, upkeep, scans, pushes. The service's may be blocked, have one thread, or be absent |
//! | `bartizan-log` | writes lines |
//! | `bartizan-end`, `bartizan-end-of` | while it ends |
//! | the SDK's | a batch of spans each, and the reader of metrics that are pushed |
//!
//! # Cost
//!
//! Requests pay for the layers, and for a line what its format costs and an allocation. A page of 5,000 counters
//! and 5,000 histograms, 90,000 samples, takes the thread `bartizan` some 0.2 s; all who wait are answered with one page.
//! There are 64 connections at most, of which the one that is silent for longest gives way. With metrics that are pushed besides, each sample is recorded twice.

mod bridge;
mod builder;
pub mod config;
#[cfg_attr(
    not(all(feature = "otlp-grpc", feature = "otlp-http", feature = "zipkin")),
    allow(dead_code, reason = "each exporter needs a part of what they share")
)]
mod export;
mod globals;
mod health;
mod logging;
mod metrics;
mod parts;
mod resource;
mod runtime;
mod scan;
mod shutdown;
mod start;
mod telemetry;
mod terminated;

pub use self::{
    builder::{StartError, TelemetryBuilder},
    config::{Config, ConfigError},
    export::ExportError,
    metrics::{MetricsFuture, MetricsService},
    shutdown::{Ended, ShutdownReport},
    telemetry::Telemetry,
};
