//! The hash of a value, seeded for each budget.

use foldhash::{SharedSeed, fast::FoldHasher};
use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
};

/// All that the hash depends on besides the value. No part is shared between budgets or fixed: the hash folds
/// text with the second part, so text chosen against a known one would cancel the first.
pub(super) struct Seed {
    start: u64,
    fold: SharedSeed,
}

// === impl Seed ===

impl Seed {
    pub(super) fn random() -> Self {
        // The standard library takes its keys from the operating system.
        let keys = RandomState::new();
        Self {
            start: keys.hash_one(0),
            fold: SharedSeed::from_u64(keys.hash_one(1)),
        }
    }

    /// Hashes the bytes alone: `str`'s own `Hash` appends one, which costs a second round.
    #[inline]
    pub(super) fn hash(&self, value: &str) -> u64 {
        let bytes = value.as_bytes();
        match (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) {
            // Most routes. Two pieces of a known size are inlined, and may overlap: as the hasher itself does it,
            // the length turns the seed, so that texts of different lengths with the same pieces differ.
            (Some(first), Some(last)) if bytes.len() <= 32 => {
                let mut hasher = self.hasher(self.start.rotate_right(bytes.len() as u32));
                hasher.write(first);
                hasher.write(last);
                hasher.finish()
            }
            _ => {
                let mut hasher = self.hasher(self.start);
                hasher.write(bytes);
                hasher.finish()
            }
        }
    }

    #[inline]
    fn hasher(&self, start: u64) -> FoldHasher<'_> {
        FoldHasher::with_seed(start, &self.fold)
    }
}

// === impl Debug ===

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed").finish_non_exhaustive()
    }
}
