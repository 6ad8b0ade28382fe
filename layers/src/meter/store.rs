//! A ladder that can be started anew, for those who pay for it.

use std::sync::{PoisonError, RwLock, atomic::Ordering};

use super::{Meter, ladder::Ladder};

/// The kept handles of one metric.
#[derive(Debug)]
pub(super) enum Store<V> {
    /// Read without a shared write.
    Fixed(Ladder<V>),
    /// Read under a lock, whose word the threads share; see `MeterBuilder::refreshable`.
    Refreshable(RwLock<Generation<V>>),
}

#[derive(Debug)]
pub(super) struct Generation<V> {
    number: u64,
    ladder: Ladder<V>,
}

// === impl Store ===

impl<V> Store<V> {
    pub(super) fn new(meter: &Meter) -> Self {
        let ladder = Ladder::new();
        if meter.0.refreshable {
            Self::Refreshable(RwLock::new(Generation { number: 0, ladder }))
        } else {
            Self::Fixed(ladder)
        }
    }

    /// Runs `f` with the ladder of the meter's present generation.
    #[inline]
    pub(super) fn read<T>(&self, meter: &Meter, f: impl FnOnce(&Ladder<V>) -> T) -> T {
        match self {
            Self::Fixed(ladder) => f(ladder),
            Self::Refreshable(lock) => {
                let number = meter.0.generation.load(Ordering::Acquire);
                let kept = lock.read().unwrap_or_else(PoisonError::into_inner);
                if kept.number == number {
                    return f(&kept.ladder);
                }
                drop(kept);
                let mut kept = lock.write().unwrap_or_else(PoisonError::into_inner);
                if kept.number < number {
                    *kept = Generation { number, ladder: Ladder::new() };
                }
                f(&kept.ladder)
            }
        }
    }
}
