//! Whether the code and the catalogue name the same metrics.
//!
//! The code is read as text: a metric is a `pub const NAME: Metric` of the catalogue and the files
//! under it, and is used as
//! `catalog::NAME` or, after an import, by its name.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{Result, files};

/// Rows that are not in `ALL`, rows that no code uses, and metrics that are made outside of the
/// catalogue.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let source = root.join("layers/src");
    let (catalogue, rows) = (source.join("catalog.rs"), source.join("catalog"));
    let mut code = Vec::new();
    let mut table = String::new();
    let mut files = files::rust_under(&source)?;
    files.extend(files::rust_under(&root.join("telemetry/src"))?);
    for path in files {
        let is_test = path.components().any(|part| part.as_os_str() == "tests")
            || path.file_stem().is_some_and(|name| name == "tests");
        if path == catalogue || path.starts_with(&rows) {
            table.push_str(&fs::read_to_string(&path)?);
        } else if !is_test {
            let shown = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            code.push((shown, fs::read_to_string(&path)?));
        }
    }
    Ok(compare(&table, &code))
}

fn compare(catalogue: &str, code: &[(String, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    let all = all(catalogue);
    let metrics: Vec<_> = constants(catalogue).collect();
    if metrics.is_empty() || all.is_empty() {
        faults.push("layers/src/catalog.rs: no metrics, or no `ALL`, are found in it".to_owned());
    }
    for metric in &metrics {
        if !all.contains(metric) {
            faults.push(format!("layers/src/catalog.rs: {metric} is not in `ALL`"));
        }
        if !code
            .iter()
            .any(|(_, text)| words(text).any(|word| word == *metric))
        {
            faults.push(format!("layers/src/catalog.rs: no code records {metric}"));
        }
    }
    for (path, text) in code {
        // A signature or a pattern has the name too, but never its fields' `name:`.
        if text
            .split("Metric {")
            .skip(1)
            .any(|rest| rest.trim_start().starts_with("name:"))
        {
            faults.push(format!("{path}: a metric that is not in the catalogue"));
        }
    }
    faults
}

/// The names of the catalogue's metrics.
fn constants(catalogue: &str) -> impl Iterator<Item = &str> {
    catalogue.lines().filter_map(|line| {
        let (name, kind) = line.strip_prefix("pub const ")?.split_once(": ")?;
        kind.starts_with("Metric ").then_some(name)
    })
}

/// The names within `ALL`.
fn all(catalogue: &str) -> BTreeSet<&str> {
    let list = catalogue
        .split_once("pub const ALL:")
        .map_or("", |(_, rest)| rest);
    let list = list.split_once("= &[").map_or("", |(_, rest)| rest);
    let list = list.split_once("];").map_or("", |(list, _)| list);
    words(list).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOGUE: &str = "\
pub const METHOD: Label = label(\"method\");
pub const DURATION: Metric = Metric {
    name: \"duration_seconds\",
};
pub const SIZE: Metric = Metric {
    name: \"size_bytes\",
};
pub const ALL: &[&Metric] = &[
    &DURATION,
    &SIZE,
];
";

    fn faults_of(catalogue: &str, code: &str) -> Vec<String> {
        compare(catalogue, &[("http.rs".into(), code.into())])
    }

    #[test]
    fn all_rows_that_are_used_are_fine() {
        let code = "Family::new(meter, &catalog::DURATION); use catalog::{SIZE, METHOD};";
        assert_eq!(faults_of(CATALOGUE, code), Vec::<String>::new());
    }

    #[test]
    fn a_row_outside_of_all_is_found() {
        let catalogue = CATALOGUE.replace("    &SIZE,\n", "");
        let faults = faults_of(&catalogue, "DURATION, SIZE");
        assert_eq!(faults, ["layers/src/catalog.rs: SIZE is not in `ALL`"]);
    }

    #[test]
    fn a_row_that_no_code_records_is_found() {
        let faults = faults_of(CATALOGUE, "catalog::DURATION, catalog::SIZES");
        assert_eq!(faults, ["layers/src/catalog.rs: no code records SIZE"]);
    }

    #[test]
    fn a_metric_of_the_codes_own_is_found() {
        let code = "DURATION SIZE fn f(m: &Metric) {} Metric {\n    name: \"mine\" }";
        assert_eq!(
            faults_of(CATALOGUE, code),
            ["http.rs: a metric that is not in the catalogue"]
        );
    }
}
