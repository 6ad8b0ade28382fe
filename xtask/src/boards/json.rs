//! A board as Grafana's JSON: the model of dashboards that Grafana 11 and 12 import and provision.

mod panel;
mod variables;

use serde_json::{Map, Value, json};

use super::board::{Board, Place, Row};

/// The version of the model: that of Grafana 11.3. Later ones bring it up to date when they load it.
const SCHEMA_VERSION: u32 = 40;
/// What all boards are found by.
const TAG: &str = "bartizan";

/// The data source that the reader chose.
const PROMETHEUS: &str = "${datasource}";

/// The file's text.
pub(super) fn text(board: &Board) -> Result<String, String> {
    let mut text = format!("{:#}", sorted(dashboard(board)?));
    text.push('\n');
    Ok(text)
}

/// The same value with the keys of its objects in order, whatever the map is that serde_json was built with.
pub(super) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn dashboard(board: &Board) -> Result<Value, String> {
    Ok(json!({
        "annotations": { "list": MARKS.iter().map(annotation).collect::<Vec<_>>() },
        "description": board.about,
        "editable": true,
        "graphTooltip": 1,
        "links": [{
            "asDropdown": false,
            "icon": "dashboard",
            "includeVars": true,
            "keepTime": true,
            "tags": [TAG],
            "targetBlank": false,
            "title": "",
            "tooltip": "",
            "type": "dashboards",
        }],
        "panels": panels(board)?,
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": [TAG],
        "templating": { "list": variables::of(board) },
        "time": { "from": "now-1h", "to": "now" },
        "timezone": "browser",
        "title": board.title,
        "uid": board.uid(),
    }))
}

fn panels(board: &Board) -> Result<Vec<Value>, String> {
    let mut panels = Vec::new();
    for (index, (row, (place, places))) in board.rows.iter().zip(board.places()).enumerate() {
        panels.push(title(index, row, place));
        for (panel, place) in row.panels.iter().zip(places) {
            panels.push(panel::json(panel, place)?);
        }
    }
    Ok(panels)
}

fn title(index: usize, row: &Row, place: Place) -> Value {
    json!({
        "collapsed": false,
        "gridPos": grid(place),
        // Above those of panels, whatever their titles are.
        "id": 2_000_000 + index,
        "panels": [],
        "title": row.title,
        "type": "row",
    })
}

fn grid(place: Place) -> Value {
    let Place {
        x,
        y,
        width,
        height,
    } = place;
    json!({ "x": x, "y": y, "w": width, "h": height })
}

fn prometheus() -> Value {
    json!({ "type": "prometheus", "uid": PROMETHEUS })
}

/// What is marked on every panel.
pub(super) struct Mark {
    name: &'static str,
    colour: &'static str,
    pub(super) expression: &'static str,
    title: &'static str,
    text: &'static str,
    /// Whether its value is the time in milliseconds, and not that there is something to mark.
    at_value: bool,
}

/// Alerts while they fire, and starts and drains of processes when they were.
pub(super) const MARKS: [Mark; 3] = [
    Mark {
        name: "Alerts",
        colour: "red",
        expression: "ALERTS{alertstate=\"firing\",job=~\"$job\"}",
        title: "{{alertname}}",
        text: "{{severity}} {{http_route}}{{task}}{{rpc_method}}{{page}}",
        at_value: false,
    },
    Mark {
        name: "Starts",
        colour: "blue",
        expression: "process_start_time_seconds{job=~\"$job\",instance=~\"$instance\"} * 1000",
        title: "Started",
        text: "{{instance}}",
        at_value: true,
    },
    Mark {
        name: "Drains",
        colour: "purple",
        expression: "(server_drain_start_time_seconds{job=~\"$job\",instance=~\"$instance\"} > 0) * 1000",
        title: "Began to drain",
        text: "{{instance}}",
        at_value: true,
    },
];

fn annotation(mark: &Mark) -> Value {
    let Mark {
        name,
        colour,
        expression,
        title,
        text,
        at_value,
    } = mark;
    json!({
        "datasource": prometheus(),
        "enable": true,
        "expr": expression,
        "hide": false,
        "iconColor": colour,
        "name": name,
        "step": "15s",
        "tagKeys": "job,instance",
        "textFormat": text,
        "titleFormat": title,
        "useValueForTime": at_value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every data source that is named, wherever it is.
    fn sources(value: &Value) -> Vec<&Value> {
        match value {
            Value::Object(object) => object
                .iter()
                .flat_map(|(key, value)| match key.as_str() {
                    "datasource" => vec![value],
                    _ => sources(value),
                })
                .collect(),
            Value::Array(items) => items.iter().flat_map(sources).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_data_source_is_the_one_that_the_reader_chose() {
        for board in super::super::untuned() {
            let json = dashboard(&board).expect("the board is sound");
            let sources = sources(&json);
            assert!(sources.len() > board.panels().count(), "{}", board.name);
            let chosen = prometheus();
            assert!(
                sources.iter().all(|source| **source == chosen),
                "{}",
                board.name
            );
            let variables = json["templating"]["list"]
                .as_array()
                .expect("there are some");
            let kinds = ["prometheus", "tempo", "loki"].map(|kind| {
                variables
                    .iter()
                    .filter(|variable| variable["query"] == kind)
                    .count()
            });
            assert_eq!(kinds, [1, 1, 1], "{}", board.name);
        }
    }

    #[test]
    fn a_figure_is_of_now_and_a_line_of_a_range() {
        let json = dashboard(&super::super::http_sse::board()).expect("the board is sound");
        for panel in json["panels"].as_array().expect("there are some") {
            let is_figure = matches!(panel["type"].as_str(), Some("stat" | "table"));
            for target in panel["targets"].as_array().into_iter().flatten() {
                assert_eq!(target["instant"], is_figure, "{}", panel["title"]);
                assert_eq!(target["range"], !is_figure, "{}", panel["title"]);
            }
        }
    }

    #[test]
    fn keys_are_in_order_at_every_depth() {
        let value: Value =
            serde_json::from_str(r#"{"b":[{"d":1,"c":2}],"a":3}"#).expect("it is JSON");
        assert_eq!(sorted(value).to_string(), r#"{"a":3,"b":[{"c":2,"d":1}]}"#);
    }
}
