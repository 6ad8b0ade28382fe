//! The layer, and what it can be told.

use std::{error::Error, fmt, sync::Arc};

use tower_layer::Layer;

use super::{
    Counted, CountedInPlace, MediaTypes, Observe, Observers, StreamHandles, Untouched,
    core::{Core, Settings},
    link::Connection,
    methods::{self, Methods},
};
use crate::{label::Scheme, route::RouteSources};

/// Puts observers around a service. Place it outermost; see [the order of layers](crate::order).
///
/// A clone shares the budgets of the original, as axum needs it, which clones a layer for each route.
///
/// ```
/// use bartizan::{http::HttpMetrics, label::Scheme, observe::ObserveLayer};
///
/// let layer = ObserveLayer::new(HttpMetrics::new()).scheme(Scheme::Https);
/// # let _ = layer;
/// ```
#[derive(Clone)]
pub struct ObserveLayer<O: Observers = (), Q = Untouched> {
    core: Arc<Core<O>>,
    request_body: Q,
    connection: Option<Connection>,
}

/// A list of known methods was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MethodsError {
    /// A name is no method.
    #[error(
        "methods: {given:?} is not a method: RFC 9110 allows letters, digits and !#$%&'*+-.^_`|~"
    )]
    Unfit {
        /// What was given.
        given: String,
    },
    /// The list is too long for a label.
    #[error("methods: {given} entries; at most {} are accepted", methods::MOST)]
    TooMany {
        /// How many were given.
        given: usize,
    },
}

// === impl ObserveLayer ===

impl<O: Observers> ObserveLayer<O> {
    /// Observes with one observer; more are added [`with`](Self::with).
    #[must_use]
    pub fn new(observers: O) -> Self {
        let core = Core::new(observers, Settings::default(), false);
        Self {
            core: Arc::new(core),
            request_body: Untouched,
            connection: None,
        }
    }
}

impl<O: Observers, Q> ObserveLayer<O, Q> {
    /// Adds an observer. Give an `Option` to switch it at run time.
    ///
    /// Observers start in this order and end in reverse; each runs within what the ones before it
    /// [enter](super::Observer::enter).
    #[must_use]
    pub fn with<P: Observers>(self, observer: P) -> ObserveLayer<(O, P), Q> {
        let Core {
            observers,
            independent,
            settings,
            ..
        } = Arc::unwrap_or_clone(self.core);
        let core = Core::new((observers, observer), settings, independent);
        ObserveLayer {
            core: Arc::new(core),
            request_body: self.request_body,
            connection: self.connection,
        }
    }

    /// Takes routes from these sources. The budget of 200 routes is theirs.
    #[must_use]
    pub fn routes(self, sources: RouteSources) -> Self {
        self.set(|settings| settings.routes = sources.into_routes())
    }

    /// The scheme that the listener serves: `http` unless it is told otherwise.
    #[must_use]
    pub fn scheme(self, scheme: Scheme) -> Self {
        self.set(|settings| settings.scheme = scheme)
    }

    /// The media types that are streams; `text/event-stream` by default.
    #[must_use]
    pub fn streams(self, types: MediaTypes) -> Self {
        self.set(|settings| settings.streams = types)
    }

    /// Puts a [`StreamHandle`](super::StreamHandle) into each request, for handlers of streams.
    #[must_use]
    pub fn stream_handles(self, handles: StreamHandles) -> Self {
        self.set(|settings| settings.handles = Some(handles))
    }

    /// Tells which errors are time-outs, besides those of tower, tokio and the operating system.
    ///
    /// It is asked for each error and each one that it comes from, where the error's type is known:
    /// boxed errors, axum's and tonic's.
    #[must_use]
    pub fn timeouts(self, is_timeout: fn(&(dyn Error + 'static)) -> bool) -> Self {
        self.set(|settings| settings.timeout = Some(is_timeout))
    }

    /// Replaces the list of known methods: the nine of RFC 9110 and RFC 5789, and QUERY. What is not
    /// in it is `_OTHER`. Case matters.
    ///
    /// # Errors
    ///
    /// [`MethodsError`] if one is not a method, or if they are more than 30.
    pub fn methods(
        self,
        known: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, MethodsError> {
        let known: Vec<String> = known.into_iter().map(Into::into).collect();
        if known.len() > methods::MOST {
            return Err(MethodsError::TooMany { given: known.len() });
        }
        if let Some(given) = known
            .iter()
            .find(|name| http::Method::from_bytes(name.as_bytes()).is_err())
        {
            return Err(MethodsError::Unfit {
                given: given.clone(),
            });
        }
        let known = Methods::given(known);
        Ok(self.set(|settings| settings.methods = known))
    }

    /// The connection that the service is made for, where requests do not carry it: plain hyper makes
    /// a service for each connection. It goes before one in a request's extensions.
    #[cfg(feature = "conn")]
    #[must_use]
    pub fn connection(self, connection: crate::conn::ConnHandle) -> Self {
        Self {
            connection: Some(connection),
            ..self
        }
    }

    /// Records even within the exchange of another layer that has the same observers, and lets layers
    /// inside record too: for two recorders that shall both see everything.
    #[must_use]
    pub fn independent(self) -> Self {
        let Core {
            observers,
            settings,
            ..
        } = Arc::unwrap_or_clone(self.core);
        let core = Arc::new(Core::new(observers, settings, true));
        Self {
            core,
            request_body: self.request_body,
            connection: self.connection,
        }
    }

    /// Counts the bytes of request bodies as they are read, instead of taking Content-Length's word.
    /// The inner service gets a wrapped body.
    #[must_use]
    pub fn count_request_bodies(self) -> ObserveLayer<O, Counted> {
        ObserveLayer {
            core: self.core,
            request_body: Counted,
            connection: self.connection,
        }
    }

    /// As [`count_request_bodies`](Self::count_request_bodies), and the body keeps its type: for axum
    /// and tonic.
    #[must_use]
    pub fn count_request_bodies_in_place(self) -> ObserveLayer<O, CountedInPlace> {
        ObserveLayer {
            core: self.core,
            request_body: CountedInPlace,
            connection: self.connection,
        }
    }

    fn set(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut core = Arc::unwrap_or_clone(self.core);
        let settings = &mut core.settings;
        change(settings);
        settings.carries = settings.handles.is_some() || settings.routes.slot();
        #[cfg(feature = "http")]
        {
            settings.layer_key = settings.layer_key();
        }
        Self {
            core: Arc::new(core),
            request_body: self.request_body,
            connection: self.connection,
        }
    }
}

impl<O: Observers + Default> Default for ObserveLayer<O> {
    fn default() -> Self {
        Self::new(O::default())
    }
}

impl<S, O: Observers, Q: Clone> Layer<S> for ObserveLayer<O, Q> {
    type Service = Observe<S, O, Q>;

    fn layer(&self, inner: S) -> Self::Service {
        Observe::new(
            inner,
            Arc::clone(&self.core),
            self.request_body.clone(),
            self.connection.clone(),
        )
    }
}

impl<O: Observers, Q> fmt::Debug for ObserveLayer<O, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObserveLayer")
            .field("settings", &self.core.settings)
            .finish_non_exhaustive()
    }
}
