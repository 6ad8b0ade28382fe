//! Which route a request took: the one label whose values come from outside, and how they are bounded.
//!
//! The label is the word of the first of these that answers:
//!
//! | source | where from | asked for with |
//! |---|---|---|
//! | [`Handler`](RouteSource::Handler) | [`annotate`], [`RouteSlot::annotate`], a [`Route`] in the response's extensions | |
//! | [`Framework`](RouteSource::Framework) | axum's `MatchedPath`, seen by the layer or by a [`RouteLayer`] inside it | feature `axum` |
//! | [`Framework`](RouteSource::Framework) | gRPC's `/package.Service/Method` | [`RouteSources::grpc`] |
//! | [`Nested`](RouteSource::Nested) | the prefix of axum's `nest_service` | `RouteLayer::nested` |
//! | [`Table`](RouteSource::Table) | a table of templates | [`RouteSources::table`] |
//! | [`Guess`](RouteSource::Guess) | the look of the path, such as `~/users/{int}` | [`RouteSources::guess`] |
//!
//! Without any it is `{unmatched}`. A path that no one vouched for never becomes a label. All words
//! pass a budget: after 200 distinct ones by default ([`RouteSources::limit`]), new ones become
//! `{overflow}`, `bartizan_label_overflow_total{label="http_route"}` rises, and one warning is logged.
//!
//! # With axum
//!
//! | where the layer is | what it sees | what else is needed |
//! |---|---|---|
//! | `Router::layer`, last | `MatchedPath`, through `nest` too | `RouteLayer::nested()` around each service given to `nest_service` |
//! | around the whole `Router` | nothing | `RouteLayer::matched()` as a `Router::layer` |
//! | a fallback, an unknown path | | nothing: `{unmatched}` |
//!
//! For `nest_service("/files", ..)` axum itself matches `/files` and `/files/`, so these two are routes
//! of their own beside `/files/{*path}`.
//!
//! # With tonic
//!
//! The path is the client's text, so `/package.Service/Method` becomes a label only once an answer
//! vouched for it, or if it was declared ([`RouteSources::grpc_methods`]); until then it is what else the layer knows, such as the
//! template of a router or a table, or `_OTHER`.
//! An answer vouches if it is gRPC's, and has messages to come, or consists of OK or of a status about
//! the request's content (INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED,
//! OUT_OF_RANGE, DATA_LOSS). UNIMPLEMENTED does not, nor what a layer in front of the router may answer
//! to any path, such as UNAUTHENTICATED. Requests that are not gRPC's are `{unmatched}`.
//!
//! # Guessed
//!
//! A gateway or a proxy knows no routes. With [`RouteSources::guess`] the segments of a path that look like ids become
//! placeholders, by [`canon::Canonicalizer`] and the rules that it is given. A guess has a `~` in front, so that it is
//! never taken for a template. It becomes a label when it was answered with success (2xx, 304, 101) twice, and
//! is none for an answer of 404: a scanner finds no places to take. The crate's command, `route-canon --explain`, shows what
//! would become of an access log.
//!
//! # With plain hyper
//!
//! ```
//! use bartizan::{http::HttpMetricsLayer, route::RouteSources};
//!
//! # fn main() -> Result<(), bartizan::route::RouteSourcesError> {
//! let routes = RouteSources::new().table(["/users/{id}", "/files/{*path}"])?;
//! let layer = HttpMetricsLayer::default().routes(routes);
//! # let _ = layer; Ok(())
//! # }
//! ```

#[cfg(feature = "axum")]
mod axum;
mod grpc;
mod guess;
#[cfg(any(
    feature = "http",
    feature = "log",
    feature = "sse",
    feature = "task",
    feature = "trace"
))]
mod ids;
mod interner;
mod layer;
#[cfg(feature = "axum")]
mod memo;
mod routes;
mod slot;
mod sources;
#[cfg(test)]
mod tests;
mod word;

#[cfg(any(feature = "grpc", feature = "log", feature = "trace"))]
pub(crate) use self::grpc::{is_path, vouches};
#[cfg(feature = "vitals")]
pub(crate) use self::guess::Guesser;
#[cfg(any(feature = "http", feature = "sse", feature = "task"))]
pub(crate) use self::ids::id_of;
#[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
pub(crate) use self::routes::RouteLabel;
pub(crate) use self::{
    grpc::{grpc_suffix, is_call, is_grpc},
    routes::{Pending, RouteState, Routes},
    word::Word,
};
pub use route_canon as canon;

pub use self::{
    layer::{RouteFuture, RouteLayer, RouteService},
    slot::RouteSlot,
    sources::{RouteSources, RouteSourcesError},
    word::{Route, RouteSource, annotate},
};
