//! How many spans wait, exactly.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counts the spans between a request's thread and the exporter.
///
/// A span is counted before the SDK's queue has it, and until the exporter took its batch out of that. So the SDK's queue
/// never has more of them than are counted here, and drops none by itself.
#[derive(Debug)]
pub(crate) struct Queue {
    most: usize,
    /// How many wait; [`CLOSED`] besides, once nobody will take them.
    waiting: AtomicUsize,
    /// How many were taken and not sent.
    lost: AtomicU64,
}

const CLOSED: usize = 1 << (usize::BITS - 1);

// === impl Queue ===

impl Queue {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most: most.min(CLOSED - 1),
            waiting: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
        }
    }

    /// Takes a place for a span, if there is one.
    pub(crate) fn admit(&self) -> bool {
        let one_more = |waiting| (waiting < self.most).then_some(waiting + 1);
        let admitted = self
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, one_more);
        admitted.is_ok()
    }

    /// The exporter took so many.
    pub(crate) fn take(&self, spans: usize) {
        self.waiting.fetch_sub(spans, Ordering::AcqRel);
    }

    /// Of those that were taken, so many were not sent.
    pub(crate) fn lose(&self, spans: u64) {
        self.lost.fetch_add(spans, Ordering::AcqRel);
    }

    /// How many were taken and not sent.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Acquire)
    }

    /// Lets no more in.
    pub(crate) fn close(&self) {
        self.waiting.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// Lets no more in, and says how many wait for nobody.
    pub(crate) fn abandon(&self) -> usize {
        self.waiting.swap(CLOSED, Ordering::AcqRel) & !CLOSED
    }
}
