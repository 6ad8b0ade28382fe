//! A rule as it is asked.

use super::{
    Previous, RuleProblem, SegmentAction,
    glob::Glob,
    written::{Written, named_segments, parse, unescape},
};
use crate::{Canonicalizer, Segment, Spelling};

/// A rule for a segment.
#[derive(Clone, Debug)]
pub(super) struct SegmentMatcher {
    /// The rule's position in the list.
    pub(super) rule: usize,
    pub(super) glob: Glob,
    pub(super) after: Option<Glob>,
    /// `None` keeps the segment.
    pub(super) to: Option<Written>,
}

/// A rule for whole paths.
#[derive(Clone, Debug)]
pub(super) struct PathMatcher {
    /// The rule's position in the list.
    pub(super) rule: usize,
    pub(super) parts: Parts,
    /// `None` denies the path.
    pub(super) label: Option<Written>,
    /// The label is a path that the rule alone makes another path into: it has to be known again.
    pub(super) rewrites: bool,
}

/// What the segments of a path are compared with, one by one.
#[derive(Clone, Debug)]
pub(super) struct Parts(Box<[Part]>);

#[derive(Clone, Debug)]
enum Part {
    CatchAll,
    Literal(Box<str>),
    Parameter { prefix: Box<str>, suffix: Box<str> },
}

// === impl SegmentMatcher ===

impl SegmentMatcher {
    #[inline]
    pub(super) fn answer(
        &self,
        segment: &str,
        previous: Option<Previous<'_>>,
        spelling: Spelling,
    ) -> Option<SegmentAction<'_>> {
        if !self.glob.matches(segment) || !self.is_after(previous) {
            return None;
        }
        Some(match &self.to {
            Some(to) => SegmentAction::Write(to.spelled(spelling)),
            None if is_safe(segment) => SegmentAction::Keep,
            None => SegmentAction::Hide,
        })
    }

    /// What is kept is judged anew in a label that comes in as a path, and there the segment before is as it
    /// was shown. So it must match as it is shown; what is rewritten is known by itself.
    fn is_after(&self, previous: Option<Previous<'_>>) -> bool {
        let Some(after) = &self.after else {
            return true;
        };
        previous.is_some_and(|Previous { raw, shown }| {
            after.matches(shown) || (self.to.is_some() && after.matches(raw))
        })
    }
}

// === impl Parts ===

impl Parts {
    pub(super) fn new(text: &str) -> Result<Self, RuleProblem> {
        let template = parse(text)?;
        let parts = named_segments(&template).map(|segment| match segment {
            Segment::Literal(text) => Part::Literal(unescape(text).into()),
            Segment::Parameter {
                prefix,
                name: _,
                suffix,
            } => Part::Parameter {
                prefix: prefix.into(),
                suffix: suffix.into(),
            },
            Segment::CatchAll { name: _ } => Part::CatchAll,
        });
        let parts: Box<[Part]> = parts.collect();
        if parts.len() > Canonicalizer::MAX_DEPTH {
            return Err(RuleProblem::Deep {
                text: text.to_owned(),
                count: parts.len(),
                most: Canonicalizer::MAX_DEPTH,
            });
        }
        Ok(Self(parts))
    }

    /// Whether a path of these segments, of which none is empty, matches as a whole.
    #[inline]
    pub(super) fn matches<'p>(&self, mut segments: impl Iterator<Item = &'p str>) -> bool {
        let Self(parts) = self;
        for part in parts {
            let Some(segment) = segments.next() else {
                return false;
            };
            match part {
                Part::CatchAll => return true,
                Part::Literal(text) if **text == *segment => {}
                Part::Parameter { prefix, suffix }
                    if segment.len() > prefix.len() + suffix.len()
                        && segment.starts_with(&**prefix)
                        && segment.ends_with(&**suffix) => {}
                Part::Literal(_) | Part::Parameter { .. } => return false,
            }
        }
        segments.next().is_none()
    }

    pub(super) fn are_literal(&self) -> bool {
        let Self(parts) = self;
        parts.iter().all(|part| matches!(part, Part::Literal(_)))
    }
}

// === impl PathMatcher ===

impl PathMatcher {
    /// Whether a path of these segments is the label that the rule writes.
    #[inline]
    pub(super) fn wrote<'p>(
        &self,
        segments: impl Iterator<Item = &'p str>,
        spelling: Spelling,
    ) -> Option<&str> {
        let label = self.label.as_ref().filter(|_| self.rewrites)?;
        let label = label.spelled(spelling);
        let named = label.split('/').filter(|segment| !segment.is_empty());
        segments.eq(named).then_some(label)
    }
}

/// Whether a segment can be shown as it came, and cannot be taken for a placeholder.
fn is_safe(segment: &str) -> bool {
    segment.len() <= super::MAX_SEGMENT
        && !segment.starts_with([':', '*'])
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"'`\\<>{}?#;/".contains(&byte))
}
