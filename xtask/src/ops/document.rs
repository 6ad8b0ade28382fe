//! A file of YAML, and ways into it.

use std::{fs, path::Path};

use yaml_serde::Value;

use crate::Result;

/// A file of YAML.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) path: String,
    pub(super) value: Value,
}

// === impl Document ===

impl Document {
    pub(super) fn read(root: &Path, path: &str) -> Result<Self> {
        let text =
            fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
        let value = yaml_serde::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        Ok(Self {
            path: path.to_owned(),
            value,
        })
    }

    /// What is at a place, such as `spec.template.spec`.
    pub(super) fn at(&self, place: &str) -> &Value {
        at(&self.value, place)
    }

    /// A fault of this file.
    pub(super) fn fault(&self, what: impl std::fmt::Display) -> String {
        format!("{}: {what}", self.path)
    }
}

/// What is at a place; null if there is nothing.
pub(super) fn at<'a>(value: &'a Value, place: &str) -> &'a Value {
    let mut here = value;
    for key in place.split('.') {
        let next = match key.parse::<usize>() {
            Ok(index) => here.get(index),
            Err(_) => here.get(key),
        };
        let Some(next) = next else {
            return &Value::Null;
        };
        here = next;
    }
    here
}

/// The items of a list; none if it is no list.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_sequence().into_iter().flatten()
}

/// The texts of a list.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    items(value).filter_map(Value::as_str)
}

/// The keys of a mapping, and what is under each.
pub(super) fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let mapping = value.as_mapping().into_iter().flatten();
    mapping.filter_map(|(key, value)| Some((key.as_str()?, value)))
}

/// A text; empty if it is none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
