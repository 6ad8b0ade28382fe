//! What the sampler will decide, as far as it can be told.
//!
//! The sampling decision comes first, and what is built for a request that is left out is in vain. But a
//! span that is given all its attributes at once costs a fifth less than one that gets them one by one.
//! So, as long as a sampler has kept to it, two things are expected of it: to record what the caller
//! records, and what has no caller. The first time that it does not is the last time that something is
//! built in vain.

use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::{Context, trace::TraceContextExt};

/// What was kept to so far.
#[derive(Debug)]
pub(super) struct Expectations {
    roots: AtomicBool,
    sampled_parents: AtomicBool,
}

/// What is expected of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// Nothing is known: the decision comes first.
    Nothing,
    /// The user wants the sampler to see everything.
    Asked,
    Root,
    SampledParent,
}

// === impl Expectations ===

impl Expectations {
    #[inline]
    pub(super) fn of(&self, parent: &Context) -> Expected {
        let span = parent.span();
        let parent = span.span_context();
        let (kept, expected) = if !parent.is_valid() {
            (&self.roots, Expected::Root)
        } else if parent.is_sampled() {
            (&self.sampled_parents, Expected::SampledParent)
        } else {
            return Expected::Nothing;
        };
        if kept.load(Ordering::Relaxed) {
            expected
        } else {
            Expected::Nothing
        }
    }

    /// A request was left out.
    #[inline]
    pub(super) fn disappoint(&self, expected: Expected) {
        match expected {
            Expected::Nothing | Expected::Asked => {}
            Expected::Root => self.roots.store(false, Ordering::Relaxed),
            Expected::SampledParent => self.sampled_parents.store(false, Ordering::Relaxed),
        }
    }
}

impl Default for Expectations {
    fn default() -> Self {
        Self {
            roots: AtomicBool::new(true),
            sampled_parents: AtomicBool::new(true),
        }
    }
}

// === impl Expected ===

impl Expected {
    #[inline]
    pub(super) fn is_all_built(self) -> bool {
        self != Self::Nothing
    }
}
