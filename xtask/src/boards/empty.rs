//! The panels that the demo has nothing for: a test that runs every panel's expressions on what the demo emits reads them.

use serde_json::json;

use super::{board::Board, json::sorted};

pub(super) const FILE: &str = "ops/grafana/empty-in-demo.json";

/// The list: a board's name, a panel's title, and why there is nothing.
pub(super) fn text(boards: &[Board]) -> String {
    let panels = boards.iter().flat_map(|board| {
        board.panels().filter_map(|panel| {
            let reason = panel.empty_in_demo?;
            Some(sorted(
                json!({ "board": board.name, "panel": panel.title, "reason": reason }),
            ))
        })
    });
    format!("{:#}\n", json!(panels.collect::<Vec<_>>()))
}
