//! Routes that are guessed from paths: by the look of them, and with an answer's word.

use std::{cell::RefCell, sync::Arc};

use http::StatusCode;
use route_canon::{Canonicalizer, label::UNMATCHED};

/// Guesses, if it was asked to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guesser(Option<Arc<Canonicalizer>>);

// === impl Guesser ===

impl Guesser {
    /// Whether it guesses at all.
    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Shows the guess for a path to `f`, unless a rule denies it, or it is no path.
    pub(crate) fn guess<T>(&self, path: &str, f: impl FnOnce(&str) -> T) -> Option<T> {
        thread_local! {
            /// Written anew for each path, and allocated once.
            static LABEL: RefCell<String> = const { RefCell::new(String::new()) };
        }
        let canonicalizer = self.0.as_deref()?;
        LABEL.with_borrow_mut(|label| {
            label.clear();
            canonicalizer.write(path, label);
            (label != UNMATCHED).then(|| f(label))
        })
    }
}

impl From<Canonicalizer> for Guesser {
    fn from(canonicalizer: Canonicalizer) -> Self {
        Self(Some(Arc::new(canonicalizer)))
    }
}

/// Whether an answer tells that there is something at its path. A redirection does not: many servers
/// send every path to another scheme or host.
pub(super) fn vouches(status: StatusCode) -> bool {
    status.is_success()
        || matches!(
            status,
            StatusCode::NOT_MODIFIED | StatusCode::SWITCHING_PROTOCOLS
        )
}
