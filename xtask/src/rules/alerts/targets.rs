//! Alerts on whether there are figures at all.

use super::{Alert, INSTANCE, JOB, PERCENT, Result, Severity, Thresholds, look, parts, query};
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
    let one_of = |jobs: &[String]| match jobs {
        [job] => format!("job={}", parts::quoted(job)),
        jobs => format!("job=~{}", parts::quoted(&jobs.join("|"))),
    };
    let jobs = one_of(&jobs(values)?);
    Ok(Alert {
        name: "InstanceDown",
        severity: Severity::Warning,
        expression: Some(format!("up{{{jobs}}} == 0")),
        hold: values.hold("targets.instance_down.for")?,
        summary: format!("{INSTANCE} of {JOB} cannot be scraped"),
        description: format!(
            "Prometheus knows {INSTANCE} of {JOB} and gets no figures from it. An instance that a deploy takes away is not known \
             any more and does not fire."
        ),
        meaning: "One instance does not answer scrapes: it hangs, it starts again and again, or its machine is gone.",
        look: vec![
            query(
                "whether it starts again and again:",
                "changes(process_start_time_seconds[30m])",
            ),
            look(
                "Prometheus' page of targets has the error; a time-out is another matter than a refused connection",
            ),
        ],
        tune: "Longer than an instance takes to start.",
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
