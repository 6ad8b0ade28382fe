//! The metrics of background jobs.

use super::{Kind, Label, Metric, Stability, label};
use opentelemetry_semantic_conventions::attribute;

/// The name of a job's kind.
pub const TASK: Label = label("task", "task", "200 tasks by default, then `{overflow}`");
/// How a job, or a stage of one, ended.
pub const OUTCOME: Label = label(
    "outcome",
    "outcome",
    "`success`, `error`, `cancelled`, `panic`",
);
/// The class of a job's error.
pub const TASK_ERROR_TYPE: Label = label(
    "error_type",
    attribute::ERROR_TYPE,
    "the classes that the service declares, at most 64; `timeout` and `_OTHER` by default",
);
/// A part of a job.
pub const STAGE: Label = label("stage", "stage", "50 stages by default, then `{overflow}`");

/// How long jobs last: 600 s is when one counts as slow or stuck.
const T13: &[f64] = &[
    0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0, 600.0, 1_800.0, 3_600.0,
];

/// Jobs under way.
pub const TASK_ACTIVE: Metric = Metric {
    name: "task_active",
    otel_name: "task.active",
    kind: Kind::UpDownCounter,
    unit: "{task}",
    labels: &[TASK],
    buckets: None,
    help: "Number of jobs that are under way.",
    recorded: "from the start of a job to its end",
    stability: Stability::Development,
};
/// Jobs that began.
pub const TASK_STARTED: Metric = Metric {
    name: "task_started_total",
    otel_name: "task.started",
    kind: Kind::Counter,
    unit: "{task}",
    labels: &[TASK],
    buckets: None,
    help: "Jobs that were started.",
    recorded: "start",
    stability: Stability::Development,
};
/// How long jobs last.
pub const TASK_DURATION: Metric = Metric {
    name: "task_duration_seconds",
    otel_name: "task.duration",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[TASK, OUTCOME],
    buckets: Some(T13),
    help: "Duration of jobs, from their start to their end, however they end.",
    recorded: "end; every outcome is registered with a task's first job",
    stability: Stability::Development,
};
/// Jobs that failed.
pub const TASK_ERRORS: Metric = Metric {
    name: "task_errors_total",
    otel_name: "task.errors",
    kind: Kind::Counter,
    unit: "{error}",
    labels: &[TASK, TASK_ERROR_TYPE],
    buckets: None,
    help: "Jobs that ended with an error, by its class. Panics and cancellations are outcomes of their own.",
    recorded: "end with the outcome `error`; every class is registered at 0 with a task's first job",
    stability: Stability::Development,
};
/// How long the parts of jobs last.
pub const TASK_STAGE_DURATION: Metric = Metric {
    name: "task_stage_duration_seconds",
    otel_name: "task.stage.duration",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[TASK, STAGE, OUTCOME],
    buckets: Some(T13),
    help: "Duration of the stages of jobs.",
    recorded: "end of a stage, if it is asked for",
    stability: Stability::Development,
};
/// The oldest job under way.
pub const TASK_OLDEST_START_TIME: Metric = Metric {
    name: "task_oldest_start_time_seconds",
    otel_name: "task.oldest_start_time",
    kind: Kind::Gauge,
    unit: "s",
    labels: &[TASK],
    buckets: None,
    help: "Unix time at which the oldest job under way was started; 0 while there is none.",
    recorded: "each scan",
    stability: Stability::Development,
};
/// The last job that succeeded.
pub const TASK_LAST_SUCCESS_TIME: Metric = Metric {
    name: "task_last_success_time_seconds",
    otel_name: "task.last_success_time",
    kind: Kind::Gauge,
    unit: "s",
    labels: &[TASK],
    buckets: None,
    help: "Unix time at which a job last succeeded; absent before the first success.",
    recorded: "success",
    stability: Stability::Development,
};
