//! Whether every metric is looked at: on a panel, or in a rule.

use std::{collections::BTreeSet, fs, path::Path};

use bartizan::catalog;
use yaml_serde::Value;

use crate::{Result, promql::Known};

use super::{board::Board, expression::expand};

/// Where the rules are.
const RULES: &str = "ops/prometheus";

/// Metrics that are on no panel and in no rule, and why that is as it should be.
const UNSEEN: &[(&str, &str)] = &[];

pub(super) fn faults(boards: &[Board], root: &Path) -> Result<Vec<String>> {
    let mut seen = on_panels(boards);
    seen.extend(in_rules(&root.join(RULES))?);
    Ok(unseen(&seen, UNSEEN))
}

fn unseen(seen: &BTreeSet<&'static str>, listed: &[(&str, &str)]) -> Vec<String> {
    let names: Vec<_> = catalog::ALL.iter().map(|metric| metric.name).collect();
    let is_listed = |name: &str| listed.iter().any(|(listed, _)| *listed == name);
    let missing = names
        .iter()
        .filter(|name| !seen.contains(*name) && !is_listed(name));
    let missing = missing.map(|name| format!("boards: {name} is on no panel and in no rule"));
    let old = listed
        .iter()
        .filter(|(name, _)| seen.contains(name) || !names.contains(name));
    missing
        .chain(old.map(|(name, _)| format!("boards: {name} is listed as unseen, and is not")))
        .collect()
}

fn on_panels(boards: &[Board]) -> BTreeSet<&'static str> {
    let known = Known::catalogue();
    let panels = boards.iter().flat_map(Board::panels);
    let queries = panels.flat_map(|panel| &panel.queries);
    let expressions = queries.filter_map(|query| expand(&query.expression).ok());
    expressions
        .flat_map(|expression| known.metrics(&expression))
        .collect()
}

/// The metrics that the rules read. There may be no rules.
fn in_rules(directory: &Path) -> Result<BTreeSet<&'static str>> {
    let known = Known::catalogue();
    let mut seen = BTreeSet::new();
    for name in ["recording.rules.yml", "alerts.rules.yml"] {
        let file = directory.join(name);
        if file.exists() {
            let rules: Value = yaml_serde::from_str(&fs::read_to_string(file)?)?;
            seen.extend(
                expressions(&rules)
                    .iter()
                    .flat_map(|expression| known.metrics(expression)),
            );
        }
    }
    Ok(seen)
}

/// The expression of each rule of a file.
fn expressions(rules: &Value) -> Vec<String> {
    let groups = rules.get("groups").and_then(Value::as_sequence);
    let rules = groups
        .into_iter()
        .flatten()
        .filter_map(|group| group.get("rules")?.as_sequence());
    let texts = rules
        .flatten()
        .filter_map(|rule| rule.get("expr")?.as_str());
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_that_nobody_looks_at_is_found() {
        let mut seen: BTreeSet<_> = catalog::ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(unseen(&seen, &[]), Vec::<String>::new());
        seen.remove("task_active");
        assert_eq!(
            unseen(&seen, &[]),
            ["boards: task_active is on no panel and in no rule"]
        );
        assert_eq!(
            unseen(&seen, &[("task_active", "why")]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_metric_that_is_listed_without_need_is_found() {
        let seen: BTreeSet<_> = catalog::ALL.iter().map(|metric| metric.name).collect();
        for name in ["task_active", "nobody_has_this"] {
            assert_eq!(
                unseen(&seen, &[(name, "why")]),
                [format!("boards: {name} is listed as unseen, and is not")]
            );
        }
    }

    #[test]
    fn rules_are_read_for_what_they_ask() {
        let rules = "groups: [{name: a, rules: [{alert: B, expr: 'task_active > 1'}, {record: c, expr: up}]}]";
        let rules = yaml_serde::from_str(rules).expect("it is YAML");
        assert_eq!(expressions(&rules), ["task_active > 1", "up"]);
    }
}
