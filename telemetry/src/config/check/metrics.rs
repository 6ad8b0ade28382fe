//! What is wrong with the section `metrics`.

use std::collections::BTreeMap;

use bartizan::{
    catalog::{self, Kind},
    meter::Meter,
};
use http::uri::PathAndQuery;

use super::{check_headers, endpoint, grpc_endpoint};
use crate::config::{Faults, Metrics, OtlpMetrics, OtlpProtocol, read::near};

/// What is served beside the page of metrics.
const TAKEN: [&str; 2] = ["/healthz", "/readyz"];

/// What Prometheus puts on each series by itself; a label of ours would become `exported_job`.
const OF_PROMETHEUS: [&str; 2] = ["instance", "job"];

pub(super) fn check(metrics: &Metrics, faults: &mut Faults) {
    let Metrics {
        enabled,
        listen: _,
        path,
        names: _,
        prefix: _,
        labels,
        label_sets,
        buckets,
        own_buckets,
        upkeep,
        process: _,
        otlp:
            OtlpMetrics {
                enabled: pushed,
                protocol,
                endpoint: given,
                headers,
                interval,
                timeout,
            },
    } = metrics;
    if let Err(problem) = check_path(path) {
        faults.add("metrics.path", format!("{path:?} is refused: {problem}"));
    }
    if let Err(refused) = metrics.naming() {
        let text = refused.to_string();
        let (_, accepted) = text.split_once(": ").unwrap_or(("", &text));
        let prefix = metrics.prefix.as_deref().unwrap_or_default();
        faults.add(
            "metrics.prefix",
            format!("{prefix:?} is refused: {accepted}"),
        );
    }
    check_labels(labels, faults);
    if let Err(refused) = Meter::builder().max_label_sets(*label_sets).build() {
        let text = refused.to_string();
        let (_, accepted) = text.split_once(": ").unwrap_or(("", &text));
        faults.add(
            "metrics.label_sets",
            format!("`{label_sets}` is refused: {accepted}"),
        );
    }
    for (name, edges) in buckets {
        if let Err(problem) = check_buckets(name, edges) {
            faults.add(format!("metrics.buckets.{name}"), problem);
        }
    }
    if let Err(problem) = check_rising(own_buckets) {
        faults.add("metrics.own_buckets", problem);
    }
    faults.period("metrics.upkeep", *upkeep);
    if *pushed && !enabled {
        let problem = "it is on, and `metrics.enabled` is off, so that nothing is recorded; turn that on, or this off";
        faults.add("metrics.otlp.enabled", problem);
    }
    let endpoint = match protocol {
        OtlpProtocol::Grpc => grpc_endpoint,
        OtlpProtocol::Http => endpoint,
    };
    if let Some(Err(problem)) = given.as_deref().map(endpoint) {
        faults.add("metrics.otlp.endpoint", problem);
    }
    check_headers("metrics.otlp.headers", headers, faults);
    faults.period("metrics.otlp.interval", *interval);
    faults.period("metrics.otlp.timeout", *timeout);
}

fn check_path(path: &str) -> Result<(), String> {
    if TAKEN.contains(&path) {
        return Err("another page is there; a path such as /metrics is accepted".into());
    }
    let parsed = path.parse::<PathAndQuery>();
    let fits = path.starts_with('/')
        && parsed.is_ok_and(|parsed| parsed.as_str() == path && parsed.query().is_none());
    if fits {
        Ok(())
    } else {
        Err("a path that starts with `/`, without a query, is accepted".into())
    }
}

/// The meter's own rules, label by label, so that each has its place.
fn check_labels(labels: &BTreeMap<String, String>, faults: &mut Faults) {
    let mut together = Meter::builder();
    for (name, value) in labels {
        if OF_PROMETHEUS.contains(&name.as_str()) {
            faults.add(
                format!("metrics.labels.{name}"),
                "Prometheus has it on each series, and means the target; another name is accepted",
            );
            continue;
        }
        let alone = Meter::builder().constant_label(name, value).build();
        let refused = match alone {
            Ok(_) => {
                together = together.constant_label(name, value);
                continue;
            }
            Err(refused) => refused.to_string(),
        };
        // `constant label: label "le": what is accepted`
        let accepted = refused.rsplit(": ").next().unwrap_or(&refused);
        faults.add(format!("metrics.labels.{name}"), accepted);
    }
    if let Err(refused) = together.build() {
        let refused = refused.to_string();
        let label = refused.strip_prefix("constant label: ");
        faults.add("metrics.labels", label.unwrap_or(&refused));
    }
}

fn check_buckets(name: &str, edges: &[f64]) -> Result<(), String> {
    let known = catalog::ALL
        .iter()
        .filter(|metric| metric.kind == Kind::Histogram);
    let mut names: Vec<&str> = known
        .flat_map(|metric| [metric.name, metric.otel_name])
        .collect();
    if !names.contains(&name) {
        names.retain(|known| known.contains('.') == name.contains('.'));
        let meant = near(name, names.iter().copied());
        return Err(match meant {
            Some(meant) => format!("there is no such histogram; did you mean `{meant}`?"),
            None => format!("there is no such histogram; there are {}", names.join(", ")),
        });
    }
    if edges.is_empty() {
        return Err("there are no edges; at least one is accepted".into());
    }
    check_rising(edges)
}

fn check_rising(edges: &[f64]) -> Result<(), String> {
    if let Some(edge) = edges.iter().find(|edge| !edge.is_finite()) {
        return Err(format!(
            "`{edge}` is refused: finite numbers are accepted, and the last bucket has no edge"
        ));
    }
    let falling = edges.windows(2).find(|pair| pair[0] >= pair[1]);
    match falling {
        Some(pair) => Err(format!(
            "`{}` comes after `{}`: edges that rise are accepted",
            pair[1], pair[0]
        )),
        None => Ok(()),
    }
}
