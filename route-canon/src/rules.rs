//! What the user knows better than any heuristic.
//!
//! Rules are ordered: the first that matches decides. Those for whole paths are asked before those for segments, and
//! both before the heuristics.
//!
//! | rule | matches | `keep` | `rewrite` | `deny` |
//! |---|---|---|---|---|
//! | [`Rule::segment`] | a segment, by a glob | it is shown as it is | the text is shown for it | |
//! | [`Rule::path`] | a whole path, by a template | the template is shown | the other template is shown | `{unmatched}` |
//!
//! ```
//! use route_canon::{Canonicalizer, Rule, Rules};
//!
//! let rules = Rules::new([
//!     Rule::segment("*").after("t").rewrite("{tenant}").named("tenants"),
//!     Rule::segment("q?-20??").keep(),
//!     Rule::path("/internal/{*rest}").deny(),
//! ])?;
//! let canon = Canonicalizer::builder().rules(rules).build();
//! assert_eq!(canon.canonicalize("/t/acme/users/42"), "~/t/{tenant}/users/{int}");
//! assert_eq!(canon.canonicalize("/reports/q3-2024"), "~/reports/q3-2024");
//! assert_eq!(canon.canonicalize("/internal/debug/vars"), "{unmatched}");
//! # Ok::<(), route_canon::RuleError>(())
//! ```
//!
//! # What a rule sees
//! A path without query, empty segments, `.`, `..` and matrix parameters. In a segment, escapes of letters, digits, `-`,
//! `.`, `_` and `~` are decoded before a glob is asked: `%61cme` is `acme`. Other escapes stay, and a template is compared
//! with the path as it came. A final slash makes no difference, to a rule's template neither. A rule for whole paths is asked about the label too that would be
//! shown: `/users/{{int}}/avatar`, with literal braces, is what the heuristics made of `/users/42/avatar`.
//!
//! `after` looks at the segment before, as it came and as it is shown; for `keep` only as it is shown. So a label
//! that comes in as a path stays as it is, and so does what a rule has written.
//!
//! `/internal/{*rest}` does not match `/internal` itself: that takes a rule of its own.
//!
//! Spelling and mark are the canonicalizer's, the names of placeholders are the rule's: `{tenant}` stays `{tenant}`
//! where all others are `{id}`.
//!
//! # Cost
//! Nothing where there is no rule, and never an allocation. Each rule for paths is compared once or twice with
//! each path until one matches, each rule for segments with each segment, in time in proportion to the length of
//! it: a glob has at most 128 bytes.
//!
//! # From a configuration
//! With the feature `serde`, a list of maps: `name`, `segment` or `path`, `after`, `action` and `to`. Unknown fields
//! are refused.
//!
//! ```yaml
//! - { name: tenants, segment: "*", after: t, action: rewrite, to: "{tenant}" }
//! - { segment: "q?-20??", action: keep }
//! - { path: "/internal/{*rest}", action: deny }
//! ```

mod compiled;
#[cfg(feature = "serde")]
mod configuration;
mod error;
mod glob;
mod rule;
mod written;

#[cfg(test)]
mod tests;

pub use self::{
    error::{RuleError, RuleProblem},
    rule::{PathRule, Rule, SegmentRule},
};

use self::{
    compiled::{Parts, PathMatcher, SegmentMatcher},
    error::Which,
    glob::Glob,
    rule::{Action, Pattern},
    written::Written,
};
use crate::Spelling;

/// The most bytes of a label that a rule writes: one less than a label has, for the mark.
const MAX_LABEL: usize = 255;

/// The most bytes of a segment that a rule keeps or writes.
const MAX_SEGMENT: usize = 64;

/// The user's rules, checked; see the [module docs](self).
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Box<[Rule]>,
    paths: Box<[PathMatcher]>,
    segments: Box<[SegmentMatcher]>,
}

/// The segment before the one in question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Previous<'a> {
    /// As it came.
    pub(crate) raw: &'a str,
    /// As the label has it.
    pub(crate) shown: &'a str,
}

/// What becomes of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SegmentAction<'r> {
    /// It would be kept, and is not safe to show.
    Hide,
    /// It is shown as it is.
    Keep,
    /// This is shown for it.
    Write(&'r str),
}

/// What becomes of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathAction<'r> {
    /// Nobody's.
    Deny,
    /// This is shown for it, with the mark.
    Write(&'r str),
}

// === impl PartialEq ===

impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        // All else is made of them.
        self.rules == other.rules
    }
}

impl Eq for Rules {}

// === impl Rules ===

impl Rules {
    /// Checks rules, and makes them ready to be asked. It allocates.
    ///
    /// # Errors
    /// The first rule that is refused, with the field, what was found and what is accepted.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, RuleError> {
        let rules: Box<[Rule]> = rules.into_iter().collect();
        let mut paths = Vec::new();
        let mut segments = Vec::new();
        for (position, rule) in rules.iter().enumerate() {
            let refused = |(field, problem)| {
                let which = Which {
                    position: Some(position),
                    name: rule.name.clone(),
                };
                RuleError::new(which, field, problem)
            };
            check_name(rule, &rules[..position]).map_err(refused)?;
            match &rule.pattern {
                Pattern::Path(template) => {
                    paths.push(path_rule(position, template, &rule.action).map_err(refused)?);
                }
                Pattern::Segment { glob, after } => {
                    let after = after.as_deref();
                    let matcher = segment_rule(position, glob, after, &rule.action);
                    segments.push(matcher.map_err(refused)?);
                }
            }
        }
        Ok(Self {
            rules,
            paths: paths.into(),
            segments: segments.into(),
        })
    }

    /// The rules in their order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule at a position.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Rule> {
        self.rules.get(index)
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What becomes of a path of these segments, of which none is empty, and which rule says so.
    ///
    /// To be asked about the normalised path, and about the label that would be shown for it: so what it does
    /// not match once, it does not match in a label that comes in as a path either.
    #[inline]
    pub(crate) fn path<'p>(
        &self,
        segments: impl Iterator<Item = &'p str> + Clone,
        spelling: Spelling,
    ) -> Option<(usize, PathAction<'_>)> {
        let wrote = self.paths.iter().find_map(|matcher| {
            let label = matcher.wrote(segments.clone(), spelling)?;
            Some((matcher.rule, PathAction::Write(label)))
        });
        wrote.or_else(|| {
            let mut all = self.paths.iter();
            let matcher = all.find(|matcher| matcher.parts.matches(segments.clone()))?;
            let action = match &matcher.label {
                Some(label) => PathAction::Write(label.spelled(spelling)),
                None => PathAction::Deny,
            };
            Some((matcher.rule, action))
        })
    }

    /// The rule that writes this text for a segment: as such it stays, before all else.
    #[inline]
    pub(crate) fn wrote_segment(&self, segment: &str, spelling: Spelling) -> Option<(usize, &str)> {
        self.segments.iter().find_map(|matcher| {
            let text = matcher.to.as_ref()?.spelled(spelling);
            (text == segment).then_some((matcher.rule, text))
        })
    }

    /// What becomes of a segment, and which rule says so.
    #[inline]
    pub(crate) fn segment(
        &self,
        segment: &str,
        previous: Option<Previous<'_>>,
        spelling: Spelling,
    ) -> Option<(usize, SegmentAction<'_>)> {
        self.segments.iter().find_map(|matcher| {
            let action = matcher.answer(segment, previous, spelling)?;
            Some((matcher.rule, action))
        })
    }
}

fn check_name(rule: &Rule, earlier: &[Rule]) -> Result<(), (&'static str, RuleProblem)> {
    let Some(name) = rule.name() else {
        return Ok(());
    };
    let problem = if name.trim().is_empty() {
        RuleProblem::Missing {
            accepted: "a text for errors and explanations, or no `name` at all",
        }
    } else if name.len() > MAX_SEGMENT {
        RuleProblem::long_segment(name)
    } else if earlier.iter().any(|earlier| earlier.name() == Some(name)) {
        RuleProblem::Name {
            name: name.to_owned(),
        }
    } else {
        return Ok(());
    };
    Err(("name", problem))
}

fn path_rule(
    rule: usize,
    template: &str,
    action: &Action,
) -> Result<PathMatcher, (&'static str, RuleProblem)> {
    let parts = Parts::new(template).map_err(|problem| ("path", problem))?;
    let (label, rewrites) = match action {
        Action::Deny => (None, false),
        // A literal path is its own label: only its own rule, or one before it, can match it.
        Action::Keep => (Some(("path", template)), !parts.are_literal()),
        Action::Rewrite(to) if to.is_empty() => return Err(("to", RuleProblem::missing_to())),
        Action::Rewrite(to) => (Some(("to", to.as_str())), true),
    };
    let label = label.map(|(field, text)| {
        let written = written::parse(text).and_then(|template| Written::path(text, &template));
        written.map_err(|problem| (field, problem))
    });
    Ok(PathMatcher {
        rule,
        parts,
        label: label.transpose()?,
        rewrites,
    })
}

fn segment_rule(
    rule: usize,
    glob: &str,
    after: Option<&str>,
    action: &Action,
) -> Result<SegmentMatcher, (&'static str, RuleProblem)> {
    let after = after.map(|glob| check_glob(glob).map_err(|problem| ("after", problem)));
    let to = match action {
        Action::Keep => None,
        Action::Rewrite(to) => Some(Written::segment(to).map_err(|problem| ("to", problem))?),
        Action::Deny => {
            return Err(("action", RuleProblem::Denied));
        }
    };
    Ok(SegmentMatcher {
        rule,
        glob: check_glob(glob).map_err(|problem| ("segment", problem))?,
        after: after.transpose()?,
        to,
    })
}

fn check_glob(text: &str) -> Result<Glob, RuleProblem> {
    if text.is_empty() {
        return Err(RuleProblem::Missing {
            accepted: "a glob, in which `*` stands for any run of characters, and `?` for one",
        });
    }
    if text.len() > Glob::MAX_LENGTH {
        return Err(RuleProblem::long_glob(text));
    }
    let refused = |character: char| match character {
        '/' | ';' | '#' => Some("no segment has it; write a rule with `path` for several segments"),
        '[' | ']' | '|' | '^' | '$' | '(' | ')' => Some(
            "a glob is no regular expression: `*` stands for any run of characters, `?` for one",
        ),
        _ if !character.is_ascii() => {
            Some("a segment has it in percent-encoding only: write `*` or the escapes for it")
        }
        _ => None,
    };
    let mut all = text.chars();
    match all.find_map(|character| Some((character, refused(character)?))) {
        None => Ok(Glob::new(text)),
        Some((character, accepted)) => Err(RuleProblem::Character {
            text: text.to_owned(),
            character,
            accepted,
        }),
    }
}
