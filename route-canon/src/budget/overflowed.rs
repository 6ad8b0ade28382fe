//! Counts what a spent budget turned away.

use super::Admission;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts on cache lines of its own, so that a spent budget slows no reader down.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Overflowed(AtomicU64);

// === impl Overflowed ===

impl Overflowed {
    #[cold]
    pub(super) fn add(&self) -> Admission {
        let Self(count) = self;
        Admission::Overflow {
            first: count.fetch_add(1, Ordering::Relaxed) == 0,
        }
    }

    pub(super) fn count(&self) -> u64 {
        let Self(count) = self;
        count.load(Ordering::Relaxed)
    }
}
