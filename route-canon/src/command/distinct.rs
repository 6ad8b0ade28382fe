//! How many different texts there are, in bounded memory.

use foldhash::quality::FixedState;
use serde::Serialize;
use std::{collections::BTreeSet, hash::BuildHasher};

/// Counts exactly up to [`FEW`], and estimates from then on.
///
/// It keeps the lowest hashes: the closer they lie, the more there are of all. The standard error is 1 %.
#[derive(Debug, Default)]
pub(crate) struct Distinct {
    /// Counts of the same log are the same.
    hasher: FixedState,
    lowest: BTreeSet<u64>,
    more: bool,
}

/// A count, and whether it is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Estimate {
    pub(crate) count: u64,
    pub(crate) exact: bool,
}

const FEW: usize = 10_000;

// === impl Distinct ===

impl Distinct {
    pub(crate) fn add(&mut self, text: &str) {
        let hash = self.hasher.hash_one(text);
        if self.more && self.lowest.last().is_some_and(|&highest| hash > highest) {
            return;
        }
        if self.lowest.insert(hash) && self.lowest.len() > FEW {
            self.lowest.pop_last();
            self.more = true;
        }
    }

    pub(crate) fn estimate(&self) -> Estimate {
        let kept = self.lowest.len();
        let count = match self.lowest.last() {
            Some(&highest) if self.more => {
                let part = highest as f64 / u64::MAX as f64;
                ((kept - 1) as f64 / part).round() as u64
            }
            _ => kept as u64,
        };
        Estimate {
            count,
            exact: !self.more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        let mut distinct = Distinct::default();
        for (from, to) in [(0, FEW), (FEW, 40_000), (40_000, 300_000)] {
            for number in (from..to).chain(from..to) {
                distinct.add(&format!("/users/{number}"));
            }
            let Estimate { count, exact } = distinct.estimate();
            assert_eq!(exact, to == FEW);
            let off = count.abs_diff(to as u64);
            let most = if exact { 0 } else { to as u64 / 33 };
            assert!(off <= most, "{count} for {to}");
        }
    }
}
