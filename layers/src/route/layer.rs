//! Tells the route from inside, to a layer that cannot see it from outside.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{Route, RouteSource, Word};
#[cfg(feature = "axum")]
use super::{
    axum::{matched, nested},
    interner::Interner,
};
use crate::observe::scope;

/// A layer for an inner position, where the route is known: it tells the observing layer outside.
///
/// The word goes to the exchange that is live on the thread, from `call`, so that it counts even if
/// the request then panics or is cancelled. Where the inner service runs in another task than the
/// layer outside (`tower::buffer`), it goes into the response's extensions instead.
///
/// Cost: no allocation once a route is known, but for the detour through the extensions.
///
/// ```
/// use bartizan::route::RouteLayer;
/// use tower::ServiceBuilder;
///
/// let service = ServiceBuilder::new()
///     .layer(RouteLayer::fixed("/healthz"))
///     .service_fn(async |_: http::Request<()>| {
///         Ok::<_, std::convert::Infallible>(http::Response::new(""))
///     });
/// # let _ = service;
/// ```
#[derive(Clone, Debug)]
pub struct RouteLayer {
    from: From,
}

/// The service that [`RouteLayer`] makes.
#[derive(Clone, Debug)]
pub struct RouteService<S> {
    inner: S,
    from: From,
}

pin_project! {
    /// The future of a [`RouteService`].
    #[derive(Debug)]
    pub struct RouteFuture<F> {
        #[pin]
        inner: F,
        // Said to no one: the response carries it.
        unheard: Option<Word>,
    }
}

#[derive(Clone, Debug)]
enum From {
    Fixed(Route),
    #[cfg(feature = "axum")]
    Matched(Interner),
    #[cfg(feature = "axum")]
    Nested(Interner),
}

// === impl RouteLayer ===

impl RouteLayer {
    /// Tells this route for every request.
    #[must_use]
    pub fn fixed(route: impl Into<Route>) -> Self {
        Self {
            from: From::Fixed(route.into()),
        }
    }

    /// Tells the template that axum's router matched: a `Router::layer` for a layer that stands
    /// around the whole `Router`.
    #[cfg(feature = "axum")]
    #[must_use]
    pub fn matched() -> Self {
        Self {
            from: From::Matched(Interner::default()),
        }
    }

    /// Tells the prefix of axum's `nest_service`, as `/prefix/{*path}`: goes around the service that
    /// is given to it. A router inside that tells its own route goes before it.
    #[cfg(feature = "axum")]
    #[must_use]
    pub fn nested() -> Self {
        Self {
            from: From::Nested(Interner::default()),
        }
    }
}

impl<S> Layer<S> for RouteLayer {
    type Service = RouteService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RouteService {
            inner,
            from: self.from.clone(),
        }
    }
}

// === impl RouteService ===

impl<S, B, R> Service<Request<B>> for RouteService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = RouteFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let word = self.from.word(&request);
        let unheard = word.and_then(|word| scope::say(word).err());
        RouteFuture {
            inner: self.inner.call(request),
            unheard,
        }
    }
}

// === impl RouteFuture ===

impl<F, R, E> Future for RouteFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        if let Some(word) = this.unheard.take() {
            // A word from further inside stands, unless this one goes before it.
            let said = response.extensions().get::<Word>().map(|said| said.source);
            if word.goes_before(said) {
                response.extensions_mut().insert(word);
            }
        }
        Poll::Ready(Ok(response))
    }
}

// === impl From ===

impl From {
    fn word<B>(&self, request: &Request<B>) -> Option<Word> {
        let _ = request;
        match self {
            Self::Fixed(route) => Some(Word {
                route: route.clone(),
                source: RouteSource::Framework,
            }),
            #[cfg(feature = "axum")]
            Self::Matched(interner) => {
                let path = matched(request.extensions())?.as_str();
                let route = interner.route(path, "")?;
                Some(Word {
                    route,
                    source: RouteSource::Framework,
                })
            }
            #[cfg(feature = "axum")]
            Self::Nested(interner) => {
                let prefix = nested(request.extensions())?.trim_end_matches('/');
                let route = interner.route(prefix, "/{*path}")?;
                Some(Word {
                    route,
                    source: RouteSource::Nested,
                })
            }
        }
    }
}
