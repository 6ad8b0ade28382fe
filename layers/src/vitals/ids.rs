//! A memory of ids that forgets the oldest.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

use super::vital::Vital;

/// The ids that were recorded lately.
///
/// An id is 44 bits of a hash, whose key is the operating system's random word: a sender finds no id that collides
/// with another one's. Beside them stands when it came, in steps of an eighth of a second. Its bucket of eight words is a
/// cache line; a new id takes the place of the oldest there.
///
/// Of two threads with one id, one is told that it is new. Both choose their place by what all eight words hold, and
/// the word they chose is compared when it is written: if another id came between, the look is taken anew. Words only
/// grow younger, so two threads that choose different places have seen a change of one of the two. (Steps of time are
/// too coarse for that in a bucket whose words are all of one step: then an id may be new twice, as if forgotten.)
pub(super) struct Ids {
    key: RandomState,
    buckets: Box<[Bucket]>,
}

type Bucket = [AtomicU64; WIDTH];

const WIDTH: usize = 8;
/// The low bits are the time, the others the hash. 0 is a free word.
const TIME_BITS: u32 = 20;
const TIME: u64 = (1 << TIME_BITS) - 1;
/// 2²⁷ nanoseconds are a step: all of them are 39 hours.
const STEP: u32 = 27;
/// Another thread may have read the clock after this one did, by so many steps.
const SKEW: u64 = 16;

// === impl Ids ===

impl Ids {
    /// Has room for so many, rounded up to a power of two.
    pub(super) fn new(capacity: usize) -> Self {
        let buckets = capacity.div_ceil(WIDTH).max(1).next_power_of_two();
        Self {
            key: RandomState::new(),
            buckets: (0..buckets).map(|_| Bucket::default()).collect(),
        }
    }

    /// Whether this id of a vital was not there yet, at `now` in nanoseconds. It is, from then on.
    pub(super) fn is_new(&self, vital: Vital, id: &str, now: u64) -> bool {
        let hash = self.key.hash_one((vital as u8, id));
        // The low bits choose the bucket, the high ones are kept.
        let bucket = &self.buckets[hash as usize & (self.buckets.len() - 1)];
        let time = now >> STEP & TIME;
        let word = (hash & !TIME).max(1 << TIME_BITS) | time;
        loop {
            let mut oldest = (0, 0, 0);
            for (place, slot) in bucket.iter().enumerate() {
                let held = slot.load(Ordering::SeqCst);
                if held == 0 {
                    // Those behind it are free too.
                    oldest = (u64::MAX, place, held);
                    break;
                }
                if held & !TIME == word & !TIME {
                    return false;
                }
                let age = (time + SKEW).wrapping_sub(held) & TIME;
                if place == 0 || age > oldest.0 {
                    oldest = (age, place, held);
                }
            }
            let (_, place, held) = oldest;
            let slot = &bucket[place];
            let written = slot.compare_exchange(held, word, Ordering::SeqCst, Ordering::SeqCst);
            if written.is_ok() {
                return true;
            }
        }
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key: _, buckets } = self;
        let room = buckets.len() * WIDTH;
        f.debug_struct("Ids")
            .field("room", &room)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn an_id_is_new_once_for_each_vital() {
        let ids = Ids::new(1_024);
        assert!(ids.is_new(Vital::Lcp, "v5-1", SECOND));
        assert!(!ids.is_new(Vital::Lcp, "v5-1", 2 * SECOND));
        assert!(ids.is_new(Vital::Cls, "v5-1", SECOND));
        assert!(ids.is_new(Vital::Lcp, "v5-2", SECOND));
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let ids = Ids::new(8);
        for number in 0..8 {
            assert!(ids.is_new(Vital::Lcp, &number.to_string(), number * SECOND));
        }
        assert!(ids.is_new(Vital::Lcp, "one more", 9 * SECOND));
        for number in 1..8 {
            assert!(!ids.is_new(Vital::Lcp, &number.to_string(), 9 * SECOND));
        }
        assert!(ids.is_new(Vital::Lcp, "0", 9 * SECOND));
    }

    #[test]
    fn nearly_all_of_the_last_quarter_of_its_capacity_is_remembered() {
        const CAPACITY: u64 = 65_536;
        let ids = Ids::new(CAPACITY as usize);
        let id = |number: u64| format!("v6-1700000000000-{number}");
        let at = |number: u64| number * SECOND / 1_000;
        for number in 0..4 * CAPACITY {
            ids.is_new(Vital::Inp, &id(number), at(number));
        }
        let kept = (4 * CAPACITY - CAPACITY / 4..4 * CAPACITY)
            .filter(|&number| !ids.is_new(Vital::Inp, &id(number), at(4 * CAPACITY)))
            .count() as u64;
        assert!(kept > CAPACITY / 4 * 995 / 1_000, "{kept}");
    }

    #[test]
    fn threads_that_bring_the_same_ids_record_each_once() {
        // So large that no bucket runs over, for what is forgotten is new again.
        let ids = Ids::new(1 << 20);
        let recorded = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..10_000 {
                        if ids.is_new(Vital::Lcp, &number.to_string(), number * SECOND / 1_000) {
                            recorded.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(recorded.into_inner(), 10_000);
    }
}
