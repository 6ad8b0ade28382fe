//! What a layer may take routes from.

use std::sync::Arc;

use route_canon::{Budget, Table, TableError};

use super::{grpc, routes::Routes};

/// Where a layer takes routes from, besides the handler's word and the framework's.
///
/// Clones share the budget, so two layers given the same sources count against one limit.
#[derive(Clone, Debug, Default)]
#[must_use = "sources do nothing until a layer is given them"]
pub struct RouteSources(Routes);

/// Sources were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteSourcesError {
    /// The templates do not make a table.
    #[error("routes.table: {0}")]
    Table(#[from] TableError),
    /// More templates or methods than the budget takes.
    #[error("routes.{field}: {given} entries, and the budget holds {limit}: raise `limit` before")]
    Budget {
        /// Which list.
        field: &'static str,
        /// How many there are.
        given: usize,
        /// How many the budget holds.
        limit: usize,
    },
    /// A declared method is not a path of gRPC.
    #[error("routes.grpc_methods: {method:?} is not `package.Service/Method`")]
    GrpcMethod {
        /// What was given.
        method: String,
    },
}

// === impl RouteSources ===

impl RouteSources {
    /// The handler's word and the framework's, at most 200 distinct routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps at most `limit` distinct routes (clamped to 1..=60,000). Call it first: tables and
    /// declared methods take their places when they are given.
    pub fn limit(mut self, limit: usize) -> Self {
        self.0.budget = Arc::new(Budget::new(limit));
        self
    }

    /// Answers with the template that a path matches, for services without a router that tells.
    ///
    /// # Errors
    ///
    /// [`RouteSourcesError::Table`] if a template does not parse or two of them conflict,
    /// [`RouteSourcesError::Budget`] if they are more than the limit.
    pub fn table(
        mut self,
        templates: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, RouteSourcesError> {
        let table = Table::new(templates)?;
        let texts: Vec<_> = table.templates().iter().map(|template| template.as_str()).collect();
        let labels = self.0.reserve("table", &texts)?;
        self.0.table = Some(Arc::new((table, labels)));
        Ok(self)
    }

    /// Names gRPC requests by their path, once it was answered with something else than
    /// `UNIMPLEMENTED`. It costs a look at the request's content type.
    pub fn grpc(mut self) -> Self {
        self.0.grpc = true;
        self
    }

    /// As [`grpc`](Self::grpc), with methods that are known from the start: `package.Service/Method`.
    ///
    /// # Errors
    ///
    /// [`RouteSourcesError::GrpcMethod`] names the one that is no path of gRPC,
    /// [`RouteSourcesError::Budget`] if they are more than the limit.
    pub fn grpc_methods(
        self,
        methods: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, RouteSourcesError> {
        let mut paths = Vec::new();
        for method in methods {
            let method = method.as_ref();
            let path = format!("/{}", method.trim_start_matches('/'));
            if !grpc::is_path(&path) {
                return Err(RouteSourcesError::GrpcMethod { method: method.to_owned() });
            }
            paths.push(path);
        }
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        self.0.reserve("grpc_methods", &paths)?;
        Ok(self.grpc())
    }

    /// Puts a [`RouteSlot`](super::RouteSlot) into each request's extensions.
    pub fn slot(mut self) -> Self {
        self.0.slot = true;
        self
    }

    pub(crate) fn into_routes(self) -> Routes {
        self.0
    }
}
