//! How exporters fare: a gauge, two counters, and one line of the log for each change.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU8, Ordering},
    },
};

use bartizan::{
    catalog::{EXPORT_DROPPED, EXPORT_FAILURES, EXPORTER_UP, Metric, SIGNAL},
    meter::Meter,
};
use metrics::{Counter, Gauge};

/// What an exporter sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Lines of the log.
    Logs,
    /// Metrics that are pushed.
    Metrics,
    /// The page that Prometheus asks for.
    Scrape,
    /// Spans.
    Traces,
}

/// The health of one exporter; clones share it.
///
/// It is set by whoever sends, from any thread. A change is told once, so that an exporter which is down for a day
/// writes one line and not one for each batch.
#[derive(Clone)]
pub(crate) struct Health(Arc<Inner>);

struct Inner {
    signal: Signal,
    meter: Meter,
    /// [`UNKNOWN`], [`UP`] or [`DOWN`].
    state: AtomicU8,
    up: OnceLock<Gauge>,
    failures: OnceLock<Counter>,
    dropped: OnceLock<Counter>,
}

/// Where the lines about exporters come from.
pub(crate) const TARGET: &str = "bartizan_telemetry";

const UNKNOWN: u8 = 0;
const UP: u8 = 1;
const DOWN: u8 = 2;

// === impl Signal ===

impl Signal {
    /// The value of the label.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Scrape => "scrape",
            Self::Traces => "traces",
        }
    }
}

// === impl Health ===

impl Health {
    /// The health of an exporter that was set up. It is up until it fails.
    pub(crate) fn new(meter: &Meter, signal: Signal) -> Self {
        let health = Self(Arc::new(Inner {
            signal,
            meter: meter.clone(),
            state: AtomicU8::new(UNKNOWN),
            up: OnceLock::new(),
            failures: OnceLock::new(),
            dropped: OnceLock::new(),
        }));
        health.show(true);
        health.failures(0);
        health.dropped(0);
        health
    }

    /// The exporter sent something.
    pub(crate) fn sent(&self) {
        let before = self.0.state.swap(UP, Ordering::Relaxed);
        if before != UP {
            self.show(true);
        }
        if before == DOWN {
            let signal = self.0.signal.as_str();
            tracing::info!(target: TARGET, signal, "the exporter works again");
        }
    }

    /// The exporter failed to send something.
    pub(crate) fn failed(&self, error: &dyn fmt::Display) {
        self.failures(1);
        if self.0.state.swap(DOWN, Ordering::Relaxed) != DOWN {
            self.show(false);
            let signal = self.0.signal.as_str();
            tracing::error!(target: TARGET, signal, %error, "the exporter fails; the service goes on without it");
        }
    }

    /// So many `items` are lost: there was no place for them, or they could not be sent.
    pub(crate) fn dropped(&self, items: u64) {
        let counter = self.counter(&self.0.dropped, &EXPORT_DROPPED);
        if let Some(counter) = counter {
            counter.increment(items);
        }
    }

    fn failures(&self, failures: u64) {
        let counter = self.counter(&self.0.failures, &EXPORT_FAILURES);
        if let Some(counter) = counter {
            counter.increment(failures);
        }
    }

    fn show(&self, up: bool) {
        let Inner { signal, meter, .. } = &*self.0;
        let gauge = resolved(&self.0.up, || {
            meter.gauge(&EXPORTER_UP, &[(SIGNAL, signal.as_str())])
        });
        if let Some(gauge) = gauge {
            gauge.set(f64::from(u8::from(up)));
        }
    }

    fn counter<'a>(
        &self,
        kept: &'a OnceLock<Counter>,
        metric: &'static Metric,
    ) -> Option<&'a Counter> {
        let Inner { signal, meter, .. } = &*self.0;
        resolved(kept, || meter.counter(metric, &[(SIGNAL, signal.as_str())]))
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { signal, state, .. } = &*self.0;
        f.debug_struct("Health")
            .field("signal", signal)
            .field("state", state)
            .finish_non_exhaustive()
    }
}

/// A handle that is kept once there is a recorder. It is made outside of the cell: a recorder may come back here.
fn resolved<H>(kept: &OnceLock<H>, make: impl FnOnce() -> Option<H>) -> Option<&H> {
    if kept.get().is_none() {
        let _ = kept.set(make()?);
    }
    kept.get()
}
