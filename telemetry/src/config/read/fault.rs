//! What a reading refuses, and how it is told.

use std::fmt;

use serde::de;

use super::{
    near::near,
    node::{Node, Scalar, Value},
    path,
    place::place,
    shown::{MOST_SHOWN, shown},
};
use crate::config::{Config, ConfigFault, error::Place};

/// What is refused, and where.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) path: String,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    /// There is no such key; the path ends in it.
    Key {
        key: String,
        accepted: &'static [&'static str],
    },
    /// There is no such word in a closed list.
    Word { accepted: &'static [&'static str] },
    /// It is of another kind, or out of range.
    Kind { accepted: String },
    /// A key is missing that has no default.
    Missing { key: &'static str },
    /// The same key is there twice.
    Twice,
    /// A variable is not what it was taken for.
    Variable { problem: String },
    /// In the words of the type.
    Other { problem: String },
}

// === impl Refusal ===

impl Refusal {
    pub(super) fn kind(accepted: impl Into<String>) -> Self {
        Self::new(Problem::Kind {
            accepted: accepted.into(),
        })
    }

    pub(super) fn word(accepted: &'static [&'static str]) -> Self {
        Self::new(Problem::Word { accepted })
    }

    pub(super) fn twice(path: String) -> Self {
        Self {
            path,
            problem: Problem::Twice,
        }
    }

    pub(super) fn variable(path: &str, problem: String) -> Self {
        Self {
            path: path.to_owned(),
            problem: Problem::Variable { problem },
        }
    }

    /// The first one of the two is read all the same.
    pub(super) fn is_twice(&self) -> bool {
        matches!(self.problem, Problem::Twice)
    }

    fn new(problem: Problem) -> Self {
        Self {
            path: String::new(),
            problem,
        }
    }

    /// It was found within this key or index.
    pub(super) fn within(self, outer: &str) -> Self {
        Self {
            path: path::joined(outer, &self.path),
            ..self
        }
    }

    /// As it is told to who wrote the text. Of what was given the file's words are told, variables by their names;
    /// of headers nothing is.
    pub(super) fn fault(&self, text: &str, document: &Node) -> ConfigFault {
        let Self { path, problem } = self;
        let secret = path::is_secret(path);
        let given = || match document.find(path) {
            Some(Node::Scalar(_)) if secret => "what is given".to_owned(),
            Some(node) => node.shown(),
            None => "nothing".to_owned(),
        };
        let told = match problem {
            Problem::Key { key, accepted } => {
                let section = path.strip_suffix(key.as_str()).unwrap_or(path);
                unknown_key(section.trim_end_matches('.'), key, accepted)
            }
            Problem::Word { accepted } => {
                let word = match document.find(path) {
                    Some(Node::Scalar(Scalar { text, .. })) => near(text, accepted.iter().copied()),
                    _ => None,
                };
                let meant = word
                    .map(|word| format!("did you mean `{word}`? "))
                    .unwrap_or_default();
                format!(
                    "{} is refused: {meant}accepted are {}",
                    given(),
                    listed(accepted)
                )
            }
            Problem::Kind { accepted } => format!("{} is refused: {accepted} is accepted", given()),
            Problem::Missing { key } => format!("`{key}` is missing, and has no default"),
            Problem::Twice => "the key is there twice, and one of them would be lost".to_owned(),
            Problem::Variable { problem } => problem.clone(),
            Problem::Other { .. } if secret => "what is given is refused".to_owned(),
            Problem::Other { problem } => problem.clone(),
        };
        let place = match problem {
            Problem::Twice => super::place::exact(text, path, 1),
            _ => place(text, path),
        };
        ConfigFault::new(path, told).at(place)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.path, self.problem)
    }
}

impl std::error::Error for Refusal {}

impl de::Error for Refusal {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self::new(Problem::Other {
            problem: problem.to_string(),
        })
    }

    fn invalid_type(_: de::Unexpected<'_>, accepted: &dyn de::Expected) -> Self {
        Self::kind(accepted.to_string())
    }

    fn invalid_value(_: de::Unexpected<'_>, accepted: &dyn de::Expected) -> Self {
        Self::kind(accepted.to_string())
    }

    fn unknown_variant(_: &str, accepted: &'static [&'static str]) -> Self {
        Self::word(accepted)
    }

    fn unknown_field(key: &str, accepted: &'static [&'static str]) -> Self {
        let key = key.to_owned();
        Self::new(Problem::Key { key, accepted })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(Problem::Missing { key })
    }
}

// === impl Node ===

impl Node {
    /// How it is named in a fault. What is in lists and sections is not shown.
    fn shown(&self) -> String {
        match self {
            Self::Scalar(Scalar {
                written: Some(written),
                ..
            }) => format!("`{}`", shown(written, MOST_SHOWN)),
            Self::Scalar(Scalar {
                value: Value::Null, ..
            }) => "nothing".to_owned(),
            Self::Scalar(Scalar {
                value: Value::Text,
                text,
                ..
            }) => format!("\"{}\"", shown(text, MOST_SHOWN)),
            Self::Scalar(Scalar { text, .. }) => format!("`{}`", shown(text, MOST_SHOWN)),
            Self::List(_) => "a list".to_owned(),
            Self::Section(_) => "a section".to_owned(),
        }
    }
}

/// What the parser says of a text that is no YAML, or none that is accepted.
pub(super) fn syntax(error: &yaml_serde::Error, text: &str) -> ConfigFault {
    let hint = error
        .location()
        .map_or("", |location| hint(text, location.line()));
    let place = error.location().map(|location| Place {
        line: location.line(),
        column: location.column(),
    });
    let told = error.to_string();
    let known = [
        (
            "recursion limit",
            "sections and lists are within each other more than 128 times",
        ),
        (
            "repetition limit",
            "the document grows too large, by aliases that repeat what they name",
        ),
        (
            "invalid type: enum",
            "a tag is refused: a value without one is accepted",
        ),
        (
            "expected a string",
            "a section or a list is refused as a key: a text is accepted",
        ),
    ];
    let known = known.iter().find(|(theirs, _)| told.contains(theirs));
    let problem = match (known, place) {
        (Some((_, ours)), _) => (*ours).to_owned(),
        // The place stands in front of the fault.
        (None, Some(Place { line, column })) => {
            let problem = told.replace(&format!(" at line {line} column {column}"), "");
            format!("this is no YAML: {}", shown(&problem, MOST_SHOWN * 2)) + hint
        }
        (None, None) => format!("this is no YAML: {}", shown(&told, MOST_SHOWN * 2)),
    };
    ConfigFault::new("", problem).at(place)
}

/// What is often meant by a line that is no YAML: a variable within braces or brackets, which has braces of its own.
fn hint(text: &str, line: usize) -> &'static str {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let is_within = line
        .match_indices("${")
        .any(|(at, _)| line[..at].contains(['{', '[']) && !line[..at].ends_with(['"', '\'']));
    if is_within {
        "; within `{ }` and `[ ]` write a variable in quotes, as \"${NAME}\""
    } else {
        ""
    }
}

fn unknown_key(section: &str, key: &str, accepted: &[&str]) -> String {
    let meant = near(key, accepted.iter().copied()).map(str::to_owned);
    let meant = match meant.or_else(|| elsewhere(key)) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None => ".".to_owned(),
    };
    let accepted = listed(accepted);
    match section {
        "" => format!("there is no such section{meant} Sections are {accepted}"),
        section => format!("there is no such key{meant} `{section}` has {accepted}"),
    }
}

/// The path of a key of this name in another section.
fn elsewhere(key: &str) -> Option<String> {
    fn find(value: &serde_json::Value, path: &str, key: &str) -> Option<String> {
        let section = value.as_object()?;
        if !path.is_empty() && section.contains_key(key) {
            return Some(path::joined(path, key));
        }
        section
            .iter()
            .find_map(|(name, value)| find(value, &path::joined(path, name), key))
    }
    find(&serde_json::to_value(Config::default()).ok()?, "", key)
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
