//! Alerts on exporters.

use bartizan::catalog::{EXPORT_DROPPED, EXPORT_FAILURES, EXPORTER_UP};

use super::{Alert, COUNT, INSTANCE, JOB, Result, SIGNAL, Severity, Thresholds, look, query};

const FAILURES: &str = "sum by (instance, signal) (increase(bartizan_export_failures_total[10m]))";

pub(super) fn down(values: &Thresholds) -> Result {
    let window = values.window("exporters.down.window")?;
    let (up, failures) = (EXPORTER_UP.name, EXPORT_FAILURES.name);
    Ok(Alert {
        name: "ExporterDown",
        severity: Severity::Warning,
        // A service that has nothing to send does not learn that it could.
        expression: Some(format!(
            "min by (job, instance, signal) ({up}) == 0\n\
             and on (job, instance, signal) increase({failures}[{window}]) > 0"
        )),
        hold: values.hold("exporters.down.for")?,
        summary: format!("{INSTANCE} of {JOB} cannot export {SIGNAL}"),
        description: format!(
            "The exporter of {SIGNAL} in {INSTANCE} of {JOB} failed within {window}, and has not succeeded since. Requests are served \
             as ever; what they would have told is lost."
        ),
        meaning: "The service works, and is blind in one eye. A busy port, a collector that is away, a wrong address. \
                  An exporter tries when it has something to send: on a quiet service `bartizan_exporter_up` stays at 0 for a \
                  while after the collector is back, and this alert resolves by itself meanwhile.",
        look: vec![
            query(
                "one instance or all; if it is all, the collector:",
                "sum by (signal) (bartizan_exporter_up == 0)",
            ),
            query("failures:", FAILURES),
            look("the service's log: it has one error for it, with the address"),
        ],
        tune: "Longer than the collector takes to start again; the window longer than the time between two batches.",
    })
}

pub(super) fn failing(values: &Thresholds) -> Result {
    let window = values.window("exporters.failing.window")?;
    let (up, failures) = (EXPORTER_UP.name, EXPORT_FAILURES.name);
    Ok(Alert {
        name: "ExportFailing",
        severity: Severity::Warning,
        // One that was never up within the window is `ExporterDown`'s.
        expression: Some(format!(
            "sum by (job, signal) (\n  increase({failures}[{window}])\n  \
             unless on (job, instance, signal) max_over_time({up}[{window}]) == 0\n) > 0"
        )),
        hold: values.hold("exporters.failing.for")?,
        summary: format!("{JOB} fails to export some of its {SIGNAL}"),
        description: format!(
            "{COUNT} exports of {SIGNAL} of {JOB} failed within {window}, and it has been so for a while. Others succeed in between, \
             or `ExporterDown` would tell."
        ),
        meaning: "An exporter that works at times: a collector near its limit, time-outs, batches that are too large.",
        look: vec![
            query("where:", FAILURES),
            look("the collector's own metrics, its memory limiter and its queue"),
        ],
        tune: "The `for` has to be longer than a restart of the collector.",
    })
}

pub(super) fn dropping(values: &Thresholds) -> Result {
    let window = values.window("exporters.dropping.window")?;
    let dropped = EXPORT_DROPPED.name;
    Ok(Alert {
        name: "ExportDropping",
        severity: Severity::Info,
        expression: Some(format!(
            "sum by (job, signal) (increase({dropped}[{window}])) > 0"
        )),
        hold: values.hold("exporters.dropping.for")?,
        summary: format!("{JOB} drops some of its {SIGNAL}"),
        description: format!(
            "{COUNT} {SIGNAL} of {JOB} were dropped within {window}: their exporter's queue was full, an export of them failed for \
             good, or the output was closed."
        ),
        meaning: "More comes than goes out, or what should go out has nowhere to go. Traces and logs have holes; requests are never held up for it.",
        look: vec![
            query(
                "where:",
                "sum by (instance, signal) (increase(bartizan_export_dropped_total[10m]))",
            ),
            look("the sampler's ratio, the size of queues and batches, and the collector"),
            look(
                "`bartizan_export_failures_total` beside it; and for `logs`, whether somebody still reads the output",
            ),
        ],
        tune: "Sample less, or make the queue larger.",
    })
}
