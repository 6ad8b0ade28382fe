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

const BOARDS: &str = "ops/grafana";
/// Panels that show nothing in the demo, with the reasons.
const EMPTY: &str = "empty-in-demo.json";

/// What stands for Grafana's own variables.
const INTERVALS: [(&str, &str); 4] = [
    ("__rate_interval", "2m"),
    ("__interval", "2m"),
    ("__range_s", "300"),
    ("__range", "5m"),
];

/// The queries that show nothing, but for those of panels that are known to.
pub(crate) async fn empty(prometheus: &Prometheus) -> Vec<String> {
    let mut empty = Vec::new();
    let queries = queries();
    assert!(queries.len() > 50, "only {} queries", queries.len());
    let known = known_to_be_empty();
    for Query { place, expression } in queries {
        if known.iter().any(|panel| place.starts_with(panel)) {
            continue;
        }
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
    let boards = fs::read_dir(root().join(BOARDS)).expect("the dashboards are there");
    let mut files: Vec<_> = boards
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json") && !path.ends_with(EMPTY))
        .collect();
    files.sort();
    let mut queries = Vec::new();
    for file in files {
        let board = fs::read_to_string(&file).expect("it can be read");
        let board: Value = serde_json::from_str(&board).expect("it is JSON");
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let variables = variables(&board);
        panels(&board, &mut |panel| {
            for target in list_of(&panel["targets"]) {
                let Some(expression) = target["expr"].as_str() else {
                    continue;
                };
                queries.push(Query {
                    place: format!("{name}: {}, {}", text(&panel["title"]), target["refId"]),
                    expression: substituted(expression, &variables),
                });
            }
        });
    }
    queries
}

/// The panels for which the demo has nothing, or not always: their places begin so.
fn known_to_be_empty() -> Vec<String> {
    let known = fs::read_to_string(root().join(BOARDS).join(EMPTY)).expect("the list is there");
    let panels: Value = serde_json::from_str(&known).expect("it is JSON");
    let panels = list_of(&panels).iter();
    panels
        .map(|panel| format!("{}: {}, ", text(&panel["board"]), text(&panel["panel"])))
        .collect()
}

/// Goes through panels, and those of rows that are folded.
fn panels(board: &Value, visit: &mut impl FnMut(&Value)) {
    for panel in list_of(&board["panels"]) {
        visit(panel);
        panels(panel, visit);
    }
}

/// The names of a board's variables.
fn variables(board: &Value) -> Vec<String> {
    let variables = list_of(&board["templating"]["list"]).iter();
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

fn list_of(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
