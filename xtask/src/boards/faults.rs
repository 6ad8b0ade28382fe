//! What is wrong with the boards.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{Result, promql::Known};

use super::{
    board::{Board, COLUMNS, Place},
    expression::expand,
    link::{self, To},
    panel::{Kind, Panel},
};

#[cfg(test)]
mod tests;

/// Where the attributes of spans and the fields of lines are documented, which links search by.
const SPANS: [&str; 3] = [
    "layers/src/span/mod.rs",
    "layers/src/task/mod.rs",
    "layers/src/gen_ai/mod.rs",
];
const LINES: [&str; 3] = [
    "layers/src/log/mod.rs",
    "layers/src/task/mod.rs",
    "layers/src/gen_ai/mod.rs",
];

/// The faults of a board.
pub(super) fn of(board: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for panel in board.panels() {
        let mut found = of_panel(panel, board);
        if !ids.insert(panel.id()) {
            found.push("another panel of the board has its id, which is made of its title".into());
        }
        faults.extend(
            found
                .into_iter()
                .map(|fault| format!("board {}: {:?}: {fault}", board.name, panel.title)),
        );
    }
    faults.extend(
        of_places(&board.places())
            .into_iter()
            .map(|fault| format!("board {}: {fault}", board.name)),
    );
    faults.extend(
        of_choice(board)
            .into_iter()
            .map(|fault| format!("board {}: {fault}", board.name)),
    );
    faults
}

/// What is wrong with all of them together.
pub(super) fn of_all(boards: &[Board], root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let uids: BTreeSet<_> = boards.iter().map(Board::uid).collect();
    if uids.len() != boards.len() {
        faults.push("boards: two have one uid".into());
    }
    let (spans, lines) = (read(root, &SPANS)?, read(root, &LINES)?);
    for panel in boards.iter().flat_map(Board::panels) {
        for link in &panel.links {
            let unknown = match link.to {
                To::Tempo => link::attributes(link.query)
                    .into_iter()
                    .find(|name| !documented(&spans, name)),
                To::Loki => link::fields(link.query)
                    .into_iter()
                    .find(|name| !documented_as_field(&lines, name)),
            };
            faults.extend(unknown.map(|name| {
                format!(
                    "boards: {:?}: a link searches by {name:?}, which is documented nowhere",
                    panel.title
                )
            }));
        }
    }
    Ok(faults)
}

fn read(root: &Path, files: &[&str]) -> Result<String> {
    let texts: std::io::Result<Vec<_>> = files
        .iter()
        .map(|file| fs::read_to_string(root.join(file)))
        .collect();
    Ok(texts?.concat())
}

fn documented(text: &str, name: &str) -> bool {
    text.contains(&format!("`{name}`"))
}

/// Loki writes `_` for the dots of a field.
fn documented_as_field(text: &str, name: &str) -> bool {
    text.split('`')
        .skip(1)
        .step_by(2)
        .any(|word| word.replace('.', "_") == name)
}

fn of_panel(panel: &Panel, board: &Board) -> Vec<String> {
    let known = Known::catalogue();
    let mut faults = Vec::new();
    for (name, text) in [
        ("what it shows", panel.shows),
        ("what to look at next", panel.next),
    ] {
        if !text.ends_with(['.', '?']) {
            faults.push(format!("{name} is no sentence"));
        }
    }
    if panel.queries.is_empty() {
        faults.push("it asks nothing".into());
    }
    let mut metrics = BTreeSet::new();
    for query in &panel.queries {
        let expression = match expand(&query.expression) {
            Ok(expression) => expression,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let wrong = known.faults(&expression);
        faults.extend(wrong.iter().map(|fault| format!("{expression}: {fault}")));
        metrics.extend(known.metrics(&expression));
        faults.extend(of_variables(&expression, board));
        if panel.kind != Kind::Table {
            faults.extend(of_legend(query.legend, &known.labels(&expression)));
        }
        faults.extend(of_steps(panel, &expression));
        for label in link_labels(panel) {
            if !known.labels(&expression).contains(&label) {
                faults.push(format!(
                    "a link has the label `{label}`, which the series of {expression} have not"
                ));
            }
        }
    }
    if let Some(metric) = panel.unit.metric()
        && !metrics.contains(metric.name)
    {
        faults.push(format!(
            "its unit is that of {}, which it does not ask for",
            metric.name
        ));
    }
    faults
}

/// Variables that the board does not have, and what no variable chooses.
fn of_variables(expression: &str, board: &Board) -> Vec<String> {
    let used = variables(expression);
    let known: BTreeSet<_> = board.variables().collect();
    let mut faults: Vec<_> = used
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .map(|name| format!("{expression}: the board has no variable `{name}`"))
        .collect();
    if !used.contains("job") {
        faults.push(format!(
            "{expression}: it is not limited to the chosen jobs"
        ));
    }
    faults
}

/// The variables of an expression, Grafana's own aside.
fn variables(expression: &str) -> BTreeSet<String> {
    let after = expression.split('$').skip(1);
    let names = after.map(|text| {
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(text.len());
        text[..end].to_owned()
    });
    names.filter(|name| !name.starts_with("__")).collect()
}

fn of_legend(legend: &str, labels: &BTreeSet<String>) -> Vec<String> {
    if legend.is_empty() {
        return vec!["a query without a legend".into()];
    }
    let names = legend
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}"));
    names
        .filter(|(name, _)| !labels.contains(*name))
        .map(|(name, _)| format!("the legend has the label `{name}`, which the series have not"))
        .collect()
}

/// The labels of the series that a panel's links have.
fn link_labels(panel: &Panel) -> BTreeSet<String> {
    let rests = panel
        .links
        .iter()
        .flat_map(|link| link.query.split("${__field.labels.").skip(1));
    rests
        .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
        .collect()
}

/// A quantile is told between two edges of its histogram, so only an edge can be told from its neighbours; beyond the last
/// one nothing can.
fn of_steps(panel: &Panel, expression: &str) -> Vec<String> {
    if !expression.contains("histogram_quantile") {
        return Vec::new();
    }
    let Some(edges) = panel.unit.metric().and_then(|metric| metric.buckets) else {
        return Vec::new();
    };
    let inner = &edges[..edges.len().saturating_sub(1)];
    panel
        .steps
        .values()
        .filter(|value| !inner.contains(value))
        .map(|value| format!("its colour changes at {value}, which is no edge of its buckets but the last: {edges:?}"))
        .collect()
}

fn of_places(rows: &[(Place, Vec<Place>)]) -> Vec<String> {
    let places: Vec<_> = rows
        .iter()
        .flat_map(|(title, panels)| panels.iter().chain([title]))
        .collect();
    let mut faults = Vec::new();
    for (index, place) in places.iter().enumerate() {
        if place.x + place.width > COLUMNS || place.width == 0 || place.height == 0 {
            faults.push(format!("{place:?} is not on the grid of {COLUMNS} columns"));
        }
        if places[..index].iter().any(|other| place.overlaps(**other)) {
            faults.push(format!("{place:?} overlaps another one"));
        }
    }
    faults
}

/// The series that variables are read from exist, and have the label.
fn of_choice(board: &Board) -> Vec<String> {
    let known = Known::catalogue();
    let mut faults: Vec<String> = known
        .faults(board.source)
        .iter()
        .map(ToString::to_string)
        .collect();
    if let Some(choice) = board.choice {
        let selector = format!("{}{{{}=~\"a\"}}", choice.source, choice.label);
        faults.extend(
            known
                .faults(&format!("count({}) by ({})", choice.source, choice.label))
                .iter()
                .map(|fault| format!("{selector}: {fault}")),
        );
    }
    faults
}
