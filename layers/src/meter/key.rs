//! What tells two label sets apart, and how a label set is written out when it is new.

use std::borrow::Cow;

use super::Naming;
use crate::{catalog, label};

/// A label set in two words: the numbers of closed enums and of values under a cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) closed: u64,
    pub(crate) capped: u64,
}

/// The labels of a series that is being registered.
#[derive(Debug)]
pub(crate) struct Labels<'a> {
    naming: &'a Naming,
    labels: Vec<metrics::Label>,
}

// === impl Key ===

impl Key {
    /// The label set of everything that came after a full budget.
    pub(crate) const OVERFLOW: Self = Self {
        closed: u64::MAX,
        capped: u64::MAX,
    };

    /// A set of closed labels alone.
    pub(crate) const fn closed(closed: u64) -> Self {
        Self { closed, capped: 0 }
    }

    /// Spreads the two words over a table's slots, each bit of them over all of the hash: a folded
    /// multiplication, for the words hold small numbers at fixed places.
    pub(super) const fn hash(self) -> usize {
        let closed = self.closed ^ 0x9e37_79b9_7f4a_7c15;
        let capped = self.capped ^ 0xc2b2_ae3d_27d4_eb4f;
        let product = closed as u128 * capped.rotate_left(32) as u128;
        let folded = (product ^ (product >> 64)) as u64;
        (folded.wrapping_mul(0x9fb2_1c65_1e98_df25) >> 40) as usize
    }
}

// === impl Labels ===

impl<'a> Labels<'a> {
    pub(super) fn new(naming: &'a Naming, labels: Vec<metrics::Label>) -> Self {
        Self { naming, labels }
    }

    /// Adds a label of the catalogue.
    pub(crate) fn push(&mut self, label: catalog::Label, value: impl Into<Cow<'static, str>>) {
        self.push_named(self.naming.label(label), value);
    }

    /// Adds labels of the catalogue.
    pub(super) fn extend(&mut self, labels: &[(catalog::Label, &'static str)]) {
        for &(label, value) in labels {
            self.push(label, value);
        }
    }

    /// Adds a label by its name.
    pub(crate) fn push_named(&mut self, name: &str, value: impl Into<Cow<'static, str>>) {
        let value = value.into();
        let value = match label::clean(&value) {
            Cow::Borrowed(clean) if clean.len() == value.len() => value,
            clean => Cow::Owned(clean.into_owned()),
        };
        self.labels
            .push(metrics::Label::new(name.to_owned(), value));
    }

    pub(super) fn into_vec(self) -> Vec<metrics::Label> {
        self.labels
    }
}
