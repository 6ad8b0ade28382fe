//! How a stream ends, and who is told.

use crate::Stats;

/// What to do at the end of a body. Implemented for closures, and for `()`, which does nothing.
pub trait OnEnd {
    /// The body has ended, and this is all that passed: called once. It must not block.
    fn on_end(&mut self, stats: &Stats, ended: Ended);
}

/// How a body ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Ended {
    /// All of it was handed over.
    Completed,
    /// It was dropped before its end: the client went away, as a rule, or a poll panicked.
    Dropped,
    /// It gave an error.
    Error,
}

// === impl OnEnd ===

impl OnEnd for () {
    fn on_end(&mut self, _: &Stats, _: Ended) {}
}

impl<F: FnMut(&Stats, Ended)> OnEnd for F {
    fn on_end(&mut self, stats: &Stats, ended: Ended) {
        self(stats, ended);
    }
}
