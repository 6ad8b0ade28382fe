//! The facade's three handles, alike.

use metrics::{Counter, Gauge, Histogram, Level, Metadata, Recorder, Unit};

use crate::catalog::Metric;

/// A handle of the facade.
pub(crate) trait Handle: Sized {
    fn register(recorder: &dyn Recorder, key: &metrics::Key) -> Self;
    fn describe(recorder: &dyn Recorder, name: String, metric: &'static Metric);
}

static METADATA: Metadata<'static> = Metadata::new("bartizan", Level::INFO, Some("bartizan"));

/// The facade's unit. Annotations such as `{request}` have none there: an exporter would append
/// something to the name.
fn unit(metric: &Metric) -> Option<Unit> {
    match metric.unit {
        "s" => Some(Unit::Seconds),
        "By" => Some(Unit::Bytes),
        _ => None,
    }
}

// === impl Counter ===

impl Handle for Counter {
    fn register(recorder: &dyn Recorder, key: &metrics::Key) -> Self {
        recorder.register_counter(key, &METADATA)
    }

    fn describe(recorder: &dyn Recorder, name: String, metric: &'static Metric) {
        recorder.describe_counter(name.into(), unit(metric), metric.help.into());
    }
}

// === impl Gauge ===

impl Handle for Gauge {
    fn register(recorder: &dyn Recorder, key: &metrics::Key) -> Self {
        recorder.register_gauge(key, &METADATA)
    }

    fn describe(recorder: &dyn Recorder, name: String, metric: &'static Metric) {
        recorder.describe_gauge(name.into(), unit(metric), metric.help.into());
    }
}

// === impl Histogram ===

impl Handle for Histogram {
    fn register(recorder: &dyn Recorder, key: &metrics::Key) -> Self {
        recorder.register_histogram(key, &METADATA)
    }

    fn describe(recorder: &dyn Recorder, name: String, metric: &'static Metric) {
        recorder.describe_histogram(name.into(), unit(metric), metric.help.into());
    }
}
