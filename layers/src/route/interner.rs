//! Texts of routes that are told from one layer to another.

use std::sync::{Arc, OnceLock};

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
