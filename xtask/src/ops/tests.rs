//! What the tests of all files need.

use std::{fs, path::PathBuf};

use super::document::Document;

pub(super) fn root() -> PathBuf {
    crate::root()
}

/// A committed file with a fault put in.
#[track_caller]
pub(super) fn altered(path: &str, old: &str, new: &str) -> Document {
    let text = fs::read_to_string(root().join(path)).expect("the file is there");
    assert!(text.contains(old), "{path} has no {old:?}");
    Document {
        path: path.to_owned(),
        value: yaml_serde::from_str(&text.replacen(old, new, 1)).expect("it is still YAML"),
    }
}
