//! What was vouched for once, and is not admitted yet.

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

/// Remembers hashes in a table that forgets: a bucket holds the last four that fell into it.
///
/// Allocated with the first one.
#[derive(Debug, Default)]
pub(super) struct Sightings(OnceLock<Box<[Bucket]>>);

/// The newest comes first. Threads that meet here may lose a hash, which is forgetting it early.
#[derive(Debug, Default)]
#[repr(align(16))]
struct Bucket([AtomicU32; 4]);

// === impl Sightings ===

impl Sightings {
    /// 64 KiB: a value that comes again within some thousands of others is still there.
    const BUCKETS: usize = 4_096;

    /// Notes a hash; returns whether it was there.
    #[cold]
    pub(super) fn note(&self, hash: u64) -> bool {
        let buckets = self
            .0
            .get_or_init(|| (0..Self::BUCKETS).map(|_| Bucket::default()).collect());
        // The place comes from other bits than the tag, and no tag is 0, which is an empty place.
        buckets[hash as usize % Self::BUCKETS].note((hash >> 32) as u32 | 1)
    }
}

// === impl Bucket ===

impl Bucket {
    fn note(&self, tag: u32) -> bool {
        let mut before = tag;
        for place in &self.0 {
            before = place.swap(before, Ordering::Relaxed);
            if before == tag {
                return true;
            }
        }
        false
    }
}
