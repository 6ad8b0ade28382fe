//! The series of one route's streams.

use std::sync::OnceLock;

use metrics::{Counter, Gauge, Histogram};

use super::{inner::Inner, keys, stalls::Cause, types::TypeLabel};
use crate::{
    catalog::{self, Label},
    label::{CloseReason, Fault},
    meter::{Family, Handle, Key, Labels},
    observe::{Record, SERIALIZATION_ERROR, signed},
};

/// A route that had a stream.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) key: u64,
    pub(super) text: Box<str>,
    /// Resolved once there is a recorder.
    hot: OnceLock<Hot>,
    /// Whose the series of its stalled streams are, once that is known.
    stalled: OnceLock<Owner>,
}

/// Whose a series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The route's own.
    Route,
    /// That of all routes past the cap of label sets.
    All,
}

/// The handles that frames use. `None` past the cap of label sets: each use of the series that these
/// share is counted.
#[derive(Debug)]
pub(super) struct Hot {
    frames: Option<Counter>,
    bytes: Option<Counter>,
    gap: Option<Histogram>,
    size: Option<Histogram>,
}

// === impl Route ===

impl Route {
    pub(super) fn new(key: u64, text: &str) -> Self {
        Self {
            key,
            text: text.into(),
            hot: OnceLock::new(),
            stalled: OnceLock::new(),
        }
    }

    /// Whether there is a recorder; the first time that there is one, registers what the route's
    /// streams may come to, at 0: what is born at its first rise is invisible to a rate.
    #[inline]
    pub(super) fn is_live(&self, inner: &Inner, record: Record<'_>) -> bool {
        self.hot(inner, record).is_some()
    }

    /// The same, with what it came to.
    #[inline]
    pub(super) fn hot(&self, inner: &Inner, record: Record<'_>) -> Option<&Hot> {
        match self.hot.get() {
            None => self.go_live(inner, record),
            hot => hot,
        }
    }

    #[cold]
    fn go_live(&self, inner: &Inner, record: Record<'_>) -> Option<&Hot> {
        let hot = Hot::new(self, inner)?;
        // Last: a recorder that panics meanwhile is asked again. Two threads may register the same.
        self.register(inner, record);
        Some(self.hot.get_or_init(|| hot))
    }

    fn register(&self, inner: &Inner, record: Record<'_>) {
        let families = &inner.families;
        let ends = keys::close_reasons().map(CloseReason::from);
        for reason in ends.chain(record.declared_reasons()) {
            let key = keys::with(self.key, keys::number(reason));
            let meter = &inner.meter;
            let fill = self.fill_reason(catalog::CLOSE_REASON, reason);
            families
                .without_events
                .declare(meter, key, &fill, |counter| counter.increment(0));
            families.duration.declare(meter, key, &fill, |_| {});
            if reason.fault() == Some(Fault::Server) {
                let fill = self.fill_reason(catalog::REASON, reason);
                families
                    .errors
                    .declare(meter, key, fill, |counter| counter.increment(0));
            }
        }
        let key = keys::with(self.key, keys::SERIALIZATION_ERROR);
        let fill = self.fill(catalog::REASON, SERIALIZATION_ERROR);
        let zero = |counter: &Counter| counter.increment(0);
        families.errors.declare(&inner.meter, key, fill, zero);
        self.stalled_owner(inner);
        self.declare(inner, &families.keepalives, zero);
        self.declare(inner, &families.reconnects, zero);
        inner.announce();
    }

    /// Writes the route and one more label.
    fn fill(&self, label: Label, value: &'static str) -> impl Fn(&mut Labels<'_>) {
        move |labels| {
            labels.push(catalog::ROUTE, self.text.to_string());
            labels.push(label, value);
        }
    }

    fn fill_reason(&self, label: Label, reason: CloseReason<'_>) -> impl Fn(&mut Labels<'_>) {
        move |labels| {
            labels.push(catalog::ROUTE, self.text.to_string());
            labels.push(label, reason.as_str().to_owned());
        }
    }

    /// As [`with`](Self::with), before there is anything to record.
    fn declare<H: Handle>(
        &self,
        inner: &Inner,
        family: &Family<H>,
        f: impl FnOnce(&H),
    ) -> Option<Key> {
        let fill = |labels: &mut Labels<'_>| labels.push(catalog::ROUTE, self.text.to_string());
        family.declare(&inner.meter, Key::closed(self.key), fill, f)
    }

    /// Uses the route's series of a family whose only label is the route; returns whose it is.
    pub(super) fn with<H: Handle>(
        &self,
        inner: &Inner,
        family: &Family<H>,
        f: impl FnOnce(&H),
    ) -> Option<Key> {
        let fill = |labels: &mut Labels<'_>| labels.push(catalog::ROUTE, self.text.to_string());
        family.with(&inner.meter, Key::closed(self.key), fill, f)
    }

    pub(super) fn count(&self, inner: &Inner, family: &Family<Counter>, by: u64) {
        self.with(inner, family, |counter| counter.increment(by));
    }

    pub(super) fn time(&self, inner: &Inner, family: &Family<Histogram>, nanos: u64) {
        self.with(inner, family, |histogram| histogram.record(seconds(nanos)));
    }

    /// Whose the series of its stalled streams are; `None` without a recorder.
    pub(super) fn stalled_owner(&self, inner: &Inner) -> Option<Owner> {
        if let Some(&owner) = self.stalled.get() {
            return Some(owner);
        }
        let mut owner = Owner::Route;
        for &cause in Cause::ALL {
            // Not set: another layer may have the same route.
            let fill = self.fill(catalog::CAUSE, cause.as_str());
            let key = keys::with(self.key, cause as u32);
            let raise = |gauge: &Gauge| gauge.increment(0.0);
            let stalled = &inner.families.stalled;
            if stalled.declare(&inner.meter, key, fill, raise)? == Key::OVERFLOW {
                owner = Owner::All;
            }
        }
        Some(*self.stalled.get_or_init(|| owner))
    }

    pub(super) fn with_stalled(
        &self,
        inner: &Inner,
        cause: Cause,
        f: impl FnOnce(&Gauge),
    ) -> Option<Key> {
        let key = keys::with(self.key, cause as u32);
        let fill = self.fill(catalog::CAUSE, cause.as_str());
        inner.families.stalled.with(&inner.meter, key, fill, f)
    }

    pub(super) fn count_serialization_errors(&self, inner: &Inner, by: u64) {
        let key = keys::with(self.key, keys::SERIALIZATION_ERROR);
        let fill = self.fill(catalog::REASON, SERIALIZATION_ERROR);
        let errors = &inner.families.errors;
        errors.with(&inner.meter, key, fill, |counter| counter.increment(by));
    }

    /// Records what the end of a stream tells.
    pub(super) fn close(&self, inner: &Inner, record: Record<'_>, nanos: u64, with_events: bool) {
        let Some(reason) = record.close_reason() else {
            return;
        };
        let (families, meter) = (&inner.families, &inner.meter);
        let key = keys::with(self.key, keys::number(reason));
        let fill = self.fill_reason(catalog::CLOSE_REASON, reason);
        families.duration.with(meter, key, &fill, |histogram| {
            histogram.record(seconds(nanos));
        });
        if !with_events {
            families
                .without_events
                .with(meter, key, &fill, |counter| counter.increment(1));
        }
        if reason.fault() == Some(Fault::Server) {
            let fill = self.fill_reason(catalog::REASON, reason);
            families
                .errors
                .with(meter, key, fill, |counter| counter.increment(1));
        }
    }

    #[inline]
    pub(super) fn count_frame(&self, inner: &Inner, hot: &Hot, bytes: u64) {
        match hot {
            Hot {
                frames: Some(frames),
                bytes: Some(sent),
                ..
            } => {
                frames.increment(1);
                sent.increment(bytes);
            }
            _ => self.count_cold_frame(inner, bytes),
        }
    }

    #[cold]
    fn count_cold_frame(&self, inner: &Inner, bytes: u64) {
        self.count(inner, &inner.families.frames, 1);
        self.count(inner, &inner.families.bytes, bytes);
    }

    /// Counts events of one type. Returns the counter, if it may be kept: not the one that the types past
    /// the cap of label sets share, of which each use is counted.
    pub(super) fn count_events(&self, inner: &Inner, label: TypeLabel, by: u64) -> Option<Counter> {
        let key = keys::with(self.key, label.number());
        let fill = |labels: &mut Labels<'_>| self.fill_type(inner, labels, label);
        let mut used = None;
        let taken = inner
            .families
            .events
            .with(&inner.meter, key, fill, |counter| {
                counter.increment(by);
                used = Some(counter.clone());
            });
        used.filter(|_| taken == Some(key) && !inner.meter.is_refreshable())
    }

    #[cfg(feature = "conn")]
    pub(super) fn count_of_type(
        &self,
        inner: &Inner,
        family: &Family<Counter>,
        label: TypeLabel,
        by: u64,
    ) {
        let key = keys::with(self.key, label.number());
        let fill = |labels: &mut Labels<'_>| self.fill_type(inner, labels, label);
        family.with(&inner.meter, key, fill, |counter| counter.increment(by));
    }

    /// Counts events of a frame that has several types.
    #[cfg(feature = "conn")]
    pub(super) fn count_untyped(&self, inner: &Inner, family: &Family<Counter>, by: u64) {
        let key = keys::with(self.key, keys::SEVERAL_TYPES);
        let fill = self.fill(catalog::EVENT_TYPE, crate::label::OTHER);
        family.with(&inner.meter, key, fill, |counter| counter.increment(by));
    }

    #[cfg(feature = "conn")]
    pub(super) fn count_write_error(&self, inner: &Inner, error: crate::conn::IoErrorType) {
        let key = keys::with(self.key, error as u32);
        let fill = self.fill(catalog::ERROR_TYPE, error.as_str());
        let errors = &inner.families.write_errors;
        errors.with(&inner.meter, key, fill, |counter| counter.increment(1));
    }

    fn fill_type(&self, inner: &Inner, labels: &mut Labels<'_>, label: TypeLabel) {
        labels.push(catalog::ROUTE, self.text.to_string());
        labels.push(catalog::EVENT_TYPE, inner.types.text(label).to_owned());
    }

    #[inline]
    pub(super) fn record_size(&self, inner: &Inner, label: TypeLabel, size: u64) {
        let size = signed(size);
        match self.hot.get() {
            Some(Hot {
                size: Some(histogram),
                ..
            }) => histogram.record(size),
            _ if inner.options.size_by_type => {
                let key = keys::with(self.key, label.number());
                let fill = |labels: &mut Labels<'_>| self.fill_type(inner, labels, label);
                let sizes = &inner.families.size;
                sizes.with(&inner.meter, key, fill, |histogram| histogram.record(size));
            }
            _ => {
                self.with(inner, &inner.families.size, |histogram| {
                    histogram.record(size)
                });
            }
        }
    }

    #[inline]
    pub(super) fn record_gap(&self, inner: &Inner, nanos: u64) {
        match self.hot.get() {
            Some(Hot { gap: Some(gap), .. }) => gap.record(seconds(nanos)),
            _ => self.time(inner, &inner.families.gap, nanos),
        }
    }
}

#[inline(always)]
fn seconds(nanos: u64) -> f64 {
    signed(nanos) / 1e9
}

// === impl Hot ===

impl Hot {
    /// `None` while there is no recorder.
    fn new(route: &Route, inner: &Inner) -> Option<Self> {
        let (families, options) = (&inner.families, &inner.options);
        // A refresh cuts kept handles off: none is kept, and each use goes by the families.
        let keeps = !inner.meter.is_refreshable();
        // Most events are of no type, and without a recorder there is nothing to keep.
        let key = keys::with(route.key, TypeLabel::MESSAGE.number());
        let fill = |labels: &mut Labels<'_>| route.fill_type(inner, labels, TypeLabel::MESSAGE);
        let zero = |counter: &Counter| counter.increment(0);
        families.events.declare(&inner.meter, key, fill, zero)?;
        Some(Self {
            frames: Self::keep(route, inner, &families.frames, keeps),
            bytes: Self::keep(route, inner, &families.bytes, keeps),
            gap: Self::keep(route, inner, &families.gap, keeps && options.gap),
            size: Self::keep(
                route,
                inner,
                &families.size,
                keeps && options.size && !options.size_by_type,
            ),
        })
    }

    /// A handle of a route's own series.
    fn keep<H: Handle + Clone>(
        route: &Route,
        inner: &Inner,
        family: &Family<H>,
        wanted: bool,
    ) -> Option<H> {
        let mut kept = None;
        let taken = wanted
            .then(|| route.declare(inner, family, |handle| kept = Some(handle.clone())))
            .flatten();
        kept.filter(|_| taken == Some(Key::closed(route.key)))
    }
}
