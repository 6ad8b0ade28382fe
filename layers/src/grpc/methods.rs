//! The methods that may be labels.

use route_canon::{Admission, Budget, ValueId};

use crate::label::{OTHER, OVERFLOW};

/// The methods that an answer vouched for, or that were declared; kept as the paths that they are called by.
#[derive(Debug)]
pub(super) struct Methods(Budget);

/// A method's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MethodLabel(u16);

// === impl Methods ===

impl Methods {
    /// At most `limit`, and these from the start.
    pub(super) fn new(limit: usize, declared: &[String]) -> Self {
        let methods = Self(Budget::new(limit.max(declared.len())));
        for method in declared {
            methods.0.admit(&format!("/{method}"));
        }
        methods
    }

    /// The label of a path, if it is one already.
    #[inline]
    pub(super) fn find(&self, path: &str) -> Option<MethodLabel> {
        self.0.lookup(path).map(MethodLabel::known)
    }

    /// The label of a path that an answer vouched for.
    #[cold]
    pub(super) fn admit(&self, path: &str) -> MethodLabel {
        match self.0.admit(path) {
            Admission::Known(id) | Admission::Admitted(id) => MethodLabel::known(id),
            Admission::Overflow { first } => {
                if first {
                    tracing::warn!(
                        limit = self.0.limit(),
                        "there are more gRPC methods than the budget holds; new ones are recorded \
                         as {OVERFLOW}"
                    );
                }
                MethodLabel::OVERFLOW
            }
        }
    }

    pub(super) fn text(&self, label: MethodLabel) -> &str {
        match label {
            MethodLabel::OTHER => OTHER,
            MethodLabel::OVERFLOW => OVERFLOW,
            MethodLabel(number) => {
                let id = ValueId::from_index(usize::from(number - MethodLabel::FIRST_KNOWN));
                let path = id.and_then(|id| self.0.value(id));
                path.map_or(OVERFLOW, |path| path.trim_start_matches('/'))
            }
        }
    }
}

// === impl MethodLabel ===

impl MethodLabel {
    /// What nobody vouched for.
    pub(super) const OTHER: Self = Self(0);
    pub(super) const OVERFLOW: Self = Self(1);
    const FIRST_KNOWN: u16 = 2;

    #[inline]
    fn known(id: ValueId) -> Self {
        // A budget has 60,000 ids at most.
        Self(Self::FIRST_KNOWN + id.index() as u16)
    }

    /// A number that tells any two labels apart.
    #[inline]
    pub(super) fn number(self) -> u16 {
        self.0
    }

    /// The label of a number.
    pub(super) fn from_number(number: u16) -> Self {
        Self(number)
    }
}
