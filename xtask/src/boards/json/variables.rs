//! What a board's reader can choose.

use serde_json::{Value, json};

use super::{
    super::board::{Board, Choice},
    prometheus,
};

/// The order of the values: by the alphabet.
const ALPHABETICAL: u32 = 1;
/// Values are asked for again when the time that is shown changes.
const ON_TIME_RANGE: u32 = 2;

/// Data sources first, then from the whole to its parts: each is limited to what is chosen before it.
pub(super) fn of(board: &Board) -> Vec<Value> {
    let mut list = vec![
        source("datasource", "Prometheus", "prometheus"),
        source("tempo", "Traces", "tempo"),
        source("loki", "Logs", "loki"),
        values("job", "Job", board.source, "job", "", ".+"),
        values(
            "instance",
            "Instance",
            board.source,
            "instance",
            "job=~\"$job\"",
            ".+",
        ),
    ];
    list.extend(board.choice.map(|choice| {
        let Choice {
            name,
            title,
            label,
            source,
            all,
        } = choice;
        values(
            name,
            title,
            source,
            label,
            "job=~\"$job\",instance=~\"$instance\"",
            all,
        )
    }));
    list
}

fn source(name: &str, title: &str, kind: &str) -> Value {
    json!({
        "hide": 0,
        "includeAll": false,
        "label": title,
        "multi": false,
        "name": name,
        "query": kind,
        "refresh": 1,
        "skipUrlSync": false,
        "type": "datasource",
    })
}

fn values(name: &str, title: &str, series: &str, label: &str, selector: &str, all: &str) -> Value {
    let query = if selector.is_empty() {
        format!("label_values({series},{label})")
    } else {
        format!("label_values({series}{{{selector}}},{label})")
    };
    json!({
        "allValue": all,
        "current": { "selected": true, "text": ["All"], "value": ["$__all"] },
        "datasource": prometheus(),
        "hide": 0,
        "includeAll": true,
        "label": title,
        "multi": true,
        "name": name,
        "query": { "qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery" },
        "refresh": ON_TIME_RANGE,
        "regex": "",
        "skipUrlSync": false,
        "sort": ALPHABETICAL,
        "type": "query",
    })
}
