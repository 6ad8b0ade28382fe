//! The board of the telemetry itself, and of the process.

use bartizan::catalog;

use super::{
    board::{Board, Row},
    expression::rate_by,
    panel::{Panel, Steps},
    unit::Unit,
};

pub(super) fn board() -> Board {
    Board {
        name: "telemetry",
        title: "bartizan: the telemetry itself",
        about: "Whether what the other boards show can be trusted: targets, exporters, scans, budgets of labels, and the process.",
        source: "bartizan_exporter_up",
        choice: None,
        rows: vec![exporters(), budgets(), process()],
    }
}

fn exporters() -> Row {
    Row {
        title: "Can the other boards be trusted",
        panels: vec![
            Panel::stat("Targets down", Unit::Other("short"))
                .query("count(up{@job} == 0) or 0 * count(up{@job})", "down")
                .steps(Steps::Bad(1.0))
                .alerts(&["TargetDown"])
                .shows("Instances that Prometheus knows of and cannot scrape. One that it no longer knows of is not among them.")
                .next("Scrapes by instance tells which: is the process there, does its port answer?")
                .width(6),
            Panel::stat("Exporters down", Unit::Of(&catalog::EXPORTER_UP))
                .query("count(bartizan_exporter_up{@job} == 0) or 0 * count(bartizan_exporter_up{@job})", "down")
                .steps(Steps::Bad(1.0))
                .alerts(&["ExporterDown"])
                .shows("Parts of the telemetry that do not work: the service goes on without them.")
                .next("Exporters tells which signal; its one error line in the log tells why.")
                .width(6),
            Panel::stat("Age of the oldest scan", Unit::Of(&catalog::SCAN_TIME))
                .query("time() - min(bartizan_scan_time_seconds{@job})", "age")
                .steps(Steps::Alert(30.0, "scans.stale.seconds"))
                .alerts(&["ScanStale"])
                .no_value("nothing is scanned")
                .shows("How long ago streams or jobs were looked at that do not get on. What such a scan tells, stalled streams and the oldest job, is as old.")
                .next("Above a minute: the runtime is blocked, or the task of the scan is gone. Do not trust stalled streams and oldest job.")
                .width(6),
            Panel::stat("Labels over their budget", Unit::Of(&catalog::LABEL_OVERFLOW))
                .query("sum(increase(bartizan_label_overflow_total{@job}[$__range]))", "over")
                .steps(Steps::Bad(1.0))
                .alerts(&["LabelOverflow"])
                .shows("How often, in the time that is shown, a value found its label's budget full, and was folded into `{overflow}`.")
                .next("Overflow by label tells which.")
                .width(6),
            Panel::lines("Exporters", Unit::Of(&catalog::EXPORTER_UP))
                .query("min by (instance, signal) (bartizan_exporter_up{@job})", "{{instance}} {{signal}}")
                .steps(Steps::Below(1.0))
                .alerts(&["ExporterDown"])
                .shows("Whether each part works: 1 does, 0 does not.")
                .next("scrape: its port is taken. traces, metrics: the collector does not answer. logs: the file cannot be written."),
            Panel::lines("Failed exports", Unit::Rate(&catalog::EXPORT_FAILURES))
                .query(rate_by("signal", "bartizan_export_failures_total{@job}"), "{{signal}}")
                .alerts(&["ExportFailing"])
                .shows("Batches that could not be exported, in a second.")
                .next("Is the collector up, does its address resolve, does it refuse? Its own log tells."),
            Panel::lines("Dropped by exporters", Unit::Rate(&catalog::EXPORT_DROPPED))
                .query(rate_by("signal", "bartizan_export_dropped_total{@job}"), "{{signal}}")
                .alerts(&["ExportDropping"])
                .shows("What was dropped because a queue was full, in a second: it is in no trace and in no log.")
                .next("With failed exports: the collector. Without: more than the queue takes; sample less, or make it longer."),
            Panel::lines("Age of scans", Unit::Of(&catalog::SCAN_TIME))
                .query("time() - max by (instance, scan) (bartizan_scan_time_seconds{@job})", "{{instance}} {{scan}}")
                .steps(Steps::Alert(30.0, "scans.stale.seconds"))
                .alerts(&["ScanStale", "ScanMissing"])
                .no_value("nothing is scanned")
                .shows("How long ago each scan of each instance was. It saws between 0 and 5 s.")
                .next("A line that rises: that instance's runtime is blocked; look at its CPU and its threads."),
            Panel::lines("Scrapes by instance", Unit::Other("s"))
                .query("scrape_duration_seconds{@job}", "{{instance}}")
                .alerts(&["InstanceDown", "InstanceRestarts", "MostInstancesDown"])
                .shows("How long a scrape takes. Prometheus gives up after 10 s.")
                .next("It grows with the samples of a scrape: too many series; look at overflow, and at routes that are guessed."),
            Panel::lines("Samples of a scrape", Unit::Other("short"))
                .query("scrape_samples_scraped{@job}", "{{instance}}")
                .shows("How many samples each instance has.")
                .next("It grows without an end: a label that is not bounded; it is not one of the catalogue's."),
        ],
    }
}

fn budgets() -> Row {
    Row {
        title: "Budgets of labels",
        panels: vec![
            Panel::stack("Overflow by label", Unit::Rate(&catalog::LABEL_OVERFLOW))
                .query(rate_by("label", "bartizan_label_overflow_total{@job}"), "{{label}}")
                .alerts(&["LabelOverflow"])
                .width(12)
                .shows("How often, in a second, a value found its label's budget full. Where a metric's name stands, its label sets ran over.")
                .next("http_route: paths where templates are meant; give the layer its table of routes. Else raise the cap of that label: docs/operations.md has what a series costs."),
            Panel::lines("Restarts", Unit::Other("s"))
                .query("time() - process_start_time_seconds{@job}", "{{instance}}")
                .width(12)
                .shows("For how long each process has been running; a fall to 0 is a restart.")
                .next("Without a deploy: it crashed or was killed. Memory up to then, and the orchestrator's events, tell why."),
        ],
    }
}

fn process() -> Row {
    Row {
        title: "Process",
        panels: vec![
            Panel::lines("CPU", Unit::Other("short"))
                .query("rate(process_cpu_seconds_total{@job}[$__rate_interval])", "{{instance}}")
                .shows("How many cores each process uses.")
                .next("At its limit: all times grow with it. One instance alone: its share of the load, or a loop."),
            Panel::lines("Memory", Unit::Other("bytes"))
                .query("process_resident_memory_bytes{@job}", "{{instance}}")
                .shows("Memory that each process holds.")
                .next("It grows with open streams: so much each. It grows alone: a leak, or samples without upkeep of the exporter."),
            Panel::lines("Open files", Unit::Share)
                .query("process_open_fds{@job} / process_max_fds{@job}", "{{instance}}")
                .steps(Steps::Alert(0.6, "targets.descriptors.share"))
                .alerts(&["FdsNearLimit"])
                .no_value("not known")
                .shows("The share of the files that each process may open; each connection is one.")
                .next("Near 1 it accepts nothing any more: find what keeps connections open, or raise the limit."),
            Panel::lines("Threads", Unit::Other("short"))
                .query("process_threads{@job}", "{{instance}}")
                .shows("Threads of each process.")
                .next("Up to 512 more than the workers: blocking work piles up in tokio's pool."),
        ],
    }
}
