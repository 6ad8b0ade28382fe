//! Alertmanager: alerts that exist, labels that they have.

use std::{collections::BTreeSet, path::Path};

use yaml_serde::Value;

use crate::{Result, alert_names};

use super::document::{Document, at, items, text, texts};

pub(super) const FILE: &str = "ops/alertmanager/alertmanager.yml";
const ALERTS: &str = "ops/prometheus/alerts.rules.yml";

pub(super) fn faults(file: &Document, root: &Path) -> Result<Vec<String>> {
    let rules = Document::read(root, ALERTS)?;
    Ok(of(file, &rules, &alert_names::read(root)?))
}

fn of(file: &Document, rules: &Document, alerts: &BTreeSet<String>) -> Vec<String> {
    let rules = items(rules.at("groups")).flat_map(|group| items(at(group, "rules")));
    let rules = rules.filter(|rule| !at(rule, "alert").is_null());
    let severities: BTreeSet<_> = rules
        .map(|rule| text(at(rule, "labels.severity")))
        .collect();
    let mut faults = Vec::new();
    for matcher in matchers(&file.value) {
        let Some((label, values)) = parsed(matcher) else {
            faults.push(format!("the matcher {matcher} is not understood"));
            continue;
        };
        let is_known = |value: &&str| match label {
            "alertname" => alerts.contains(*value),
            "severity" => severities.contains(value),
            _ => true,
        };
        let unknown = values.split('|').filter(|value| !is_known(value));
        faults.extend(unknown.map(|value| format!("{matcher}: no alert has the {label} {value}")));
    }
    let routes = items(file.at("route.routes")).flat_map(|route| texts(at(route, "matchers")));
    let routed: Vec<_> = routes.filter_map(parsed).map(|(_, value)| value).collect();
    let unrouted = severities
        .iter()
        .filter(|severity| !routed.contains(severity));
    faults.extend(unrouted.map(|severity| format!("no route is for the severity {severity}")));
    faults.into_iter().map(|what| file.fault(what)).collect()
}

/// Every matcher of a file, wherever it is.
fn matchers(value: &Value) -> Vec<&str> {
    match value {
        Value::Mapping(mapping) => mapping
            .iter()
            .flat_map(|(key, value)| match key.as_str() {
                Some("matchers" | "source_matchers" | "target_matchers") => texts(value).collect(),
                _ => matchers(value),
            })
            .collect(),
        Value::Sequence(values) => values.iter().flat_map(matchers).collect(),
        _ => Vec::new(),
    }
}

/// The label of a matcher, and its value or alternatives.
fn parsed(matcher: &str) -> Option<(&str, &str)> {
    let (label, rest) = matcher.split_once(['=', '!'])?;
    Some((label, rest.trim_start_matches(['=', '~']).trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{altered, root};
    use super::*;

    #[track_caller]
    fn found(old: &str, new: &str, why: &str) {
        let faults = faults(&altered(FILE, old, new), &root())
            .expect("the rules are there")
            .join("\n");
        assert!(faults.contains(why), "{faults:?} has no {why:?}");
    }

    #[test]
    fn each_fault_is_found() {
        found(
            "alertname=\"TaskNeverSucceeds\"",
            "alertname=\"TaskNeverDone\"",
            "no alert has the alertname TaskNeverDone",
        );
        found(
            "SseStreamsLow|",
            "SseStreamsFew|",
            "no alert has the alertname SseStreamsFew",
        );
        found(
            "severity=\"warning\"",
            "severity=\"ticket\"",
            "no alert has the severity ticket",
        );
        found(
            "severity=\"warning\"",
            "severity=\"critical\"",
            "no route is for the severity warning",
        );
        found(
            "['severity=\"info\"']",
            "[severity]",
            "the matcher severity is not understood",
        );
    }

    #[test]
    #[ignore = "needs amtool"]
    fn amtool_takes_the_configuration() {
        let out = std::process::Command::new("amtool")
            .arg("check-config")
            .arg(root().join(FILE))
            .output()
            .expect("amtool runs");
        let said = String::from_utf8_lossy(&out.stdout).into_owned()
            + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{said}");
    }
}
