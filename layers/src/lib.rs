//! Observability layers for [`tower`](https://docs.rs/tower): one true record for every request and
//! every stream, however it ends.
//!
//! One line on a service that exists, and its operators see how long each route takes, what fails and
//! why, how many requests are under way and how large their bodies are; with more features also why each event
//! stream ended, what became of each gRPC call, a span of each request and a line of it in the log:
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
//! The feature `axum` is what tells the template; without it, and without a table, all routes are `{unmatched}`.
//! [`layer()`] is all that the features have, as one layer ([`stack`]); each part is a layer of its own, too. The
//! figures go through the [`metrics`](https://docs.rs/metrics) facade, so the exporter is the
//! user's choice; [`catalog`] has them all, with the buckets that an exporter needs.
//!
//! # What it promises
//!
//! - **One record per exchange.** Normal end, error, panic, cancellation, time-out, client gone: each
//!   is recorded once, with the labels documented for that end ([`observe`]), and no gauge drifts.
//! - **Bounded.** No label value comes from a client unless something closed or capped stands between:
//!   a million random paths add one series. The most series a metric can have is its cap of 1,900
//!   label sets ([`meter`]); in practice it is routes × methods × (statuses + kinds of end).
//! - **Transparent.** The wrapped body gives the same frames, trailers, size hint and end of stream as
//!   the bare one, the wrapped service the same responses and errors. No layer delays or fails a
//!   request; a bad configuration is refused where it is built.
//! - **Next to free.** No allocation per request or frame once a route is known, no lock, and no write
//!   shared between threads beyond a reference count and the recorder's own cells. Each layer's docs
//!   give its cost, counted by the benchmark under `bench/`.
//!
//! # Where to go
//!
//! | to | see |
//! |---|---|
//! | have all of it in one line | [`stack`] |
//! | measure requests | [`http`] |
//! | measure event streams, and know why each one ended | [`sse`] |
//! | make a span of each request | [`span`] |
//! | know why connections close, and drain a server | [`conn`] |
//! | log a line for each request | [`log`] |
//! | get the right route on axum, tonic and plain hyper | [`route`] |
//! | put layers in the right order | [`order`] |
//! | name and prefix metrics, give a recorder, bound series | [`meter`] |
//! | set an exporter up | [`catalog`] |
//! | measure gRPC calls, by their status | [`grpc`] |
//! | measure background jobs, and find those that are stuck | [`task`] |
//! | measure calls to language models and tools | [`gen_ai`] |
//! | take what browsers report of their pages | [`vitals`] |
//! | write an observer of one's own | [`observe::Observer`], and [`rpc`] for calls |
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `http` | yes | [`http`], [`meter`], [`catalog`] |
//! | `sse` | | [`sse`], [`meter`], [`catalog`] |
//! | `grpc` | | [`grpc`], [`meter`], [`catalog`] |
//! | `conn` | | [`conn`], [`meter`], [`catalog`]; with `axum` and `tonic`, the adapters for their servers |
//! | `log` | | [`log`]; with `trace`, its lines have the ids of the active span |
//! | `trace` | | [`span`] |
//! | `vitals` | | [`vitals`], [`meter`], [`catalog`] |
//! | `axum` | | routes from `MatchedPath`, `RouteLayer::matched` and `nested`, request bodies counted in place |
//! | `tonic` | | request bodies counted in place, `tonic::Status` seen into for time-outs |
//! | `task` | | [`task`], [`meter`], [`catalog`]; with `log` and `trace`, the lines and spans of jobs |
//! | `gen_ai` | | [`gen_ai`], [`meter`], [`catalog`]; with `trace` and `log`, spans and lines of calls |
//! | `full` | | `conn`, `gen_ai`, `grpc`, `http`, `log`, `sse`, `task`, `trace`, `vitals` |
//! | `test-util` | | for tests: times are told by tokio's clock, which a test can pause, instead of the system's |

#[cfg(feature = "_metrics")]
pub mod catalog;
mod clock;
#[cfg(feature = "conn")]
pub mod conn;
#[cfg(feature = "gen_ai")]
pub mod gen_ai;
#[cfg(feature = "grpc")]
pub mod grpc;
#[cfg(feature = "http")]
pub mod http;
pub mod label;
#[cfg(feature = "log")]
mod line;
#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "_metrics")]
pub mod meter;
pub mod observe;
pub mod order;
pub mod route;
pub mod rpc;
#[cfg(feature = "trace")]
pub mod span;
#[cfg(feature = "sse")]
pub mod sse;
#[cfg(any(
    feature = "grpc",
    feature = "http",
    feature = "log",
    feature = "sse",
    feature = "trace"
))]
pub mod stack;
#[cfg(feature = "task")]
pub mod task;
#[cfg(feature = "vitals")]
pub mod vitals;

#[cfg(any(
    feature = "grpc",
    feature = "http",
    feature = "log",
    feature = "sse",
    feature = "trace"
))]
pub use self::stack::{builder, layer};
