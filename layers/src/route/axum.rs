//! What axum's router leaves in a request's extensions.

use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, NestedPath};
use http::Extensions;
use route_canon::{Admission, Budget};

use super::Route;

/// Shared texts of templates, so that a known one is told without an allocation.
#[derive(Clone, Debug)]
pub(super) struct Interner(Arc<Texts>);

#[derive(Debug)]
struct Texts {
    budget: Budget,
    /// The text of each path of the budget, by its number.
    shared: Box<[OnceLock<Arc<str>>]>,
}

/// The template that the router matched.
#[inline]
pub(super) fn matched(extensions: &Extensions) -> Option<&str> {
    extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}

/// The prefix under which this service is nested.
pub(super) fn nested(extensions: &Extensions) -> Option<&str> {
    extensions.get::<NestedPath>().map(NestedPath::as_str)
}

// === impl Interner ===

impl Interner {
    /// `path` and `tail` in one. A router has no more templates than it was given, so running over
    /// costs an allocation and nothing else: the budget of the layer outside is the one that bounds.
    pub(super) fn route(&self, path: &str, tail: &str) -> Option<Route> {
        let Texts { budget, shared } = &*self.0;
        let text = || Arc::from(format!("{path}{tail}"));
        Some(Route::from(match budget.admit(path) {
            Admission::Known(id) | Admission::Admitted(id) => {
                Arc::clone(shared.get(id.index())?.get_or_init(text))
            }
            Admission::Overflow { .. } => text(),
        }))
    }
}

impl Default for Interner {
    fn default() -> Self {
        let budget = Budget::default();
        let shared = (0..budget.limit()).map(|_| OnceLock::new()).collect();
        Self(Arc::new(Texts { budget, shared }))
    }
}
