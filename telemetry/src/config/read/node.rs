//! A document as a tree.

use std::collections::{BTreeMap, BTreeSet};

use super::{fault::Refusal, path};

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Scalar(Scalar),
    List(Vec<Self>),
    /// In the order of the text; a key may be there twice.
    Section(Vec<(String, Self)>),
}

/// A value that has no parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    pub(super) value: Value,
    /// As it is written, without quotes.
    pub(super) text: String,
    /// As it was written, before variables were put in.
    pub(super) written: Option<String>,
}

/// What YAML takes a scalar for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text,
}

// === impl Node ===

impl Node {
    /// The part with a path, or the first one if there are several.
    pub(super) fn find(&self, path: &str) -> Option<&Self> {
        if path.is_empty() {
            return Some(self);
        }
        match self {
            Self::Scalar(_) => None,
            Self::List(items) => {
                let (index, rest) = path::index(path)?;
                items.get(index)?.find(rest)
            }
            Self::Section(entries) => entries.iter().find_map(|(key, node)| {
                let rest = path::after(path, key)?;
                node.find(rest)
            }),
        }
    }

    /// Takes out what has a path; of a list all of it, so that the others keep their places. Whether there was
    /// something.
    pub(super) fn cut(&mut self, path: &str) -> bool {
        let Self::Section(entries) = self else {
            return false;
        };
        let mut cut = false;
        entries.retain_mut(|(key, node)| match path::after(path, key) {
            _ if cut => true,
            None => true,
            Some("") => {
                cut = true;
                false
            }
            Some(rest) if rest.starts_with('[') => {
                cut = node.find(rest).is_some();
                !cut
            }
            Some(rest) => {
                cut = node.cut(rest);
                true
            }
        });
        cut
    }

    /// The keys that are there again, by their paths.
    pub(super) fn duplicates(&self) -> Vec<Refusal> {
        let mut found = Vec::new();
        self.duplicates_within("", &mut found);
        found
    }

    fn duplicates_within(&self, path: &str, found: &mut Vec<Refusal>) {
        match self {
            Self::Scalar(_) => {}
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.duplicates_within(&format!("{path}[{index}]"), found);
                }
            }
            Self::Section(entries) => {
                let mut seen = BTreeMap::new();
                for (key, node) in entries {
                    let path = path::joined(path, key);
                    let times = seen.entry(key).or_insert(0);
                    *times += 1;
                    // One word of it is enough.
                    if *times == 2 {
                        found.push(Refusal::twice(path.clone()));
                    }
                    node.duplicates_within(&path, found);
                }
            }
        }
    }

    /// Leaves the first one of keys that are there twice.
    pub(super) fn without_duplicates(&mut self) {
        match self {
            Self::Scalar(_) => {}
            Self::List(items) => items.iter_mut().for_each(Self::without_duplicates),
            Self::Section(entries) => {
                let mut seen = BTreeSet::new();
                entries.retain(|(key, _)| seen.insert(key.clone()));
                for (_, node) in entries {
                    node.without_duplicates();
                }
            }
        }
    }

    /// Calls `visit` with each scalar and its path.
    pub(super) fn scalars(&mut self, path: &str, visit: &mut dyn FnMut(&str, &mut Scalar)) {
        match self {
            Self::Scalar(scalar) => visit(path, scalar),
            Self::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    item.scalars(&format!("{path}[{index}]"), visit);
                }
            }
            Self::Section(entries) => {
                for (key, node) in entries {
                    node.scalars(&path::joined(path, key), visit);
                }
            }
        }
    }
}
