//! The settings of a canonicalizer.

use super::{Canonicalizer, Placeholders, Spelling};
use crate::Rules;

/// Builds a [`Canonicalizer`]. No setting can be wrong: what is out of range is clamped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "call `build`"]
pub struct CanonicalizerBuilder {
    placeholders: Placeholders,
    spelling: Spelling,
    marked: bool,
    depth: usize,
    rules: Rules,
}

// === impl CanonicalizerBuilder ===

impl CanonicalizerBuilder {
    /// What a placeholder names: its class, which is the default, or `id` always.
    pub fn placeholders(self, placeholders: Placeholders) -> Self {
        Self {
            placeholders,
            ..self
        }
    }

    /// How a placeholder is spelled: `{int}`, which is the default, or `:int`.
    pub fn spelling(self, spelling: Spelling) -> Self {
        Self { spelling, ..self }
    }

    /// Whether `~` stands in front of a label, which is the default: it tells a guess from a known route.
    pub fn marked(self, marked: bool) -> Self {
        Self { marked, ..self }
    }

    /// The most segments of a label, clamped to 1..=[`MAX_DEPTH`](Canonicalizer::MAX_DEPTH); by default
    /// [`DEFAULT_DEPTH`](Canonicalizer::DEFAULT_DEPTH). A longer path ends in `{*rest}`, which is one of them.
    pub fn depth(self, depth: usize) -> Self {
        let depth = depth.clamp(1, Canonicalizer::MAX_DEPTH);
        Self { depth, ..self }
    }

    /// What the user knows better; by default nothing. See [`rules`](crate::rules).
    pub fn rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Builds it.
    #[must_use]
    pub fn build(self) -> Canonicalizer {
        let Self {
            placeholders,
            spelling,
            marked,
            depth,
            rules,
        } = self;
        Canonicalizer {
            placeholders,
            spelling,
            marked,
            depth,
            rules,
        }
    }
}

// === impl Default ===

impl Default for CanonicalizerBuilder {
    fn default() -> Self {
        Self {
            placeholders: Placeholders::default(),
            spelling: Spelling::default(),
            marked: true,
            depth: Canonicalizer::DEFAULT_DEPTH,
            rules: Rules::default(),
        }
    }
}
