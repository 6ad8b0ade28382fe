//! `configs/bartizan.example.yaml` against the types, both ways.

use std::{collections::BTreeMap, error::Error};

use bartizan_telemetry::Config;
use serde_json::Value;

const EXAMPLE: &str = include_str!("../../configs/bartizan.example.yaml");

/// Its default is another one for each program, so the file shows an example alone.
const WITHOUT_DEFAULT: &str = "resource.service_name";

#[test]
fn the_example_is_the_default() -> Result<(), Box<dyn Error>> {
    assert_eq!(Config::from_yaml(EXAMPLE)?, Config::default());
    Ok(())
}

#[test]
fn the_example_has_every_field_and_no_other() -> Result<(), Box<dyn Error>> {
    let mut types = flat(serde_json::to_value(Config::default())?);
    assert!(types.remove(WITHOUT_DEFAULT).is_some());
    let file = flat(yaml_serde::from_str(EXAMPLE)?);
    let differences: Vec<_> = types
        .iter()
        .filter(|(path, value)| file.get(*path) != Some(value))
        .map(|(path, value)| (path, Some(value), file.get(path)))
        .chain(
            file.iter()
                .filter(|(path, _)| !types.contains_key(*path))
                .map(|(path, value)| (path, None, Some(value))),
        )
        .collect();
    assert!(differences.is_empty(), "{differences:#?}");
    Ok(())
}

#[test]
fn all_examples_together_are_accepted_and_none_is_the_default() -> Result<(), Box<dyn Error>> {
    let (text, shown) = with_examples(EXAMPLE);
    let config = Config::from_yaml(&text)?;
    let types = flat(serde_json::to_value(Config::default())?);
    let changed = flat(serde_json::to_value(&config)?);
    let differing = changed
        .iter()
        .filter(|(path, value)| types.get(*path) != Some(value));
    let differing: Vec<&str> = differing.map(|(path, _)| path.as_str()).collect();
    for path in &shown {
        assert!(
            differing
                .iter()
                .any(|other| other.starts_with(path.as_str())),
            "{path} is as it is by default"
        );
    }
    // Whatever may be null has an example.
    let shown_all = types.iter().filter(|(_, value)| value.is_null());
    for (path, _) in shown_all {
        assert!(shown.contains(path), "{path} has no example");
    }
    Ok(())
}

/// The text with each example in the place of the default before it, and their paths.
fn with_examples(text: &str) -> (String, Vec<String>) {
    let mut lines: Vec<String> = Vec::new();
    let mut shown = Vec::new();
    let mut sections: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let example = bare
            .strip_prefix('#')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        let entry = example.unwrap_or(bare);
        let key = entry.split(':').next().unwrap_or_default().to_owned();
        if example.is_some() {
            let default = lines.iter().rposition(|line| {
                line.len() - line.trim_start().len() == indent
                    && line.trim_start().split(':').next() == Some(&key)
            });
            // The one before it, but for prose in between.
            if let Some(default) = default
                && lines[default + 1..]
                    .iter()
                    .all(|line| line.trim_start().starts_with('#'))
            {
                lines.remove(default);
            }
            let path = sections.iter().filter(|(outer, _)| *outer < indent);
            let path = path.map(|(_, key)| key.as_str()).chain([key.as_str()]);
            shown.push(path.collect::<Vec<_>>().join("."));
            lines.push(format!("{}{entry}", " ".repeat(indent)));
            continue;
        }
        if !bare.starts_with('#') && !bare.is_empty() {
            sections.retain(|(outer, _)| *outer < indent);
            sections.push((indent, key));
        }
        lines.push(line.to_owned());
    }
    (lines.join("\n"), shown)
}

/// The values by their paths.
fn flat(value: Value) -> BTreeMap<String, Value> {
    fn put(path: &str, value: Value, into: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(section) if !section.is_empty() => {
                for (key, value) in section {
                    let path = if path.is_empty() {
                        key
                    } else {
                        format!("{path}.{key}")
                    };
                    put(&path, value, into);
                }
            }
            value => {
                into.insert(path.to_owned(), value);
            }
        }
    }
    let mut all = BTreeMap::new();
    put("", value, &mut all);
    all
}
