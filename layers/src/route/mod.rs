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
//! # With tonic
//!
//! The path is the client's text, so `/package.Service/Method` becomes a label only once the server
//! has answered it with something else than `UNIMPLEMENTED`, or if it was declared
//! ([`RouteSources::grpc_methods`]); until then it is `_OTHER`.
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
mod interner;
mod layer;
mod routes;
mod slot;
mod sources;
#[cfg(test)]
mod tests;
mod word;

#[cfg(feature = "http")]
pub(crate) use self::routes::RouteLabel;
pub(crate) use self::{
    grpc::is_grpc,
    routes::{RouteState, Routes},
    word::Word,
};
pub use self::{
    layer::{RouteFuture, RouteLayer, RouteService},
    slot::RouteSlot,
    sources::{RouteSources, RouteSourcesError},
    word::{Route, RouteSource, annotate},
};
