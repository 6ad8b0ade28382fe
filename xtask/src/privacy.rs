//! The table of what is read of a browser's report, and what is kept of it, made of the parser's own rows.

use std::{fs, path::Path};

use bartizan::vitals::{FIELDS, Field, Handling};

use crate::Result;

/// What the documentation of the module includes.
const FILE: &str = "layers/src/vitals/privacy.md";

/// Writes the table.
pub(crate) fn generate(root: &Path) -> Result<()> {
    let (file, table) = (root.join(FILE), table());
    if fs::read_to_string(&file).ok().as_ref() != Some(&table) {
        fs::write(file, table)?;
        println!("{FILE}: written");
    }
    Ok(())
}

/// That the table is not as it would be written.
pub(crate) fn faults(root: &Path) -> Vec<String> {
    let written = fs::read_to_string(root.join(FILE)).unwrap_or_default();
    stale(&written).into_iter().collect()
}

fn stale(written: &str) -> Option<String> {
    let fault = format!("{FILE}: not what the parser's fields say; run `cargo xtask generate`");
    (written != table()).then_some(fault)
}

fn table() -> String {
    let head = "| field | needed | accepted | kept |\n|---|---|---|---|\n".to_owned();
    let (dropped, read): (Vec<&Field>, Vec<_>) = FIELDS
        .iter()
        .partition(|field| field.handling == Handling::Dropped);
    let rows = read.iter().map(|field| {
        let needed = if field.is_needed() { "yes" } else { "" };
        row(&format!("`{}`", field.name), needed, field)
    });
    let names: Vec<_> = dropped
        .iter()
        .map(|field| format!("`{}`", field.name))
        .collect();
    let last = dropped
        .first()
        .map(|field| row(&names.join(", "), "", field));
    [head].into_iter().chain(rows).chain(last).collect()
}

fn row(names: &str, needed: &str, field: &Field) -> String {
    format!(
        "| {names} | {needed} | {} | {} |\n",
        field.accepted, field.kept
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_in_the_table_once() {
        let table = table();
        for field in FIELDS {
            let cell = format!("`{}`", field.name);
            let cells = table.lines().filter_map(|line| line.split(" | ").next());
            let found = cells.filter(|names| names.contains(&cell)).count();
            assert_eq!(found, 1, "{cell}: {table}");
        }
    }

    #[test]
    fn what_is_dropped_has_one_row_of_one_text() {
        let mut dropped = FIELDS
            .iter()
            .filter(|field| field.handling == Handling::Dropped);
        let first = dropped.next().expect("something is dropped");
        assert!(dropped.all(|it| (it.accepted, it.kept) == (first.accepted, first.kept)));
    }

    #[test]
    fn a_table_that_is_old_is_found() {
        assert_eq!(stale(&table()), None);
        let old = table().replacen("yes", "no", 1);
        assert!(stale(&old).is_some_and(|fault| fault.contains("cargo xtask generate")));
    }
}
