//! What a label is made of.

use super::Decision;
use std::borrow::Cow;

/// A label, and how it came to be; from [`Canonicalizer::explain`](super::Canonicalizer::explain).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation<'p> {
    pub(super) label: Cow<'p, str>,
    pub(super) segments: Vec<Explained<'p>>,
}

/// One segment of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained<'p> {
    /// The segment as it came, without what follows a `;`. For [`Decision::Rest`] it is the first of those that the
    /// `{*rest}` stands for, for [`Decision::Unmatched`] the whole input.
    pub input: &'p str,

    /// The segment of the label.
    pub output: String,

    /// Why.
    pub decision: Decision,
}

// === impl Explanation ===

impl<'p> Explanation<'p> {
    /// The label, as [`canonicalize`](super::Canonicalizer::canonicalize) returns it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The segments of the label, from left to right. The root has none.
    #[must_use]
    pub fn segments(&self) -> &[Explained<'p>] {
        &self.segments
    }
}
