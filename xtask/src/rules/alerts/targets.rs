//! Alerts on whether there are figures at all.

use super::{
    Alert, COUNT, INSTANCE, JOB, PERCENT, Result, Severity, Thresholds, look, parts, query,
};
use crate::rules::thresholds::ThresholdError;

fn jobs(values: &Thresholds) -> Result<Vec<String>> {
    let path = "targets.jobs";
    let jobs = values.texts(path)?;
    if jobs.is_empty() {
        return Err(ThresholdError::NeverFires {
            path: path.to_owned(),
            why: "without a job nobody is told that Prometheus sees none".to_owned(),
        });
    }
    Ok(jobs)
}

/// A selector of all of them.
fn of_jobs(values: &Thresholds, name: &str) -> Result<String> {
    let jobs = jobs(values)?;
    let matcher = match &jobs[..] {
        [job] => format!("job={}", parts::quoted(job)),
        jobs => format!("job=~{}", parts::quoted(&jobs.join("|"))),
    };
    Ok(parts::select(name, &matcher))
}

pub(super) fn target_down(values: &Thresholds) -> Result {
    // `absent` has a job in its labels only where it is asked for by equality: one for each.
    let part = |job: &String| {
        let job = parts::quoted(job);
        format!("sum by (job) (up{{job={job}}}) == 0\nor absent(up{{job={job}}})")
    };
    let expressions: Vec<_> = jobs(values)?.iter().map(part).collect();
    Ok(Alert {
        name: "TargetDown",
        severity: Severity::Critical,
        expression: Some(expressions.join("\nor\n")),
        hold: values.hold("targets.down.for")?,
        summary: format!("Prometheus reaches no instance of {JOB}"),
        description: format!(
            "No instance of {JOB} could be scraped, or none is known. Whether it serves its users is not known either: every \
             other alert about it is blind."
        ),
        meaning: "The whole job is gone from Prometheus' sight: it is down, it was renamed, or discovery or the network is broken. It \
                  is about all instances, so that alerts about a job may be inhibited by it; one of many is `InstanceDown`.",
        look: vec![
            query("what Prometheus knows of it:", "up"),
            look(
                "Prometheus' page of targets, which has the error of each scrape; port 9464 and `/healthz` beside `/metrics`",
            ),
            look("the service from outside: does it answer users?"),
        ],
        tune: "`targets.jobs` names the jobs as `prometheus.yml` does. A job that is not named there can vanish unseen.",
    })
}

pub(super) fn instance_down(values: &Thresholds) -> Result {
    let up = of_jobs(values, "up")?;
    let window = values.window("targets.instance_down.window")?;
    let share = values.share("targets.instance_down.share")?;
    Ok(Alert {
        name: "InstanceDown",
        severity: Severity::Warning,
        // `and`: who is not known any more is not down.
        expression: Some(format!(
            "{up} == 0\nor\navg_over_time({up}[{window}]) < {share} and {up}"
        )),
        hold: values.hold("targets.instance_down.for")?,
        summary: format!("{INSTANCE} of {JOB} cannot be scraped"),
        description: format!(
            "Prometheus knows {INSTANCE} of {JOB} and gets no figures from it, or got less than a share of {share} of them over \
             {window}. An instance that a deploy takes away is not known any more and does not fire."
        ),
        meaning: "One instance does not answer scrapes: it hangs, it starts again and again, or its machine is gone.",
        look: vec![
            query(
                "whether it starts again and again, beside `InstanceRestarts`:",
                "changes(process_start_time_seconds[30m])",
            ),
            look(
                "Prometheus' page of targets has the error; a time-out is another matter than a refused connection",
            ),
        ],
        tune: "Longer than an instance takes to start.",
    })
}

pub(super) fn most_instances_down(values: &Thresholds) -> Result {
    let up = of_jobs(values, "up")?;
    let share = values.share("targets.most_instances_down.share")?;
    Ok(Alert {
        name: "MostInstancesDown",
        severity: Severity::Critical,
        expression: Some(format!("avg by (job) ({up}) < {share}")),
        hold: values.hold("targets.most_instances_down.for")?,
        summary: format!("Prometheus reaches only {PERCENT} of the instances of {JOB}"),
        description: format!(
            "Less than a share of {share} of the instances of {JOB} can be scraped. If they are down, the others have their load."
        ),
        meaning: "A job has lost more instances than it was made for. With none left it is `TargetDown`, with one or a few away \
                  `InstanceDown`.",
        look: vec![
            query("which ones:", "up == 0"),
            query(
                "what the others carry:",
                "sum by (instance) (http_server_active_requests)",
            ),
            look(
                "what they have in common: a zone, a node, a version; Prometheus' page of targets has the errors",
            ),
        ],
        tune: "`share` is what is enough for the load of a usual day.",
    })
}

pub(super) fn instance_restarts(values: &Thresholds) -> Result {
    let window = values.window("targets.restarts.window")?;
    let most = values.number("targets.restarts.restarts")?;
    let start = of_jobs(values, "process_start_time_seconds")?;
    Ok(Alert {
        name: "InstanceRestarts",
        severity: Severity::Warning,
        expression: Some(format!("changes({start}[{window}]) >= {most}")),
        hold: values.hold("targets.restarts.for")?,
        summary: format!("{INSTANCE} of {JOB} starts again and again"),
        description: format!(
            "{INSTANCE} of {JOB} started {COUNT} times within {window}, as far as scrapes have seen it."
        ),
        meaning: "A process ends and is started again: it panics, runs out of memory, or a liveness probe kills it. Between two starts \
                  it answers scrapes, so that it may never be down for long. A process that ends before it is scraped is not seen \
                  here, but by `InstanceDown`.",
        look: vec![
            query("memory before each end:", "process_resident_memory_bytes"),
            look(
                "the exit code: 137 is a kill, for memory or by a probe, 101 a panic; the last lines of the log before it",
            ),
        ],
        tune: "More than the deploys that one instance gets within the window.",
    })
}

pub(super) fn descriptors(values: &Thresholds) -> Result {
    let share = values.share("targets.descriptors.share")?;
    Ok(Alert {
        name: "FdsNearLimit",
        severity: Severity::Warning,
        expression: Some(format!("process_open_fds / process_max_fds > {share}")),
        hold: values.hold("targets.descriptors.for")?,
        summary: format!("{INSTANCE} of {JOB} uses {PERCENT} of its file descriptors"),
        description: format!(
            "{INSTANCE} of {JOB} has {PERCENT} of its file descriptors open. At the limit it accepts no connection any more, and \
             can open no file."
        ),
        meaning: "File descriptors run out. Each connection is one, and each event stream of HTTP/1 a connection. Growth without traffic is a leak.",
        look: vec![
            query(
                "connections and streams beside it:",
                "sum by (instance) (server_connections_active)",
            ),
            query("streams:", "sum by (instance) (sse_streams_active)"),
            look("`LimitNOFILE`, `ulimit -n`: a service of streams wants 65,536 and more"),
        ],
        tune: "Raise the process' limit, rather than this.",
    })
}
