//! What a budget answers.

/// The id of a value that a [`Budget`](super::Budget) admitted.
///
/// Ids are dense: the first admitted value has the index 0, the next 1, up to the limit less one. They fit an
/// index into a slice of [`limit`](super::Budget::limit) elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub(super) u16);

/// What a [`Budget`](super::Budget) does with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The value was admitted by an earlier call.
    Known(ValueId),

    /// This call admitted the value.
    Admitted(ValueId),

    /// The value is new, and the budget is spent. [`label::OVERFLOW`](crate::label::OVERFLOW) stands for it.
    Overflow {
        /// True for exactly one call in the life of the budget, on whichever thread: the time to warn.
        first: bool,
    },
}

// === impl ValueId ===

impl ValueId {
    /// The place of the value in the order of admission, from 0.
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The id of a place in the order of admission, or `None` for one that no budget reaches. Whether
    /// a value has that place yet, [`Budget::value`](crate::Budget::value) tells.
    #[inline]
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        u16::try_from(index).ok().map(Self)
    }
}

// === impl Admission ===

impl Admission {
    /// The id of the value, unless it overflowed.
    #[inline]
    #[must_use]
    pub fn id(self) -> Option<ValueId> {
        match self {
            Self::Known(id) | Self::Admitted(id) => Some(id),
            Self::Overflow { first: _ } => None,
        }
    }
}
