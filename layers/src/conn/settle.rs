//! Reports on bodies of HTTP/1 that wait until it is known whether their bytes were written.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::guard::guard;

/// A report that is held back until its body's bytes were written or never will be.
pub(crate) trait Settle: Send {
    /// Makes the report. `flushed` is whether the connection wrote all that it had been given by then,
    /// and `written` is how many bytes it ever wrote: see
    /// [`ConnMark::written`](super::ConnMark::written) for what a request's own part is.
    ///
    /// It runs where the connection is polled or dropped, or where the body is: it may not block. No
    /// lock is held, and a panic ends there.
    fn settle(self: Box<Self>, flushed: bool, written: u64);
}

/// The reports that wait.
pub(super) struct Settling(Mutex<Waiting>);

struct Waiting {
    /// Whether there can still be a flush.
    open: bool,
    reports: VecDeque<Box<dyn Settle>>,
}

// === impl Settling ===

impl Settling {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Waiting {
            open: true,
            reports: VecDeque::new(),
        }))
    }

    /// Takes a report in, and calls `taken` before another one can look; gives it back if there will be
    /// no flush.
    pub(super) fn push(
        &self,
        report: Box<dyn Settle>,
        taken: impl FnOnce(),
    ) -> Result<(), Box<dyn Settle>> {
        let mut waiting = self.lock();
        if !waiting.open {
            return Err(report);
        }
        waiting.reports.push_back(report);
        taken();
        Ok(())
    }

    /// Settles those that wait now; `emptied` is called before another one can come.
    #[cold]
    pub(super) fn flushed(&self, written: u64, emptied: impl FnOnce()) {
        let waiting = self.lock();
        let reports = waiting.reports.len();
        emptied();
        drop(waiting);
        for _ in 0..reports {
            let Some(report) = self.lock().reports.pop_front() else {
                return;
            };
            settle(report, true, written);
        }
    }

    /// Settles all, and takes no more.
    #[cold]
    pub(super) fn close(&self, written: u64) {
        let mut waiting = self.lock();
        waiting.open = false;
        let reports = std::mem::take(&mut waiting.reports);
        drop(waiting);
        for report in reports {
            settle(report, false, written);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Settling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settling").finish_non_exhaustive()
    }
}

/// Settles one.
pub(super) fn settle(report: Box<dyn Settle>, flushed: bool, written: u64) {
    guard(|| report.settle(flushed, written));
}
