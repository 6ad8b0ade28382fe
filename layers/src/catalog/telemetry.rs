//! The metrics of this project about itself.

use super::{Kind, Metric, OVERFLOWED, SCAN, SIGNAL, Stability};

/// Label values that a cap refused.
pub const LABEL_OVERFLOW: Metric = Metric {
    name: "bartizan_label_overflow_total",
    otel_name: "bartizan.label.overflow",
    kind: Kind::Counter,
    unit: "{occurrence}",
    labels: &[OVERFLOWED],
    buckets: None,
    help: "Label values and label sets that a full budget folded into an overflow series.",
    recorded: "each hit of a full budget; `http_route` is registered at 0",
    stability: Stability::Development,
};

/// When open streams, or jobs under way, were last scanned.
pub const SCAN_TIME: Metric = Metric {
    name: "bartizan_scan_time_seconds",
    otel_name: "bartizan.scan_time",
    kind: Kind::Gauge,
    unit: "s",
    labels: &[SCAN],
    buckets: None,
    help: "Unix time of the last scan of open streams or of jobs under way. Gauges that a scan sets are as old as this.",
    recorded: "each scan",
    stability: Stability::Development,
};

/// Whether exporters work.
pub const EXPORTER_UP: Metric = Metric {
    name: "bartizan_exporter_up",
    otel_name: "bartizan.exporter.up",
    kind: Kind::Gauge,
    unit: "{exporter}",
    labels: &[SIGNAL],
    buckets: None,
    help: "Whether an exporter could send what it sent last: 1 or 0; absent where there is none. With nothing to send it stays as it was.",
    recorded: "the exporter is set up, and its state changes",
    stability: Stability::Development,
};

/// What exporters could not send.
pub const EXPORT_FAILURES: Metric = Metric {
    name: "bartizan_export_failures_total",
    otel_name: "bartizan.export.failures",
    kind: Kind::Counter,
    unit: "{batch}",
    labels: &[SIGNAL],
    buckets: None,
    help: "Batches, scrapes and writes that an exporter failed to send.",
    recorded: "each failure; registered at 0",
    stability: Stability::Development,
};

/// What exporters lost.
pub const EXPORT_DROPPED: Metric = Metric {
    name: "bartizan_export_dropped_total",
    otel_name: "bartizan.export.dropped",
    kind: Kind::Counter,
    unit: "{item}",
    labels: &[SIGNAL],
    buckets: None,
    help: "Spans and lines that were lost: the queue of their exporter was full, or they could not be sent.",
    recorded: "each span or line; registered at 0",
    stability: Stability::Development,
};
