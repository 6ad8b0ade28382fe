//! A table of handles that can be started anew, for those who pay for it.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, atomic::Ordering};

use super::Meter;

/// A table that is filled by use.
#[derive(Debug)]
pub(crate) enum Store<T> {
    /// Read without a shared write.
    Fixed(T),
    /// Read under a lock, whose word the threads share; see `MeterBuilder::refreshable`.
    Refreshable(RwLock<Generation<T>>),
}

#[derive(Debug)]
pub(crate) struct Generation<T> {
    number: u64,
    table: T,
}

// === impl Store ===

impl<T: Default> Store<T> {
    pub(crate) fn new(meter: &Meter) -> Self {
        let table = T::default();
        if meter.0.refreshable {
            Self::Refreshable(RwLock::new(Generation { number: 0, table }))
        } else {
            Self::Fixed(table)
        }
    }

    /// The table, if no refresh can ever start it anew.
    #[inline(always)]
    pub(crate) fn fixed(&self) -> Option<&T> {
        match self {
            Self::Fixed(table) => Some(table),
            Self::Refreshable(_) => None,
        }
    }

    /// Runs `f` with the table of the meter's present generation.
    #[inline(always)]
    pub(crate) fn read<R>(&self, meter: &Meter, f: impl FnOnce(&T) -> R) -> R {
        let kept;
        let table = match self {
            Self::Fixed(table) => table,
            Self::Refreshable(lock) => {
                kept = Self::present(lock, meter);
                &kept.table
            }
        };
        f(table)
    }

    #[cold]
    fn present<'a>(
        lock: &'a RwLock<Generation<T>>,
        meter: &Meter,
    ) -> RwLockReadGuard<'a, Generation<T>> {
        let number = meter.0.generation.load(Ordering::Acquire);
        let kept = lock.read().unwrap_or_else(PoisonError::into_inner);
        if kept.number >= number {
            return kept;
        }
        drop(kept);
        let mut stale = lock.write().unwrap_or_else(PoisonError::into_inner);
        if stale.number < number {
            *stale = Generation {
                number,
                table: T::default(),
            };
        }
        drop(stale);
        lock.read().unwrap_or_else(PoisonError::into_inner)
    }
}
