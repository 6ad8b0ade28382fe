//! A word about the route.

use std::{borrow::Cow, sync::Arc};

use crate::observe::scope;

/// The template of the route that a request took, as a handler or a framework names it.
///
/// In the extensions of a response it is the handler's word to the layer. From the same task,
/// [`annotate`] says the same without a response at hand, and costs less.
///
/// ```
/// use bartizan::route::Route;
///
/// let mut response = http::Response::new("");
/// response.extensions_mut().insert(Route::from("/reports/{id}"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Route(Text);

#[derive(Clone, Debug, Eq)]
enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

/// Who named the route. The first of two words counts, in this order; of two handlers' words the
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RouteSource {
    /// The handler itself.
    Handler,
    /// The framework's router, or gRPC's path.
    Framework,
    /// The prefix under which a service is nested.
    Nested,
    /// A table of templates that the layer was given.
    Table,
    /// The look of the path: no route that anyone declared.
    Guess,
}

/// What is said to the live exchange.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) route: Route,
    pub(crate) source: RouteSource,
}

/// Names the route of the request that is being served on this thread.
///
/// It is the handler's word and goes before the framework's. Call it from the handler's own task, in
/// the service's `call` or its future; from elsewhere, and from the body, use a
/// [`RouteSlot`](super::RouteSlot). Returns whether a request was being served. The first call with an owned text allocates; a
/// `&'static str` never does.
///
/// ```
/// async fn report() -> &'static str {
///     bartizan::route::annotate("/reports/{kind}/{id}");
///     "here it is"
/// }
/// ```
pub fn annotate(route: impl Into<Route>) -> bool {
    scope::say(Word {
        route: route.into(),
        source: RouteSource::Handler,
    })
    .is_ok()
}

// === impl Route ===

impl Route {
    /// The template.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<&'static str> for Route {
    fn from(text: &'static str) -> Self {
        Self(Text::Static(text))
    }
}

impl From<String> for Route {
    fn from(text: String) -> Self {
        Self(Text::Shared(text.into()))
    }
}

impl From<Arc<str>> for Route {
    fn from(text: Arc<str>) -> Self {
        Self(Text::Shared(text))
    }
}

impl From<Cow<'static, str>> for Route {
    fn from(text: Cow<'static, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

// === impl Text ===

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl std::hash::Hash for Text {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

// === impl Word ===

impl Word {
    /// Whether this word goes before one of `other`.
    pub(crate) fn goes_before(&self, other: Option<RouteSource>) -> bool {
        match other {
            None => true,
            Some(RouteSource::Handler) => self.source == RouteSource::Handler,
            Some(other) => self.source < other,
        }
    }
}
