//! The handles that nearly every call needs, found by the method's number alone.

use std::sync::OnceLock;

use metrics::{Counter, Histogram};

use super::methods::MethodLabel;

/// Kept handles in front of the families, which remain the ones that count label sets and fold them.
#[derive(Debug)]
pub(super) struct Rows(Box<[Row]>);

/// Of one method: the durations of calls that succeeded, and the messages that were sent.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) succeeded: OnceLock<Histogram>,
    pub(super) sent: OnceLock<Counter>,
}

/// So many methods have rows; later ones take the families' way.
const MOST: usize = 256;

// === impl Rows ===

impl Rows {
    /// None of a meter that can be refreshed: what is kept here would be cut off.
    pub(super) fn new(refreshable: bool) -> Self {
        let rows = if refreshable { 0 } else { MOST };
        Self((0..rows).map(|_| Row::default()).collect())
    }

    #[inline(always)]
    pub(super) fn get(&self, method: MethodLabel) -> Option<&Row> {
        self.0.get(usize::from(method.number()))
    }
}
