//! Alerts on what other figures stand on: scans, and budgets of labels.

use bartizan::catalog::{self, LABEL_OVERFLOW, SCAN_TIME};

use super::{
    Alert, COUNT, INSTANCE, JOB, Result, SCAN, SECONDS, Severity, Thresholds, look, query,
};

pub(super) fn stale(values: &Thresholds) -> Result {
    let limit = values.number("scans.stale.seconds")?;
    let scan = SCAN_TIME.name;
    Ok(Alert {
        name: "ScanStale",
        severity: Severity::Warning,
        expression: Some(format!(
            "time() - max by (job, instance, scan) ({scan}) > {limit}"
        )),
        hold: values.hold("scans.stale.for")?,
        summary: format!("{INSTANCE} of {JOB} has not scanned its {SCAN} for {SECONDS}"),
        description: format!(
            "The last scan of {SCAN} in {INSTANCE} of {JOB} was {SECONDS} ago. Gauges that a scan sets are frozen: `SseStreamsStalled`, \
             `SseSlowConsumers` and `TaskStuck` say what was true then."
        ),
        meaning: "The task that scans has died or is starved, while the process still answers scrapes. A runtime that is blocked looks \
                  so, too. A clock that is off by more than the limit does as well.",
        look: vec![
            query(
                "which scans, and where:",
                "time() - bartizan_scan_time_seconds",
            ),
            query(
                "whether the process is busy:",
                "rate(process_cpu_seconds_total[1m])",
            ),
            look("a panic in the log: the loop that scans may have ended with it"),
        ],
        tune: "Several times the interval of the scan, which is 5 s by default.",
    })
}

pub(super) fn missing(values: &Thresholds) -> Result {
    let (scan, streams, tasks) = (
        SCAN_TIME.name,
        catalog::SSE_STREAMS_ACTIVE.name,
        catalog::TASK_ACTIVE.name,
    );
    let never = |active: &str, what: &str| {
        format!(
            "label_replace(\n  group by (job, instance) ({active})\n  \
             unless on (job, instance) {scan}{{scan=\"{what}\"}},\n  \"scan\", \"{what}\", \"\", \"\"\n)"
        )
    };
    Ok(Alert {
        name: "ScanMissing",
        severity: Severity::Info,
        expression: Some(format!(
            "{}\nor\n{}",
            never(streams, "streams"),
            never(tasks, "tasks")
        )),
        hold: values.hold("scans.missing.for")?,
        summary: format!("{INSTANCE} of {JOB} never scans its {SCAN}"),
        description: format!(
            "{INSTANCE} of {JOB} has {SCAN}, and nobody has ever scanned them: what hangs there is not seen."
        ),
        meaning: "The service was built without the scan, so `SseStreamsStalled`, `SseSlowConsumers` or `TaskStuck` cannot fire. Silence \
                  of these is no good news.",
        look: vec![
            query("which instances scan what:", "bartizan_scan_time_seconds"),
            look(
                "the service's start: `Sse::scan` or `Tasks::scan` every 5 s, or `bartizan-telemetry`, which does both",
            ),
        ],
        tune: "Silence it for jobs that are not to be scanned.",
    })
}

pub(super) fn label_overflow(values: &Thresholds) -> Result {
    let window = values.window("labels.overflow.window")?;
    let least = values.number("labels.overflow.hits")?;
    let overflow = LABEL_OVERFLOW.name;
    Ok(Alert {
        name: "LabelOverflow",
        severity: Severity::Warning,
        expression: Some(format!(
            "sum by (job, label) (increase({overflow}[{window}])) >= {least}"
        )),
        hold: values.hold("labels.overflow.for")?,
        summary: format!("{JOB} has more values of {{{{ $labels.label }}}} than it keeps apart"),
        description: format!(
            "{COUNT} times within {window}, {JOB} put a value of `{{{{ $labels.label }}}}` into `{{overflow}}` because the budget was full. \
             Memory is safe; new values are not told apart, and alerts by this label do not see them."
        ),
        meaning: "A label has more values than its budget. Either there are really so many, or something that should be a template \
                  is not: an id in a route, a job's name with a number in it.",
        look: vec![
            query(
                "which values there are; change the metric and the label to what runs over:",
                "topk(50, sum by (http_route) (increase(http_server_request_duration_seconds_count[1d])))",
            ),
            query(
                "how fast it goes on:",
                "sum by (label) (rate(bartizan_label_overflow_total[5m]))",
            ),
        ],
        tune: "Declare the routes or fix the names; raise the budget in the service only if the values are real.",
    })
}
