//! Handles in the order in which a request needs them, so that it looks up once and not four times.

use std::sync::OnceLock;

use metrics::{Gauge, Histogram};

use crate::meter::{Family, Key, Labels, Ladder, Meter, Store};

/// Kept handles in front of the families, which remain the ones that count label sets and fold them.
#[derive(Debug)]
pub(super) struct Cache {
    gauges: Store<Gauges>,
    rows: Store<Ladder<Row>>,
}

/// The histograms of one label set of durations; sizes have fewer labels, so rows share theirs.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) duration: OnceLock<Histogram>,
    pub(super) request_size: OnceLock<Histogram>,
    pub(super) response_size: OnceLock<Histogram>,
}

/// The gauge of each method and scheme.
#[derive(Debug)]
struct Gauges([OnceLock<Gauge>; GAUGES]);

const GAUGES: usize = 64;

// === impl Cache ===

impl Cache {
    pub(super) fn new(meter: &Meter) -> Self {
        Self { gauges: Store::new(meter), rows: Store::new(meter) }
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

    /// Runs `f` with the row of a label set, or with an empty one that is not kept when there are
    /// too many.
    #[inline]
    pub(super) fn row<R>(&self, meter: &Meter, key: Key, f: impl FnOnce(&Row) -> R) -> R {
        self.rows.read(meter, |rows| match rows.find(key) {
            Some(row) => f(row),
            None => Self::new_row(rows, key, f),
        })
    }

    #[cold]
    fn new_row<R>(rows: &Ladder<Row>, key: Key, f: impl FnOnce(&Row) -> R) -> R {
        match rows.find_or_insert(key, usize::MAX, Row::default) {
            Ok(row) => f(row),
            Err(_) => f(&Row::default()),
        }
    }
}

/// Records a value through a row's handle; through the family, and the handle kept, if there is none
/// yet.
#[inline]
pub(super) fn record(
    place: &OnceLock<Histogram>,
    value: f64,
    meter: &Meter,
    family: &Family<Histogram>,
    key: impl FnOnce() -> Key,
    fill: impl FnOnce(&mut Labels<'_>),
) {
    match place.get() {
        Some(histogram) => histogram.record(value),
        None => record_new(place, value, meter, family, key(), fill),
    }
}

#[cold]
fn record_new(
    place: &OnceLock<Histogram>,
    value: f64,
    meter: &Meter,
    family: &Family<Histogram>,
    key: Key,
    fill: impl FnOnce(&mut Labels<'_>),
) {
    let mut used = None;
    let taken = family.with(meter, key, fill, |histogram| {
        histogram.record(value);
        used = Some(histogram.clone());
    });
    // Not the series that the sets past the cap share: the family counts each use of that one.
    if let Some(histogram) = used.filter(|_| taken == Some(key)) {
        let _ = place.set(histogram);
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
