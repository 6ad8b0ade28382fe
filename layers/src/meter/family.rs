//! One metric's kept handles.

use super::{
    Key, Labels, Meter, Overflow,
    handle::Handle,
    ladder::{Full, Ladder},
    store::Store,
};
use crate::{
    catalog::{self, Metric},
    label::{OTHER, OVERFLOW},
};

/// The series of one metric: at most the meter's cap of label sets, each resolved once.
#[derive(Debug)]
pub(crate) struct Family<H> {
    metric: &'static Metric,
    store: Store<Ladder<H>>,
    overflow: Overflow,
}

// === impl Family ===

impl<H: Handle> Family<H> {
    pub(crate) fn new(meter: &Meter, metric: &'static Metric) -> Self {
        Self::with_store(meter, metric, Store::new(meter))
    }

    /// A family that a refresh leaves alone: what was raised in a series is lowered in the same one.
    #[cfg(any(feature = "conn", feature = "http", feature = "sse", feature = "task"))]
    pub(crate) fn of_gauges(meter: &Meter, metric: &'static Metric) -> Self {
        Self::with_store(meter, metric, Store::Fixed(Ladder::default()))
    }

    fn with_store(meter: &Meter, metric: &'static Metric, store: Store<Ladder<H>>) -> Self {
        let overflow = Overflow::new(meter, meter.naming().metric(metric));
        Self {
            metric,
            store,
            overflow,
        }
    }

    /// Runs `f` with the handle of a label set, and returns the key of the series that took it: the
    /// set's own, or [`Key::OVERFLOW`] past the cap. `None` while no recorder is installed: nothing
    /// was recorded. `fill` writes the set out when it is new; `key` must tell any two sets apart.
    #[inline]
    pub(crate) fn with(
        &self,
        meter: &Meter,
        key: Key,
        fill: impl FnOnce(&mut Labels<'_>),
        f: impl FnOnce(&H),
    ) -> Option<Key> {
        if let Some(handle) = self.store.fixed().and_then(|ladder| ladder.find(key)) {
            f(handle);
            return Some(key);
        }
        self.with_new(meter, key, fill, f)
    }

    /// As [`with`](Self::with), for a set that is new, or a meter that can be refreshed.
    #[inline(never)]
    fn with_new(
        &self,
        meter: &Meter,
        key: Key,
        fill: impl FnOnce(&mut Labels<'_>),
        f: impl FnOnce(&H),
    ) -> Option<Key> {
        self.store.read(meter, |ladder| match ladder.find(key) {
            Some(handle) => {
                f(handle);
                Some(key)
            }
            None => self.resolve(meter, ladder, key, fill, f),
        })
    }

    /// Registers the series of a label set before anything is recorded in it, and runs `f` with its
    /// handle; returns [`Key::OVERFLOW`] and does nothing where there is no place for it. What is not
    /// recorded is no hit of the cap.
    #[cfg(any(feature = "sse", feature = "task"))]
    pub(crate) fn declare(
        &self,
        meter: &Meter,
        key: Key,
        fill: impl FnOnce(&mut Labels<'_>),
        f: impl FnOnce(&H),
    ) -> Option<Key> {
        self.store.read(meter, |ladder| {
            let make = || meter.register(self.metric, fill);
            match ladder.find_or_insert(key, meter.0.max_label_sets, make) {
                Ok(handle) => {
                    f(handle?);
                    Some(key)
                }
                Err(Full) => Some(Key::OVERFLOW),
            }
        })
    }

    /// Registers the series of a label set at 0, so that its first rise shows in a rate. Half of the places under the cap
    /// are for sets that something was recorded in: where the others are taken, it does nothing.
    #[cfg(feature = "task")]
    pub(crate) fn foresee(
        &self,
        meter: &Meter,
        key: Key,
        fill: impl FnOnce(&mut Labels<'_>),
        zero: impl FnOnce(&H),
    ) {
        self.store.read(meter, |ladder| {
            let make = || meter.register(self.metric, fill);
            if let Ok(Some(handle)) = ladder.find_or_insert(key, meter.0.max_label_sets / 2, make) {
                zero(handle);
            }
        });
    }

    /// Registers the series of a new label set and keeps its handle.
    #[cold]
    fn resolve(
        &self,
        meter: &Meter,
        ladder: &Ladder<H>,
        key: Key,
        fill: impl FnOnce(&mut Labels<'_>),
        f: impl FnOnce(&H),
    ) -> Option<Key> {
        if key == Key::OVERFLOW || ladder.len() >= meter.0.max_label_sets {
            return self.fold(meter, ladder, f);
        }
        let make = || meter.register(self.metric, fill);
        match ladder.find_or_insert(key, meter.0.max_label_sets, make) {
            Ok(handle) => {
                f(handle?);
                Some(key)
            }
            // Racing threads took the last places.
            Err(Full) => self.fold(meter, ladder, f),
        }
    }

    /// Uses the series that every label set past the cap shares.
    fn fold(&self, meter: &Meter, ladder: &Ladder<H>, f: impl FnOnce(&H)) -> Option<Key> {
        if ladder.find(Key::OVERFLOW).is_none() {
            let make = || meter.register(self.metric, |labels| self.fill_overflow(labels));
            ladder
                .find_or_insert(Key::OVERFLOW, usize::MAX, make)
                .ok()??;
            tracing::warn!(
                metric = self.metric.name,
                label_sets = meter.0.max_label_sets,
                "a metric has as many label sets as it may keep; more are folded into one series"
            );
        }
        f(ladder.find(Key::OVERFLOW)?);
        self.overflow.count(meter, 1);
        Some(Key::OVERFLOW)
    }

    fn fill_overflow(&self, labels: &mut Labels<'_>) {
        for &label in self.metric.labels.iter().filter(|label| !label.opt_in) {
            match label {
                catalog::METHOD => labels.push(label, OTHER),
                catalog::RPC_SYSTEM => labels.push(label, "grpc"),
                catalog::STATUS
                | catalog::ERROR_TYPE
                | catalog::SCHEME
                | catalog::RPC_STATUS
                | catalog::RPC_ERROR_TYPE
                | catalog::TASK_ERROR_TYPE
                | catalog::GEN_AI_ERROR_TYPE => {}
                _ => labels.push(label, OVERFLOW),
            }
        }
    }
}
