//! Handles in the order in which a request needs them, so that it looks up once and not four times.

use std::sync::OnceLock;

use metrics::{Gauge, Histogram};

use crate::meter::{Key, Ladder, Meter, Store};

/// Kept handles in front of the families, which remain the ones that count label sets and fold them.
#[derive(Debug)]
pub(super) struct Cache {
    gauges: Store<Gauges>,
    rows: Store<Ladder<Row>>,
    /// Stands in for rows past the cap, and stays empty.
    spare: Row,
}

/// The histograms of one label set of durations; sizes have fewer labels, so rows share theirs.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) duration: OnceLock<Histogram>,
    pub(super) request_size: OnceLock<Histogram>,
    pub(super) response_size: OnceLock<Histogram>,
    keeps: bool,
}

/// The gauge of each method and scheme.
#[derive(Debug)]
struct Gauges([OnceLock<Gauge>; GAUGES]);

const GAUGES: usize = 64;

// === impl Cache ===

impl Cache {
    pub(super) fn new(meter: &Meter) -> Self {
        Self {
            gauges: Store::new(meter),
            rows: Store::new(meter),
            spare: Row::default(),
        }
    }

    /// Runs `f` with the gauge whose key is so small a number, if it is kept.
    #[inline]
    pub(super) fn gauge(&self, meter: &Meter, closed: u64, f: impl FnOnce(&Gauge)) -> bool {
        self.gauges.read(meter, |gauges| {
            let gauge = gauges.of(closed).and_then(OnceLock::get);
            gauge.map(f).is_some()
        })
    }

    /// Keeps a gauge, if its key is small enough.
    #[cold]
    pub(super) fn keep_gauge(&self, meter: &Meter, closed: u64, gauge: Gauge) {
        self.gauges.read(meter, |gauges| {
            if let Some(place) = gauges.of(closed) {
                // Of two racing handles either will do: they are one series.
                let _ = place.set(gauge);
            }
        });
    }

    /// Runs `f` with the row of a label set; with one that keeps nothing when there are too many.
    #[inline(always)]
    pub(super) fn row<R>(&self, meter: &Meter, key: Key, f: impl FnOnce(&Row) -> R) -> R {
        self.rows.read(meter, |rows| {
            f(rows.find(key).unwrap_or_else(|| self.new_row(rows, key)))
        })
    }

    #[cold]
    fn new_row<'a>(&'a self, rows: &'a Ladder<Row>, key: Key) -> &'a Row {
        let new = || Row {
            keeps: true,
            ..Row::default()
        };
        rows.find_or_insert(key, usize::MAX, new)
            .unwrap_or(&self.spare)
    }
}

// === impl Row ===

impl Row {
    /// Records a value through the handle at `place`. Without one, `resolve` finds a handle in the
    /// family, and tells whether it may be kept: the series that the sets past the cap share may not,
    /// because the family counts each use of it.
    #[inline]
    pub(super) fn record(
        &self,
        place: fn(&Self) -> &OnceLock<Histogram>,
        value: f64,
        resolve: impl FnOnce(&mut dyn FnMut(&Histogram)) -> bool,
    ) {
        match place(self).get() {
            Some(histogram) => histogram.record(value),
            None => self.record_new(place(self), value, resolve),
        }
    }

    #[cold]
    fn record_new(
        &self,
        place: &OnceLock<Histogram>,
        value: f64,
        resolve: impl FnOnce(&mut dyn FnMut(&Histogram)) -> bool,
    ) {
        let mut used = None;
        let keep = resolve(&mut |histogram| {
            histogram.record(value);
            used = Some(histogram.clone());
        });
        if let Some(histogram) = used.filter(|_| keep && self.keeps) {
            // Of two racing handles either will do: they are one series.
            let _ = place.set(histogram);
        }
    }
}

// === impl Gauges ===

impl Gauges {
    #[inline]
    fn of(&self, closed: u64) -> Option<&OnceLock<Gauge>> {
        self.0.get(usize::try_from(closed).ok()?)
    }
}

impl Default for Gauges {
    fn default() -> Self {
        Self([const { OnceLock::new() }; GAUGES])
    }
}
