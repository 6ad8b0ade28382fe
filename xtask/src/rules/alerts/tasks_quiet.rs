//! Alerts on background jobs that do not succeed any more.

use bartizan::{
    catalog::{self, TASK_DURATION},
    label::{Fault, Outcome},
};

use super::{
    Alert, COUNT, JOB, Result, SECONDS, Severity, TASK, Thresholds, http::with, look, parts, query,
    tasks::outcomes,
};
use crate::rules::thresholds::{Override, ThresholdError};

pub(super) fn silent(values: &Thresholds) -> Result {
    let key = |key: &str| format!("tasks.silent.{key}");
    let history = values.window(&key("history"))?;
    let (seconds, times) = (
        values.number(&key("seconds"))?,
        values.number(&key("times_usual"))?,
    );
    let regular = values.patterns(&key("tasks"))?;
    let overrides = values.overrides(&key("override"), "task", None)?;
    // What has been forgotten cannot be missed. Divided durations are nobody's history.
    let remembered = history.nominal_seconds() as f64;
    let longest = overrides
        .iter()
        .filter_map(|it| Some((it.threshold?, it.path.as_str())));
    for (limit, path) in longest.chain([(seconds, "tasks.silent")]) {
        if limit >= remembered {
            return Err(ThresholdError::NeverFires {
                path: format!("{path}.seconds"),
                why: format!(
                    "a success is remembered for tasks.silent.history, {}, and no longer silence is seen",
                    history.name()
                ),
            });
        }
    }
    let last = catalog::TASK_LAST_SUCCESS_TIME.name;
    let count = parts::count(&TASK_DURATION);
    // A vanished instance's success counts for as long as it is remembered.
    let silence = |matcher: &str| {
        let last = parts::select(last, matcher);
        format!("time() - max by (job, task) (max_over_time({last}[{history}]) > 0)")
    };
    let patterns: Vec<_> = overrides
        .iter()
        .map(|Override { pattern, .. }| pattern.as_str())
        .collect();
    let others = if patterns.is_empty() {
        String::new()
    } else {
        format!("task!~{}", parts::quoted(&patterns.join("|")))
    };
    let remembered_seconds = history.seconds();
    let usual = regular.map(|regular| {
        let matcher = with(&format!("task=~{}", parts::quoted(&regular)), &others);
        let success = with(&format!("outcome=\"{}\"", Outcome::Success), &matcher);
        format!(
            "(\n  {silence} > {seconds}\n  and on (job, task) ({silence})\n  \
             * sum by (job, task) (increase({count}{{{success}}}[{history}])) > {times} * {remembered_seconds}\n)",
            silence = silence(&matcher),
        )
    });
    // The others are expected by the clock, whatever they did before.
    let mut expressions: Vec<_> = usual.into_iter().collect();
    let mut earlier: Vec<&str> = Vec::new();
    for Override {
        pattern, threshold, ..
    } in &overrides
    {
        let mut matcher = format!("task=~{}", parts::quoted(pattern));
        if !earlier.is_empty() {
            matcher.push_str(&format!(",task!~{}", parts::quoted(&earlier.join("|"))));
        }
        earlier.push(pattern);
        if let Some(limit) = threshold {
            expressions.push(format!("{} > {limit}", silence(&matcher)));
        }
    }
    Ok(Alert {
        name: "TaskSilent",
        severity: Severity::Warning,
        expression: (!expressions.is_empty()).then(|| expressions.join("\nor\n")),
        hold: values.hold(&key("for"))?,
        summary: format!("{TASK} of {JOB} has not succeeded for {SECONDS}"),
        description: format!(
            "No job {TASK} of {JOB} has succeeded for {SECONDS}: {times} times as long as it usually takes from one success to \
             the next, or longer than it was told to."
        ),
        meaning: "What ran regularly does not run any more, or fails each time. It needs no failure, and no process that knows the \
                  job: a scheduler that did not start after a deploy is seen. It is off until tasks \
                  are named: no figure tells a job of each minute from one that runs when someone asks for it, and these pause \
                  at night. How often a named job succeeds is learnt from the last `history`; jobs that run once a day are too seldom for that and need an `override`. A job that was \
                  removed on purpose fires for some hours, and no longer than `history`.",
        look: vec![
            query(
                "whether it is started at all:",
                "sum by (task) (increase(task_started_total[1h]))",
            ),
            query(
                "how it ends:",
                "sum by (task, outcome) (increase(task_duration_seconds_count[1h]))",
            ),
            look("the scheduler, the queue, and whether the job was removed"),
        ],
        tune: "Name what runs regularly in `tasks.silent.tasks`. What runs by the clock is better named by \
               `[[tasks.silent.override]]`, with `task = \"nightly_.*\"` and `seconds = 90000`, below `history`; `off = true` \
               takes some names out of a pattern.",
    })
}

pub(super) fn never_succeeds(values: &Thresholds) -> Result {
    let key = |key: &str| format!("tasks.never_succeeds.{key}");
    let window = values.window(&key("window"))?;
    let least = values.number(&key("failures"))?;
    let count = parts::count(&TASK_DURATION);
    let (success, failed) = (
        Outcome::Success,
        outcomes(|fault| fault == Some(Fault::Server)),
    );
    Ok(Alert {
        name: "TaskNeverSucceeds",
        severity: Severity::Warning,
        expression: Some(format!(
            "sum by (job, task) (increase({count}{{outcome=~\"{failed}\"}}[{window}])) >= {least}\n\
             unless on (job, task) sum by (job, task) (increase({count}{{outcome=\"{success}\"}}[{window}])) > 0"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("No job {TASK} of {JOB} succeeds"),
        description: format!(
            "{COUNT} jobs {TASK} of {JOB} failed or panicked over {window}, and none succeeded."
        ),
        meaning: "A job is broken altogether, perhaps since its first run, where `TaskSilent` has nothing to compare with. Jobs that \
                  are still under way do not count, however long they take, and neither do those that were cancelled: a deploy \
                  cancels each job that only ends with its process. One success resolves it.",
        look: vec![
            query(
                "how they end; `cancelled` is a time-out around them, or a shutdown:",
                "sum by (task, outcome) (increase(task_duration_seconds_count[6h]))",
            ),
            query(
                "with which class of error:",
                "sum by (task, error_type) (increase(task_errors_total[6h]))",
            ),
        ],
        tune: "The window should hold `failures` runs of your most seldom job.",
    })
}
