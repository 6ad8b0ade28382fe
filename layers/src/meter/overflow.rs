//! Hits of a full budget.

use metrics::Counter;

use super::{Key, Meter, ladder::Ladder, store::Store};
use crate::catalog;

/// Counts what ran over under one label, in `bartizan_label_overflow_total`.
#[derive(Debug)]
pub(crate) struct Overflow {
    label: String,
    store: Store<Ladder<Counter>>,
}

// === impl Overflow ===

impl Overflow {
    pub(crate) fn new(meter: &Meter, label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            store: Store::new(meter),
        }
    }

    /// Counts `by` hits; 0 registers the series, so that the first hit shows in a rate.
    #[cold]
    pub(crate) fn count(&self, meter: &Meter, by: u64) {
        self.store.read(meter, |ladder| {
            if let Some(counter) = ladder.find(Key::default()) {
                return counter.increment(by);
            }
            let counter: Option<Counter> = meter.register(&catalog::LABEL_OVERFLOW, |labels| {
                labels.push(catalog::OVERFLOWED, self.label.clone());
            });
            if let Some(counter) = counter {
                counter.increment(by);
                // Whichever of two racing handles is kept, both are the same series.
                let _ = ladder.find_or_insert(Key::default(), 1, || Some(counter));
            }
        });
    }
}
