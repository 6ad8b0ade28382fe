//! The table of metrics in the READMEs, between two markers.

use std::{fs, path::Path};

use bartizan::catalog::{self, Label, Metric};

use crate::Result;

const BEGIN: &str = "<!-- metrics:begin -->";
const END: &str = "<!-- metrics:end -->";

/// The READMEs that have the table; the first must be there.
const FILES: [&str; 2] = ["README.md", "layers/README.md"];

/// Writes the tables.
pub(crate) fn generate(root: &Path) -> Result<()> {
    for (path, old, new) in texts(root)? {
        if old != new {
            fs::write(root.join(path), new)?;
            println!("{path}: written");
        }
    }
    Ok(())
}

/// The difference, for each README that is not as it would be written.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let stale = texts(root)?.into_iter().filter(|(_, old, new)| old != new);
    Ok(stale
        .map(|(path, old, new)| {
            let difference = difference(&old, &new);
            format!("{path}: not what the catalogue says; run `cargo xtask generate`\n{difference}")
        })
        .collect())
}

/// Each README, as it is and as it should be.
fn texts(root: &Path) -> Result<Vec<(&'static str, String, String)>> {
    let mut texts = Vec::new();
    for (index, path) in FILES.into_iter().enumerate() {
        let file = root.join(path);
        if index > 0 && !file.exists() {
            continue;
        }
        let old = fs::read_to_string(file).map_err(|error| {
            format!("{path}: {error}; it is expected to have the lines {BEGIN} and {END}")
        })?;
        let new = replace(&old, &table()).map_err(|fault| format!("{path}: {fault}"))?;
        texts.push((path, old, new));
    }
    Ok(texts)
}

/// Puts the table between the markers.
fn replace(text: &str, table: &str) -> Result<String, String> {
    let fault = || format!("it needs the lines {BEGIN} and {END}, once each and in this order");
    let (before, rest) = text.split_once(BEGIN).ok_or_else(fault)?;
    let (between, after) = rest.split_once(END).ok_or_else(fault)?;
    if [before, between, after]
        .iter()
        .any(|part| part.contains(BEGIN) || part.contains(END))
    {
        return Err(fault());
    }
    Ok(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

fn table() -> String {
    let head = "| metric | kind, unit | labels | recorded |\n|---|---|---|---|\n".to_owned();
    [head]
        .into_iter()
        .chain(catalog::ALL.iter().map(|metric| row(metric)))
        .collect()
}

fn row(metric: &Metric) -> String {
    let Metric {
        name,
        kind,
        unit,
        labels,
        recorded,
        ..
    } = metric;
    let (asked, given): (Vec<&Label>, Vec<_>) = labels.iter().partition(|label| label.opt_in);
    let mut cell = list(&given);
    if !asked.is_empty() {
        cell = format!("{cell}; on request {}", list(&asked));
    }
    format!(
        "| `{name}` | {}, `{unit}` | {cell} | {recorded} |\n",
        kind.as_str()
    )
}

fn list(labels: &[&Label]) -> String {
    let names: Vec<_> = labels
        .iter()
        .map(|label| format!("`{}`", label.name))
        .collect();
    names.join(", ")
}

/// The lines that differ, without those that both begin and end with.
fn difference(old: &str, new: &str) -> String {
    let (mut old, mut new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    while old.last().is_some() && old.last() == new.last() {
        old.pop();
        new.pop();
    }
    let same = old
        .iter()
        .zip(&new)
        .take_while(|(old, new)| old == new)
        .count();
    let removed = old[same..].iter().map(|line| format!("-{line}\n"));
    let added = new[same..].iter().map(|line| format!("+{line}\n"));
    removed.chain(added).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_replaces_what_is_between_the_markers() {
        let text = format!("# A\n{BEGIN}\nold\n{END}\nB\n");
        let new = replace(&text, "| new |\n").unwrap();
        assert_eq!(new, format!("# A\n{BEGIN}\n| new |\n{END}\nB\n"));
        assert_eq!(replace(&new, "| new |\n").unwrap(), new);
    }

    #[test]
    fn missing_doubled_and_swapped_markers_are_refused() {
        for text in [
            "none".to_owned(),
            BEGIN.to_owned(),
            format!("{END}\n{BEGIN}"),
            format!("{BEGIN}{END}{BEGIN}{END}"),
        ] {
            assert!(replace(&text, "").is_err(), "{text}");
        }
    }

    #[test]
    fn a_difference_shows_the_changed_lines_alone() {
        assert_eq!(difference("a\nb\nc\nd", "a\nx\nc\nd"), "-b\n+x\n");
        assert_eq!(difference("a\nc", "a\nb\nc"), "+b\n");
    }

    #[test]
    fn every_metric_has_a_row() {
        let table = table();
        assert_eq!(table.lines().count(), 2 + catalog::ALL.len());
        for metric in catalog::ALL {
            assert!(table.contains(&format!("| `{}` |", metric.name)), "{table}");
        }
    }
}
