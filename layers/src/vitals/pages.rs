//! Which page a report is of, as a label.

use std::sync::Arc;

use route_canon::{Admission, Budget, Table, ValueId};

use crate::{
    label::{OVERFLOW, UNMATCHED},
    route::Guesser,
};

/// The pages that are labels, and how others become some.
#[derive(Debug)]
pub(super) struct Pages {
    table: Option<Arc<Table>>,
    /// The label of each template of the table.
    labels: Vec<PageLabel>,
    guesser: Guesser,
    budget: Budget,
}

/// A page's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageLabel(u16);

// === impl Pages ===

impl Pages {
    /// At most `limit`, of which templates have their places from the start.
    pub(super) fn new(limit: usize, table: Option<Arc<Table>>, guesser: Guesser) -> Self {
        let templates = table.as_deref().map_or(&[][..], Table::templates);
        let budget = Budget::new(limit.max(templates.len()));
        let labels = templates
            .iter()
            .map(|template| PageLabel::of(budget.admit(template.as_str())))
            .collect();
        Self {
            table,
            labels,
            guesser,
            budget,
        }
    }

    /// The label of a path, which may have a query after it.
    pub(super) fn find(&self, path: &str) -> PageLabel {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        if let Some(place) = self.table.as_deref().and_then(|table| table.find(path)) {
            return self.labels[place];
        }
        // A guess is a label when it comes the second time: what is there once only takes no place.
        let vouched = self.guesser.guess(path, |label| self.budget.vouch(label));
        let Some(admission) = vouched.flatten() else {
            return PageLabel::UNMATCHED;
        };
        if let Admission::Overflow { first: true } = admission {
            tracing::warn!(
                limit = self.budget.limit(),
                "browsers report more distinct pages than the budget holds; new ones are recorded as {OVERFLOW}"
            );
        }
        PageLabel::of(admission)
    }

    pub(super) fn text(&self, label: PageLabel) -> &str {
        match label {
            PageLabel::UNMATCHED => UNMATCHED,
            PageLabel::OVERFLOW => OVERFLOW,
            PageLabel(number) => {
                let id = ValueId::from_index(usize::from(number - PageLabel::FIRST_KNOWN));
                id.and_then(|id| self.budget.value(id)).unwrap_or(OVERFLOW)
            }
        }
    }
}

// === impl PageLabel ===

impl PageLabel {
    pub(super) const UNMATCHED: Self = Self(0);
    pub(super) const OVERFLOW: Self = Self(1);
    const FIRST_KNOWN: u16 = 2;

    fn of(admission: Admission) -> Self {
        match admission {
            // A budget has 60,000 ids at most.
            Admission::Known(id) | Admission::Admitted(id) => {
                Self(Self::FIRST_KNOWN + id.index() as u16)
            }
            Admission::Overflow { .. } => Self::OVERFLOW,
        }
    }

    /// A number that tells any two labels apart.
    pub(super) fn number(self) -> u16 {
        self.0
    }
}
