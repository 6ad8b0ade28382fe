//! The table of metrics in the READMEs, between two markers.

use std::{fs, path::Path};

use bartizan::catalog::{self, Label, Metric};

use crate::{Result, markers};

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
        let new = markers::replace(&old, &table(), BEGIN, END)
            .map_err(|fault| format!("{path}: {fault}"))?;
        texts.push((path, old, new));
    }
    Ok(texts)
}

pub(crate) fn table() -> String {
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
pub(crate) fn difference(old: &str, new: &str) -> String {
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
