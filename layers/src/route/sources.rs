//! What a layer may take routes from.

use std::sync::{Arc, OnceLock};

use route_canon::{Budget, Canonicalizer, Table, TableError};

use super::{grpc, guess::Guesser, routes::Routes};

/// Where a layer takes routes from, besides the handler's word and the framework's.
///
/// Layers that are given clones of the same sources share one budget.
#[derive(Clone, Debug)]
#[must_use = "sources do nothing until a layer is given them"]
pub struct RouteSources {
    limit: usize,
    table: Option<Arc<Table>>,
    methods: Vec<String>,
    guesser: Guesser,
    grpc: bool,
    slot: bool,
    /// Made at first use; of one clone, of all of them.
    made: Arc<OnceLock<Routes>>,
}

/// Sources were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteSourcesError {
    /// The templates do not make a table.
    #[error("routes.table: {0}")]
    Table(#[from] TableError),
    /// A declared method is not a path of gRPC.
    #[error("routes.grpc_methods: {method:?} is not `package.Service/Method`")]
    GrpcMethod {
        /// What was given.
        method: String,
    },
    /// More templates and methods than any budget holds.
    #[error(
        "routes: {given} templates and methods; at most {} are accepted",
        Budget::MAX_LIMIT
    )]
    TooMany {
        /// How many there are.
        given: usize,
    },
}

// === impl RouteSources ===

impl RouteSources {
    /// The handler's word and the framework's, at most 200 distinct routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps at most `limit` distinct routes: 200 by default, 60,000 at most. Templates of a table and
    /// declared methods have their places in any case, so it counts as no less than these.
    pub fn limit(self, limit: usize) -> Self {
        Self {
            limit,
            ..self.anew()
        }
    }

    /// Answers with the template that a path matches, for services without a router that tells.
    ///
    /// # Errors
    ///
    /// [`RouteSourcesError::Table`] if a template does not parse or two of them conflict,
    /// [`RouteSourcesError::TooMany`] if there are more than 60,000.
    pub fn table(
        self,
        templates: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, RouteSourcesError> {
        let table = Some(Arc::new(Table::new(templates)?));
        Self {
            table,
            ..self.anew()
        }
        .checked()
    }

    /// Names gRPC requests by their path, once an answer vouched for it (see the
    /// [module docs](super#with-tonic)). It costs a look at the request's content type.
    pub fn grpc(self) -> Self {
        Self {
            grpc: true,
            ..self.anew()
        }
    }

    /// As [`grpc`](Self::grpc), with methods that are known from the start: `package.Service/Method`.
    ///
    /// # Errors
    ///
    /// [`RouteSourcesError::GrpcMethod`] names the one that is no path of gRPC,
    /// [`RouteSourcesError::TooMany`] if there are more than 60,000.
    pub fn grpc_methods(
        self,
        methods: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, RouteSourcesError> {
        let mut sources = self.grpc();
        for method in methods {
            let method = method.as_ref();
            let path = format!("/{}", method.trim_start_matches('/'));
            if !grpc::is_path(&path) {
                return Err(RouteSourcesError::GrpcMethod {
                    method: method.to_owned(),
                });
            }
            sources.methods.push(path);
        }
        sources.checked()
    }

    /// As [`grpc`](Self::grpc), with methods that an observer declares.
    #[cfg(feature = "grpc")]
    pub(crate) fn grpc_of(self, methods: &[String]) -> Self {
        let mut sources = self.grpc();
        let paths = methods.iter().map(|method| format!("/{method}"));
        sources.methods.extend(paths);
        sources
    }

    /// Guesses the route of a path that nothing else names, once an answer vouched for it (see the
    /// [module docs](super#guessed)).
    ///
    /// A request whose guess is a label already costs the look at its path, and no allocation; another allocates its
    /// guess until the answer is there.
    ///
    /// ```
    /// use bartizan::{
    ///     http::HttpMetricsLayer,
    ///     route::{RouteSources, canon::Canonicalizer},
    /// };
    ///
    /// let routes = RouteSources::new().guess(Canonicalizer::default());
    /// let layer = HttpMetricsLayer::default().routes(routes);
    /// # let _ = layer;
    /// ```
    pub fn guess(self, canonicalizer: Canonicalizer) -> Self {
        Self {
            guesser: canonicalizer.into(),
            ..self.anew()
        }
    }

    /// Puts a [`RouteSlot`](super::RouteSlot) into each request's extensions.
    pub fn slot(self) -> Self {
        Self {
            slot: true,
            ..self.anew()
        }
    }

    pub(crate) fn into_routes(self) -> Routes {
        let make = || {
            let Self {
                limit,
                ref table,
                ref methods,
                ref guesser,
                grpc,
                slot,
                made: _,
            } = self;
            Routes::new(
                limit.max(self.reserved()),
                table.clone(),
                methods,
                guesser.clone(),
                grpc,
                slot,
            )
        };
        self.made.get_or_init(make).clone()
    }

    /// These sources, to be changed: no longer those of the clones.
    fn anew(self) -> Self {
        Self {
            made: Arc::default(),
            ..self
        }
    }

    fn checked(self) -> Result<Self, RouteSourcesError> {
        match self.reserved() {
            given if given > Budget::MAX_LIMIT => Err(RouteSourcesError::TooMany { given }),
            _ => Ok(self),
        }
    }

    fn reserved(&self) -> usize {
        self.table.as_deref().map_or(0, Table::len) + self.methods.len()
    }
}

impl Default for RouteSources {
    fn default() -> Self {
        Self {
            limit: Budget::DEFAULT_LIMIT,
            table: None,
            methods: Vec::new(),
            guesser: Guesser::default(),
            grpc: false,
            slot: false,
            made: Arc::default(),
        }
    }
}
