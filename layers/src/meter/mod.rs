//! Where the figures go: handles of the `metrics` facade, resolved once and kept.
//!
//! The facade's macros look a metric up and allocate on each call: some 1,100 to 4,100 instructions.
//! A [`Meter`] resolves a handle once for each set of label values and keeps it in a table that
//! threads read without a shared write, so that a request pays for the recorder's own cells and some
//! tens of instructions.
//!
//! - **No recorder yet**: nothing is kept while no recorder is installed, so a layer that was built
//!   first records from the moment that there is one. (A recorder of no size, such as a unit struct,
//!   looks like none when it is installed globally; give such a one to the builder.)
//! - **Bounded**: each metric keeps at most 1,900 label sets; the ones that come later share one
//!   series whose values are `{overflow}` or `_OTHER`, and `bartizan_label_overflow_total` tells.
//! - **Idle time-outs**: an exporter's `idle_timeout` cuts kept handles off for good: writes to an
//!   evicted series never show. Don't set one. Those who must take
//!   [`refreshable`](MeterBuilder::refreshable) and call [`Meter::refresh`] more often than the
//!   time-out, and keep gauges out of the time-out's mask.
//!
//! ```
//! use bartizan::{http::HttpMetrics, meter::{Meter, Naming}, observe::ObserveLayer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let meter = Meter::builder()
//!     .naming(Naming::prometheus().prefixed("shop")?)
//!     .constant_label("env", "prod")
//!     .build()?;
//! let layer = ObserveLayer::new(HttpMetrics::builder().meter(meter).build()?);
//! # let _ = layer; Ok(())
//! # }
//! ```

mod builder;
mod family;
mod handle;
#[cfg(all(test, any(feature = "conn", feature = "task", feature = "vitals")))]
pub(crate) mod hooked;
mod key;
mod ladder;
mod overflow;
mod store;
#[cfg(test)]
mod tests;

pub use self::builder::{MeterBuilder, MeterError};
#[cfg(any(feature = "sse", feature = "task"))]
pub(crate) use self::handle::Handle;
#[cfg(any(feature = "http", feature = "sse", feature = "task"))]
pub(crate) use self::ladder::Ladder;
#[cfg(feature = "http")]
pub(crate) use self::store::Store;
pub(crate) use self::{
    family::Family,
    key::{Key, Labels},
    overflow::Overflow,
};
pub use crate::catalog::{Naming, NamingError};

use std::{
    cell::Cell,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use metrics::{Counter, Gauge, Recorder};

#[cfg(not(any(feature = "sse", feature = "task")))]
use self::handle::Handle;

use crate::catalog::{Kind, Label, Metric};

/// Resolves handles, under a naming, with constant labels, for the global recorder or a given one.
///
/// It is an `Arc` inside: clones share everything.
#[derive(Clone)]
pub struct Meter(Arc<Inner>);

struct Inner {
    recorder: Option<Box<dyn Recorder + Send + Sync>>,
    naming: Naming,
    constant: Vec<metrics::Label>,
    max_label_sets: usize,
    refreshable: bool,
    /// Raised by `refresh`: stores of another generation start anew.
    generation: AtomicU64,
    described: Mutex<Vec<&'static str>>,
}

// === impl Meter ===

impl Meter {
    /// The global recorder, Prometheus names, no constant labels.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a meter with options.
    pub fn builder() -> MeterBuilder {
        MeterBuilder::default()
    }

    /// How this meter names metrics and labels.
    #[must_use]
    pub fn naming(&self) -> &Naming {
        &self.0.naming
    }

    /// Forgets every kept handle of counters and histograms, so that the next use of each registers its
    /// series anew. Gauges stay: one that was raised is lowered in the same series.
    ///
    /// It is for exporters with an idle time-out, which evict series and so cut kept handles off.
    /// Returns whether it did anything: only a [`refreshable`](MeterBuilder::refreshable) meter can.
    pub fn refresh(&self) -> bool {
        if self.0.refreshable {
            self.0.generation.fetch_add(1, Ordering::Release);
        }
        self.0.refreshable
    }

    /// The counter `metric` with these labels, for code that records a metric of the catalogue by itself; `None` while no
    /// recorder is installed. It looks the series up at each call (some 1,100 instructions): keep the handle. No cap
    /// stands before these labels, so their values are constants.
    #[must_use]
    pub fn counter(
        &self,
        metric: &'static Metric,
        labels: &[(Label, &'static str)],
    ) -> Option<Counter> {
        debug_assert_eq!(metric.kind, Kind::Counter, "{}", metric.name);
        self.register(metric, |written| written.extend(labels))
    }

    /// The gauge `metric` with these labels. As [`counter`](Self::counter).
    #[must_use]
    pub fn gauge(
        &self,
        metric: &'static Metric,
        labels: &[(Label, &'static str)],
    ) -> Option<Gauge> {
        debug_assert!(
            matches!(metric.kind, Kind::Gauge | Kind::UpDownCounter),
            "{}",
            metric.name
        );
        self.register(metric, |written| written.extend(labels))
    }

    /// Whether kept handles may be cut off, and started anew.
    #[cfg(any(feature = "grpc", feature = "sse", feature = "task"))]
    pub(crate) fn is_refreshable(&self) -> bool {
        self.0.refreshable
    }

    /// The names of the constant labels.
    #[cfg(feature = "http")]
    pub(crate) fn constant_names(&self) -> impl Iterator<Item = &str> {
        self.0.constant.iter().map(metrics::Label::key)
    }

    /// Describes `metric` if that is still to do, and registers one of its series; `None` while no
    /// recorder is installed.
    fn register<H: Handle>(
        &self,
        metric: &'static Metric,
        fill: impl FnOnce(&mut Labels<'_>),
    ) -> Option<H> {
        self.with_recorder(|recorder| {
            let name = self.0.naming.metric(metric);
            self.describe::<H>(recorder, &name, metric);
            let mut labels = Labels::new(&self.0.naming, self.0.constant.clone());
            fill(&mut labels);
            H::register(recorder, &metrics::Key::from_parts(name, labels.into_vec()))
        })
    }

    /// Describes `metric`, if that is still to do: before its first series, and without a lock, for a recorder may come
    /// back here. Two threads may both do it.
    fn describe<H: Handle>(&self, recorder: &dyn Recorder, name: &str, metric: &'static Metric) {
        thread_local! {
            static DESCRIBING: Cell<bool> = const { Cell::new(false) };
        }
        struct Described;
        impl Drop for Described {
            fn drop(&mut self) {
                DESCRIBING.set(false);
            }
        }
        let described = || {
            let described = self.0.described.lock();
            described.unwrap_or_else(PoisonError::into_inner)
        };
        let is_known = described().contains(&metric.name);
        if is_known || DESCRIBING.replace(true) {
            return;
        }
        let _described = Described;
        H::describe(recorder, name.to_owned(), metric);
        let mut described = described();
        if !described.contains(&metric.name) {
            described.push(metric.name);
        }
    }

    /// Runs `f` with the recorder; `None` while there is none.
    fn with_recorder<T>(&self, f: impl FnOnce(&dyn Recorder) -> T) -> Option<T> {
        match &self.0.recorder {
            Some(recorder) => Some(f(recorder)),
            None => metrics::with_recorder(|recorder| {
                // The recorder that stands in while none is installed is the only empty one.
                (size_of_val(recorder) != 0).then(|| f(recorder))
            }),
        }
    }
}

impl Default for Meter {
    fn default() -> Self {
        MeterBuilder::default().finish()
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            recorder,
            naming,
            constant,
            max_label_sets,
            refreshable,
            ..
        } = &*self.0;
        f.debug_struct("Meter")
            .field(
                "recorder",
                &if recorder.is_some() {
                    "given"
                } else {
                    "global"
                },
            )
            .field("naming", naming)
            .field("constant", constant)
            .field("max_label_sets", max_label_sets)
            .field("refreshable", refreshable)
            .finish_non_exhaustive()
    }
}
