//! Prometheus: rules that are there, targets that exist.

use std::path::Path;

use crate::Result;

use super::{
    compose::DEMO_CONFIG,
    document::{Document, at, entries, items, text, texts},
};

pub(super) const FILE: &str = "ops/prometheus/prometheus.yml";
const COLLECTOR: &str = "ops/collector/otel-collector.yml";
const ALERTMANAGER_PORT: &str = "9093";

pub(super) fn faults(file: &Document, compose: &Document, root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for name in texts(file.at("rule_files")) {
        if !root.join("ops/prometheus").join(name).exists() {
            faults.push(format!("the rules {name} are not there"));
        }
    }
    let demo = Document::read(root, DEMO_CONFIG)?;
    let collector = Document::read(root, COLLECTOR)?;
    let served = [
        ("demo", port(text(demo.at("metrics.listen")))),
        (
            "collector",
            port(text(collector.at("exporters.prometheus.endpoint"))),
        ),
        ("alertmanager", ALERTMANAGER_PORT),
    ];
    let configs = items(file.at("scrape_configs")).chain(items(file.at("alerting.alertmanagers")));
    for target in configs
        .flat_map(|config| items(at(config, "static_configs")))
        .flat_map(|config| texts(at(config, "targets")))
    {
        let (host, port) = target.split_once(':').unwrap_or((target, ""));
        if entries(compose.at("services")).all(|(name, _)| name != host) {
            faults.push(format!(
                "the target {target} is no service of docker-compose.yml"
            ));
        }
        if !served.contains(&(host, port)) {
            faults.push(format!(
                "nothing is served at the target {target}: there is {served:?}"
            ));
        }
    }
    Ok(faults.into_iter().map(|what| file.fault(what)).collect())
}

/// The port of an address.
pub(super) fn port(address: &str) -> &str {
    address.rsplit_once(':').map_or("", |(_, port)| port)
}

#[cfg(test)]
mod tests {
    use super::super::{
        compose,
        tests::{altered, root},
    };
    use super::*;

    #[track_caller]
    fn found(old: &str, new: &str, why: &str) {
        let compose = Document::read(&root(), compose::FILE).expect("it is there");
        let faults = faults(&altered(FILE, old, new), &compose, &root())
            .expect("all files are there")
            .join("\n");
        assert!(faults.contains(why), "{faults:?} has no {why:?}");
    }

    #[test]
    fn each_fault_is_found() {
        found(
            "alerts.rules.yml",
            "alert.rules.yml",
            "the rules alert.rules.yml are not there",
        );
        found("demo:9464", "shop:9464", "no service of docker-compose.yml");
        found(
            "demo:9464",
            "demo:9465",
            "nothing is served at the target demo:9465",
        );
        found(
            "collector:8889",
            "collector:8888",
            "nothing is served at the target collector:8888",
        );
        found(
            "alertmanager:9093",
            "alertmanager:9094",
            "nothing is served at the target alertmanager:9094",
        );
    }

    #[test]
    #[ignore = "needs promtool"]
    fn promtool_takes_the_configuration() {
        let out = std::process::Command::new("promtool")
            .args(["check", "config"])
            .arg(root().join(FILE))
            .output()
            .expect("promtool runs");
        let said = String::from_utf8_lossy(&out.stdout).into_owned()
            + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{said}");
    }
}
