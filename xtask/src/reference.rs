//! The tables of metrics, labels, spans and lines in `docs/operations.md`: from the catalogue, and from the tables in the
//! docs of the modules that write them.

use std::{collections::BTreeMap, fs, path::Path};

use bartizan::catalog;

use crate::{Result, markers, readme};

const FILE: &str = "docs/operations.md";
const BEGIN: &str = "<!-- reference:begin -->";
const END: &str = "<!-- reference:end -->";

/// A chapter that is made of tables in the docs of a module.
#[derive(Debug)]
struct Chapter {
    title: &'static str,
    about: &'static str,
    source: &'static str,
    /// What the first cells of the tables' heads are.
    tables: &'static [&'static str],
}

const CHAPTERS: [Chapter; 2] = [
    Chapter {
        title: "Spans",
        about: "One for each request, and for each call of gRPC. Jobs and calls to models have spans, too: see [jobs](../layers/src/task/mod.rs) and \
                [models](../layers/src/gen_ai/mod.rs).",
        source: "layers/src/span/mod.rs",
        tables: &["attribute", "attribute of a call", "attribute, event"],
    },
    Chapter {
        title: "Lines of the log",
        about: "One for each request, two for each event stream. Each is a `tracing` event, whose fields a subscriber writes.",
        source: "layers/src/log/mod.rs",
        tables: &["target", "outcome", "field"],
    },
];

/// Writes the tables.
pub(crate) fn generate(root: &Path) -> Result<()> {
    let (old, new) = texts(root)?;
    if old != new {
        fs::write(root.join(FILE), new)?;
        println!("{FILE}: written");
    }
    Ok(())
}

/// Whether they are as they would be written.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let (old, new) = texts(root)?;
    let stale = (old != new).then(|| {
        format!("{FILE}: its tables are not what the code says; run `cargo xtask generate`")
    });
    Ok(stale.into_iter().collect())
}

/// The file, as it is and as it should be.
fn texts(root: &Path) -> Result<(String, String)> {
    let read = |path: &str| {
        fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
    };
    let mut reference = format!(
        "### Metrics\n\n{}\n### Labels\n\n{}",
        readme::table(),
        labels()
    );
    for chapter in &CHAPTERS {
        reference.push_str(&chapter.text(&read(chapter.source)?)?);
    }
    let old = read(FILE)?;
    let new = markers::replace(&old, &reference, BEGIN, END);
    let new = new.map_err(|fault| format!("{FILE}: {fault}"))?;
    Ok((old, new))
}

/// What bounds each label's values; a name may stand for several labels.
fn labels() -> String {
    let mut labels = BTreeMap::<_, Vec<_>>::new();
    for label in catalog::ALL.iter().flat_map(|metric| metric.labels) {
        let bounds = labels.entry(label.name).or_default();
        if !bounds.contains(&label.bound) {
            bounds.push(label.bound);
        }
    }
    let rows = labels
        .iter()
        .map(|(name, bounds)| format!("| `{name}` | {} |\n", bounds.join("; or ")));
    ["| label | its values |\n|---|---|\n".to_owned()]
        .into_iter()
        .chain(rows)
        .collect()
}

// === impl Chapter ===

impl Chapter {
    fn text(&self, source: &str) -> Result<String, String> {
        let Self {
            title,
            about,
            source: path,
            tables,
        } = self;
        let mut text = format!("\n### {title}\n\n{about}\n");
        for head in *tables {
            let table = table(source, head)
                .ok_or_else(|| format!("{path}: no table whose first head is {head:?}"))?;
            text.push('\n');
            text.push_str(&table);
        }
        Ok(text)
    }
}

/// The table in a module's docs whose first head is this, without links: what these point to is code.
fn table(source: &str, head: &str) -> Option<String> {
    let start = format!("//! | {head} |");
    let lines = source.lines().skip_while(|line| !line.starts_with(&start));
    let rows = lines.map_while(|line| line.strip_prefix("//! ").filter(|row| row.starts_with('|')));
    let table: String = rows.map(|row| without_links(row) + "\n").collect();
    (!table.is_empty()).then_some(table)
}

/// `[text](target)` becomes `text`.
fn without_links(row: &str) -> String {
    let mut text = String::with_capacity(row.len());
    let mut rest = row;
    while let Some((before, link)) = rest.split_once('[') {
        let parts = link
            .split_once("](")
            .and_then(|(shown, after)| Some((shown, after.split_once(')')?.1)));
        text.push_str(before);
        match parts {
            Some((shown, after)) if !shown.contains('[') => {
                text.push_str(shown);
                rest = after;
            }
            _ => {
                text.push('[');
                rest = link;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_by_its_head() {
        let source = "//! | a | b |\n//! |---|---|\n//! | x | y |\n//!\n//! | c |\n";
        assert_eq!(
            table(source, "a").as_deref(),
            Some("| a | b |\n|---|---|\n| x | y |\n")
        );
        assert_eq!(table(source, "c").as_deref(), Some("| c |\n"));
        assert_eq!(table(source, "b"), None);
    }

    #[test]
    fn links_become_their_text() {
        assert_eq!(without_links("| [a](b::c) or [`d`](e) |"), "| a or `d` |");
        for text in ["| [a] |", "| a](b) |", "[", "| a [b |"] {
            assert_eq!(without_links(text), text);
        }
    }
}
