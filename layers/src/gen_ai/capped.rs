//! Labels whose values pass a cap.

use route_canon::{Admission, Budget, ValueId};

use super::GenAi;
use crate::{
    catalog::Label,
    label::{self, OVERFLOW},
    meter::{Meter, Overflow},
    observe::guard,
};

/// The values of one label.
#[derive(Debug)]
pub(super) struct Capped {
    label: Label,
    budget: Budget,
    refused: Overflow,
}

/// A value in a number: absent, past the budget, or its place in it. It takes 16 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Number(u16);

// === impl Capped ===

impl Capped {
    /// These values have their places, and `cap` others.
    pub(super) fn new<'v>(
        meter: &Meter,
        label: Label,
        known: impl IntoIterator<Item = &'v str, IntoIter: ExactSizeIterator>,
        cap: usize,
    ) -> Self {
        let known = known.into_iter();
        let budget = Budget::new(known.len() + cap);
        for value in known {
            budget.admit(&label::clean(value));
        }
        Self {
            label,
            budget,
            refused: Overflow::new(meter, meter.naming().label(label)),
        }
    }

    /// The number of a value. Each hit of a full budget is counted.
    #[inline]
    pub(super) fn number(&self, meter: &Meter, value: &str) -> Number {
        match self.budget.lookup(value) {
            Some(id) => Number::of(id),
            None => self.admit(meter, value),
        }
    }

    #[cold]
    fn admit(&self, meter: &Meter, value: &str) -> Number {
        if value.is_empty() {
            return Number::ABSENT;
        }
        match self.budget.admit(&label::clean(value)) {
            Admission::Known(id) | Admission::Admitted(id) => Number::of(id),
            Admission::Overflow { first } => {
                guard::<GenAi, _>(|| {
                    if first {
                        tracing::warn!(
                            label = self.label.name,
                            limit = self.budget.limit(),
                            "there are more values than may be labels; more are `{OVERFLOW}`"
                        );
                    }
                    self.refused.count(meter, 1);
                });
                Number::OVERFLOW
            }
        }
    }

    /// The label's text; `None` if it is absent.
    pub(super) fn text(&self, number: Number) -> Option<&str> {
        match number {
            Number::ABSENT => None,
            Number::OVERFLOW => Some(OVERFLOW),
            Number(number) => {
                let id = ValueId::from_index(usize::from(number - Number::FIRST));
                Some(id.and_then(|id| self.budget.value(id)).unwrap_or(OVERFLOW))
            }
        }
    }

    /// Registers its overflow, so that the first hit shows in a rate.
    pub(super) fn announce(&self, meter: &Meter) {
        self.refused.count(meter, 0);
    }

    pub(super) fn label(&self) -> Label {
        self.label
    }
}

// === impl Number ===

impl Number {
    pub(super) const ABSENT: Self = Self(0);
    const OVERFLOW: Self = Self(1);
    const FIRST: u16 = 2;

    #[inline]
    fn of(id: ValueId) -> Self {
        // A budget here has some thousands of ids at most.
        Self(Self::FIRST + id.index() as u16)
    }

    #[inline]
    pub(super) fn bits(self) -> u64 {
        self.0.into()
    }
}
