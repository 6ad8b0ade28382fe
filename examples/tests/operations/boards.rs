//! The dashboards, each of whose expressions is to show something.

use std::fs;

use serde_json::Value;

use crate::{rig::Prometheus, rules::root};

/// An expression of a panel.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// The board, the panel and the query within it.
    pub(crate) place: String,
    /// With values in place of the board's variables.
    pub(crate) expression: String,
}

/// What stands for Grafana's own variables.
const INTERVALS: [(&str, &str); 4] = [
    ("__rate_interval", "2m"),
    ("__interval", "2m"),
    ("__range_s", "300"),
    ("__range", "5m"),
];

/// The queries that show nothing.
pub(crate) async fn empty(prometheus: &Prometheus) -> Vec<String> {
    let mut empty = Vec::new();
    let queries = queries();
    assert!(queries.len() > 50, "only {} queries", queries.len());
    for Query { place, expression } in queries {
        match prometheus.query(&expression).await {
            Ok(series) if !series.is_empty() => {}
            Ok(_) => empty.push(format!("{place}: nothing from {expression}")),
            Err(error) => empty.push(format!("{place}: {error}")),
        }
    }
    empty
}

/// Every expression of every board.
pub(crate) fn queries() -> Vec<Query> {
    let boards = fs::read_dir(root().join("ops/grafana")).expect("the dashboards are there");
    let mut files: Vec<_> = boards
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    let mut queries = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("it can be read");
        let board: Value = serde_json::from_str(&text).expect("it is JSON");
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let variables = variables(&board);
        panels(&board, &mut |panel| {
            for target in list(&panel["targets"]) {
                let Some(expression) = target["expr"].as_str() else {
                    continue;
                };
                queries.push(Query {
                    place: format!("{name}: {} {}", panel["title"], target["refId"]),
                    expression: substituted(expression, &variables),
                });
            }
        });
    }
    queries
}

/// Goes through panels, and those of rows that are folded.
fn panels(board: &Value, visit: &mut impl FnMut(&Value)) {
    for panel in list(&board["panels"]) {
        visit(panel);
        panels(panel, visit);
    }
}

/// The names of a board's variables.
fn variables(board: &Value) -> Vec<String> {
    let variables = list(&board["templating"]["list"]).iter();
    let names = variables.filter_map(|variable| variable["name"].as_str());
    names.map(str::to_owned).collect()
}

/// Every variable has any value.
fn substituted(expression: &str, variables: &[String]) -> String {
    let own = variables.iter().map(|name| (name.as_str(), ".*"));
    INTERVALS
        .into_iter()
        .chain(own)
        .fold(expression.to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
                .replace(&format!("${{{name}:regex}}"), value)
                .replace(&format!("${name}"), value)
        })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
