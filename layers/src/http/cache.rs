//! Handles in the order in which a request needs them, so that it looks up once and not four times.

use std::sync::OnceLock;

use metrics::{Gauge, Histogram};

use crate::meter::{Key, Ladder, Meter, Store};

/// Kept handles in front of the families, which remain the ones that count label sets and fold them.
#[derive(Debug)]
pub(super) struct Cache {
    /// The gauge of each method and scheme. A refresh leaves them alone.
    gauges: [OnceLock<Gauge>; GAUGES],
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

/// How many gauges are kept.
pub(super) const GAUGES: usize = 64;

// === impl Cache ===

impl Cache {
    pub(super) fn new(meter: &Meter) -> Self {
        Self {
            gauges: [const { OnceLock::new() }; GAUGES],
            rows: Store::new(meter),
            spare: Row::default(),
        }
    }

    /// The gauge whose key is so small a number, if it is kept.
    #[inline(always)]
    pub(super) fn gauge(&self, closed: u64) -> Option<&Gauge> {
        self.place(closed)?.get()
    }

    /// Keeps a gauge, if its key is small enough.
    #[cold]
    pub(super) fn keep_gauge(&self, closed: u64, gauge: Gauge) {
        if let Some(place) = self.place(closed) {
            // Of two racing handles either will do: they are one series.
            let _ = place.set(gauge);
        }
    }

    #[inline(always)]
    fn place(&self, closed: u64) -> Option<&OnceLock<Gauge>> {
        self.gauges.get(usize::try_from(closed).ok()?)
    }

    /// The row of a label set, if it is there and stays.
    #[inline(always)]
    pub(super) fn kept_row(&self, key: Key) -> Option<&Row> {
        self.rows.fixed()?.find(key)
    }

    /// Runs `f` with the row of a label set; with one that keeps nothing when there are too many.
    pub(super) fn row<R>(&self, meter: &Meter, key: Key, f: impl FnOnce(&Row) -> R) -> R {
        self.rows.read(meter, |rows| {
            f(rows.find(key).unwrap_or_else(|| self.new_row(rows, key)))
        })
    }

    #[cold]
    fn new_row<'a>(&'a self, rows: &'a Ladder<Row>, key: Key) -> &'a Row {
        let new = || {
            Some(Row {
                keeps: true,
                ..Row::default()
            })
        };
        rows.find_or_insert(key, usize::MAX, new)
            .ok()
            .flatten()
            .unwrap_or(&self.spare)
    }
}

// === impl Row ===

impl Row {
    /// Records a value whose place has no handle yet. `resolve` finds one in the family, and tells whether
    /// it may be kept: the series that the sets past the cap share may not, because the family counts each
    /// use of it.
    pub(super) fn record_new(
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
