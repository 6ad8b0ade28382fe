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
        "annotations": { "list": annotations() },
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

/// What is marked on every panel: alerts while they fire, and starts and drains of processes when they were.
fn annotations() -> Vec<Value> {
    let query =
        |name: &str, colour: &str, expression: &str, title: &str, text: &str, at_value: bool| {
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
                // The value is the time in milliseconds, and not whether there is something to mark.
                "useValueForTime": at_value,
            })
        };
    let chosen = "job=~\"$job\",instance=~\"$instance\"";
    vec![
        query(
            "Alerts",
            "red",
            "ALERTS{alertstate=\"firing\",job=~\"$job\"}",
            "{{alertname}}",
            "{{http_route}}{{task}}{{rpc_method}}{{page}} {{severity}}",
            false,
        ),
        query(
            "Starts",
            "blue",
            &format!("process_start_time_seconds{{{chosen}}} * 1000"),
            "Started",
            "{{instance}}",
            true,
        ),
        query(
            "Drains",
            "purple",
            &format!("(server_drain_start_time_seconds{{{chosen}}} > 0) * 1000"),
            "Began to drain",
            "{{instance}}",
            true,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_at_every_depth() {
        let value: Value =
            serde_json::from_str(r#"{"b":[{"d":1,"c":2}],"a":3}"#).expect("it is JSON");
        assert_eq!(sorted(value).to_string(), r#"{"a":3,"b":[{"c":2,"d":1}]}"#);
    }
}
