//! Alerts on background jobs that fail or last.

use bartizan::catalog::{self, TASK_DURATION};

use super::{
    Alert, INSTANCE, JOB, PERCENT, Result, SECONDS, Severity, TASK, Thresholds, http::with, look,
    parts, query,
};
use bartizan::label::{Fault, Outcome};

/// The outcomes whose fault is of a kind.
pub(in crate::rules) fn outcomes(wanted: impl Fn(Option<Fault>) -> bool) -> String {
    let outcomes = Outcome::ALL
        .iter()
        .filter(|outcome| wanted(outcome.fault()));
    outcomes
        .map(|outcome| outcome.as_str())
        .collect::<Vec<_>>()
        .join("|")
}

pub(super) fn failure_ratio(values: &Thresholds) -> Result {
    let key = |key: &str| format!("tasks.failure_ratio.{key}");
    let window = values.window(&key("window"))?;
    let (least, share) = (
        values.number(&key("failures"))?,
        values.share(&key("share"))?,
    );
    let count = parts::count(&TASK_DURATION);
    let failed = outcomes(|fault| fault == Some(Fault::Server));
    let unknown = outcomes(|fault| fault == Some(Fault::Unknown));
    let failures =
        format!("sum by (job, task) (increase({count}{{outcome=~\"{failed}\"}}[{window}]))");
    Ok(Alert {
        name: "TaskFailureRatio",
        severity: Severity::Warning,
        expression: Some(format!(
            "{failures}\n/ sum by (job, task) (increase({count}{{outcome!~\"{unknown}\"}}[{window}])) > {share}\n\
             and on (job, task) {failures} >= {least}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{PERCENT} of the jobs {TASK} of {JOB} fail"),
        description: format!(
            "{PERCENT} of the jobs {TASK} of {JOB} that ended over {window} failed or panicked. Those that were cancelled do not \
             count."
        ),
        meaning: "A kind of job fails too often. One failure of a few does not fire; jobs that are seldom run are seen by \
                  `TaskNeverSucceeds` and `TaskSilent`.",
        look: vec![
            query(
                "with which class of error:",
                "sum by (task, error_type) (increase(task_errors_total[15m]))",
            ),
            query(
                "panics have no class:",
                r#"sum by (task) (increase(task_duration_seconds_count{outcome="panic"}[15m]))"#,
            ),
            look("the log's lines of the jobs with `outcome` `error`, and their traces"),
        ],
        tune: "Jobs that are tried again by a queue fail often and do no harm: raise `share`.",
    })
}

pub(super) fn stuck(values: &Thresholds) -> Result {
    let limit = values.number("tasks.stuck.seconds")?;
    let overrides = values.overrides("tasks.stuck.override", "task", None)?;
    let oldest = catalog::TASK_OLDEST_START_TIME.name;
    // 0 is no job under way.
    let make = |matcher: &str, limit: f64| {
        let oldest = parts::select(oldest, matcher);
        format!("time() - min by (job, instance, task) ({oldest} > 0) > {limit}")
    };
    Ok(Alert {
        name: "TaskStuck",
        severity: Severity::Warning,
        expression: Some(parts::disjoint("task", limit, &overrides, make)),
        hold: values.hold("tasks.stuck.for")?,
        summary: format!("A job {TASK} of {JOB} has been under way for {SECONDS}"),
        description: format!(
            "In {INSTANCE} of {JOB}, a job {TASK} was started {SECONDS} ago and has not ended."
        ),
        meaning: "A job hangs. It has made no error and will make none, so nothing else tells of it. The figure comes from the \
                  scan; without one there is none (`ScanMissing`).",
        look: vec![
            query(
                "how many are under way beside it:",
                "sum by (instance, task) (task_active)",
            ),
            query(
                "how long they take otherwise:",
                r#"histogram_quantile(0.95, sum by (task, le) (rate(task_duration_seconds_bucket{outcome="success"}[1d])))"#,
            ),
            look(
                "the line that the log had at the job's start has its trace; a stage that began and did not end is where it hangs",
            ),
        ],
        tune: "Jobs that are long by nature get an `override` with their own `seconds`, or `off = true`.",
    })
}

pub(super) fn slow(values: &Thresholds) -> Result {
    let key = |key: &str| format!("tasks.slow.{key}");
    let window = values.window(&key("window"))?;
    let threshold = values.edge(&key("seconds"), &TASK_DURATION)?;
    let overrides = values.overrides(&key("override"), "task", Some(&TASK_DURATION))?;
    let least = values.number(&key("least_jobs"))?;
    let (bucket, count) = (parts::bucket(&TASK_DURATION), parts::count(&TASK_DURATION));
    let unknown = outcomes(|fault| fault == Some(Fault::Unknown));
    let make = |matcher: &str, threshold: f64| {
        let matchers = with(&format!("outcome!~\"{unknown}\""), matcher);
        format!(
            "(\n  histogram_quantile(0.95, sum by (job, task, le) (rate({bucket}{{{matchers}}}[{window}]))) > {threshold}\n  \
             and on (job, task) sum by (job, task) (increase({count}{{{matchers}}}[{window}])) >= {least}\n)"
        )
    };
    Ok(Alert {
        name: "TaskSlow",
        severity: Severity::Warning,
        expression: Some(parts::disjoint("task", threshold, &overrides, make)),
        hold: values.hold(&key("for"))?,
        summary: format!("The jobs {TASK} of {JOB} take {SECONDS}"),
        description: format!(
            "One in twenty of the jobs {TASK} of {JOB} that ended over {window} took {SECONDS} or longer."
        ),
        meaning: "Jobs end, and take long. One that has not ended is no part of it: that is `TaskStuck`.",
        look: vec![
            query(
                "which stage, if stages are recorded:",
                "histogram_quantile(0.95, sum by (task, stage, le) (rate(task_stage_duration_seconds_bucket[1h])))",
            ),
            query(
                "since when:",
                "histogram_quantile(0.95, sum by (task, le) (rate(task_duration_seconds_bucket[1h])))",
            ),
        ],
        tune: "`seconds` is an edge of the buckets; long kinds of jobs get an `override`.",
    })
}
