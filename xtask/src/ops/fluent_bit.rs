//! Fluent Bit: fields that lines have, and labels that have few values.

use std::{fs, path::Path};

use crate::Result;

use super::document::{Document, at, items, text};

pub(super) const FILE: &str = "ops/fluent-bit/fluent-bit.yaml";

/// Where the fields of lines are documented.
const LINES: &str = "layers/src/log/mod.rs";
/// What a subscriber adds to each line, all with few values.
const FEW: [&str; 2] = ["level", "target"];

pub(super) fn faults(file: &Document, root: &Path) -> Result<Vec<String>> {
    let lines = fs::read_to_string(root.join(LINES))?;
    let mut faults = Vec::new();
    for output in items(file.at("pipeline.outputs")) {
        for field in fields(at(output, "labels")) {
            if !FEW.contains(&field) {
                faults.push(file.fault(format!(
                    "`{field}` is a label, and none of {FEW:?}, which have few values"
                )));
            }
        }
        for field in fields(at(output, "structured_metadata")) {
            if !lines.contains(&format!("`{field}`")) {
                faults.push(file.fault(format!("no line is documented to have `{field}`")));
            }
        }
    }
    let parsers: Vec<_> = items(file.at("parsers"))
        .map(|parser| text(at(parser, "name")))
        .collect();
    for input in items(file.at("pipeline.inputs")) {
        let (parser, tag) = (text(at(input, "parser")), text(at(input, "tag")));
        if !parsers.contains(&parser) {
            faults.push(file.fault(format!("the parser {parser} is not defined")));
        }
        if items(file.at("pipeline.outputs")).all(|output| text(at(output, "match")) != tag) {
            faults.push(file.fault(format!("no output takes what has the tag {tag}")));
        }
    }
    Ok(faults)
}

/// The fields that a list of `name=$field` reads.
fn fields(list: &yaml_serde::Value) -> Vec<&str> {
    let parts = text(list).split(", ");
    // `${NAME}` is of the environment, and the same for all lines.
    let fields = parts.filter_map(|part| part.split_once("=$"));
    fields
        .map(|(_, field)| field)
        .filter(|field| !field.starts_with('{'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{altered, root};
    use super::*;

    #[track_caller]
    fn found(old: &str, new: &str, why: &str) {
        let faults = faults(&altered(FILE, old, new), &root())
            .expect("the source is there")
            .join("\n");
        assert!(faults.contains(why), "{faults:?} has no {why:?}");
    }

    #[test]
    fn each_fault_is_found() {
        found(
            "level=$level,",
            "trace_id=$trace_id,",
            "`trace_id` is a label",
        );
        found(
            "span_id=$span_id",
            "span=$span",
            "no line is documented to have `span`",
        );
        found(
            "parser: bartizan",
            "parser: json",
            "the parser json is not defined",
        );
        found(
            "match: bartizan",
            "match: app",
            "no output takes what has the tag bartizan",
        );
    }
}
