//! Why rules are refused.

use super::{MAX_LABEL, MAX_SEGMENT, glob::Glob};
use crate::TemplateError;
use std::fmt;

/// Why [`Rules::new`](super::Rules::new) refuses a rule: which one, which field of it, what was found there and what
/// is accepted. Positions count from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}, `{field}`: {problem}")]
pub struct RuleError {
    rule: Which,
    field: &'static str,
    problem: RuleProblem,
}

/// What is wrong with a field of a rule, and what is accepted instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleProblem {
    /// There is no such action.
    #[error("{found:?} is no action: accepted are `keep`, `deny` (of a path) and `rewrite`")]
    Action {
        /// What was found.
        found: String,
    },

    /// It holds a character that no label has, or that no segment has when it is matched.
    #[error("{text:?} has the character {character:?}: {accepted}")]
    Character {
        /// What was found.
        text: String,
        /// The first such character.
        character: char,
        /// What is accepted.
        accepted: &'static str,
    },

    /// It has more segments than a path is matched with.
    #[error(
        "{text:?} has {count} segments: at most {most} are accepted, and `{{*rest}}` for all that follow"
    )]
    Deep {
        /// What was found.
        text: String,
        /// How many segments it has.
        count: usize,
        /// The most segments.
        most: usize,
    },

    /// No path has it, once it is normalised.
    #[error("{text:?} has a segment `.` or `..`, which no path has when it is matched: resolve it")]
    Dots {
        /// What was found.
        text: String,
    },

    /// The field has a meaning in another kind of rule only.
    #[error("is given, and this rule has no use for it: {accepted}")]
    Excess {
        /// Where the field belongs.
        accepted: &'static str,
    },

    /// A segment is denied, which only a whole path can be.
    #[error("`deny` is for a `path`: a segment accepts `keep` and `rewrite`")]
    Denied,

    /// It is longer than a label may be.
    #[error("{text:?} has {} bytes: at most {most} are accepted", text.len())]
    Long {
        /// What was found.
        text: String,
        /// The most bytes.
        most: usize,
    },

    /// The field is not given, or empty.
    #[error("is missing or empty: {accepted}")]
    Missing {
        /// What is accepted.
        accepted: &'static str,
    },

    /// Two rules have the same name.
    #[error("{name:?} is the name of an earlier rule: give each rule a name of its own")]
    Name {
        /// The name.
        name: String,
    },

    /// A segment is rewritten to several, or to a catch-all.
    #[error("{text:?} is not one segment: accepted are a literal text and at most one `{{name}}`")]
    Segments {
        /// What was found.
        text: String,
    },

    /// It is no template.
    #[error("{text:?} is refused: {source}")]
    Template {
        /// What was found.
        text: String,
        /// What is wrong with it.
        source: TemplateError,
    },
}

/// A rule, for who wrote it to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Which {
    pub(super) position: Option<usize>,
    pub(super) name: Option<String>,
}

// === impl RuleError ===

impl RuleError {
    pub(super) fn new(rule: Which, field: &'static str, problem: RuleProblem) -> Self {
        Self {
            rule,
            field,
            problem,
        }
    }

    /// The position of the rule in the list; `None` for a rule that was read by itself.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.rule.position
    }

    /// The name of the rule, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.rule.name.as_deref()
    }

    /// The field of the rule, as a configuration spells it.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// What is wrong with the field.
    #[must_use]
    pub fn problem(&self) -> &RuleProblem {
        &self.problem
    }
}

// === impl RuleProblem ===

impl RuleProblem {
    pub(super) fn missing_to() -> Self {
        Self::Missing {
            accepted: "`rewrite` needs the text to write, such as `{tenant}` for a segment, \
                       `/tenants/{tenant}` for a path",
        }
    }

    pub(super) fn long_glob(text: &str) -> Self {
        Self::long(text, Glob::MAX_LENGTH)
    }

    pub(super) fn long_label(text: &str) -> Self {
        Self::long(text, MAX_LABEL)
    }

    pub(super) fn long_segment(text: &str) -> Self {
        Self::long(text, MAX_SEGMENT)
    }

    fn long(text: &str, most: usize) -> Self {
        Self::Long {
            text: text.to_owned(),
            most,
        }
    }
}

// === impl Which ===

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, name } = self;
        match (position, name) {
            (Some(position), Some(name)) => write!(f, "rule {position}, {name:?}"),
            (Some(position), None) => write!(f, "rule {position}"),
            (None, Some(name)) => write!(f, "rule {name:?}"),
            (None, None) => f.write_str("the rule"),
        }
    }
}
