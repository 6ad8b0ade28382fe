//! The series of one metric.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
};

use opentelemetry::KeyValue;

/// The series of one metric, up to a limit; clones share them.
pub(crate) struct Family<H>(Arc<Inner<H>>);

struct Inner<H> {
    most: usize,
    series: Mutex<HashMap<Vec<KeyValue>, H>>,
}

/// A value that the SDK reads: of a counter the number itself, of the others the bits of a float.
pub(crate) type Cell = Arc<AtomicU64>;

// === impl Family ===

impl<H: Clone> Family<H> {
    /// A family of so many series; the last one is what the rest shares.
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Inner {
            most,
            series: Mutex::default(),
        }))
    }

    /// The series with these attributes, and whether it is theirs alone.
    pub(crate) fn series(
        &self,
        attributes: Vec<KeyValue>,
        make: impl FnOnce(&[KeyValue]) -> H,
    ) -> (H, bool) {
        let mut series = self.lock();
        if let Some(handle) = series.get(&attributes) {
            return (handle.clone(), true);
        }
        let is_own = series.len() + 1 < self.0.most;
        let attributes = if is_own {
            attributes
        } else {
            vec![KeyValue::new("otel.metric.overflow", true)]
        };
        let entry = series.entry(attributes);
        let handle = match entry {
            std::collections::hash_map::Entry::Occupied(entry) => entry.get().clone(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let handle = make(entry.key());
                entry.insert(handle).clone()
            }
        };
        (handle, is_own)
    }

    /// Shows every series. It is what the SDK calls to collect.
    pub(crate) fn each(&self, mut show: impl FnMut(&[KeyValue], &H)) {
        for (attributes, handle) in &*self.lock() {
            show(attributes, handle);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Vec<KeyValue>, H>> {
        self.0.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<H> Clone for Family<H> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<H> fmt::Debug for Family<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family")
            .field("most", &self.0.most)
            .finish_non_exhaustive()
    }
}
