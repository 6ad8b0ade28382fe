//! Bounds how many distinct values a label can take.
//!
//! A [`Budget`] gives each of the first N distinct values a small dense id, and tells the later ones that
//! they overflow. It only grows, so a reader needs no lock: a value that was admitted stays at its place
//! for as long as the budget lives.
//!
//! | call | locks | shared writes | allocations |
//! |---|---|---|---|
//! | [`lookup`](Budget::lookup) | none, wait-free | none | none |
//! | [`admit`](Budget::admit), known value | none, wait-free | none | none |
//! | [`admit`](Budget::admit), new value | one | the value, its slot, the length | one |
//! | [`admit`](Budget::admit), budget spent | none | the overflow count | none |
//! | [`vouch`](Budget::vouch), known value | none, wait-free | none | none |
//! | [`vouch`](Budget::vouch), first time | none | a slot | none; 64 KiB the very first time |
//! | [`vouch`](Budget::vouch), second time | as `admit` | as `admit` | as `admit` |
//!
//! For a known value of 20 bytes, in a budget of 200 that is half full, `lookup` takes 92 instructions and
//! `admit` 111; for an unknown one `lookup` takes 52 (x86-64, release build, counted by callgrind, the mean
//! over 100 values; another seed makes it one or two more or less).
//!
//! # Values that clients write
//! What comes from a table of templates is [admitted](Budget::admit) at once. What was guessed from a path is not: a
//! scanner would take all places within a second. It is [vouched](Budget::vouch) for when it was answered with success,
//! and admitted the second time. Whoever asks for what is not there takes no place; whoever gets an answer for any path,
//! as from an application that serves its index page everywhere, takes none by asking for each path once. No place
//! is ever taken away: a route that was admitted keeps its own under any flood.
//!
//! An attacker who asks twice for each of many paths that are answered with success can fill the budget. It stays
//! bounded, and the routes that have their places keep them; a route that comes later overflows.
//!
//! Between the two times a value may be forgotten, where some thousands of other values are vouched for once; the next
//! time is then the first again.
//!
//! # Memory
//! Allocated once, by [`Budget::new`]: 24 bytes for each value of the limit, and 4 bytes for each slot,
//! of which there are twice the limit, rounded up to a power of two. With the default limit of 200 that is
//! 24 × 200 + 4 × 512 = 6,848 bytes; with the highest, 60,000, it is under 2 MiB. The text of each admitted
//! value comes on top, and 64 KiB with the first value that is vouched for. The budget bounds how many there are and not how long they are: who admits text that
//! a client wrote bounds its length first.
//!
//! # Collisions
//! The hash is seeded from the operating system, for each budget anew: no client can aim values at one slot.

mod admission;
mod index;
mod overflowed;
mod seed;
mod sightings;

#[cfg(test)]
mod tests;

pub use self::admission::{Admission, ValueId};

use self::{index::Index, overflowed::Overflowed, seed::Seed, sightings::Sightings};
use crate::{label, text::same};
use std::{
    fmt,
    sync::atomic::{AtomicU32, Ordering},
    sync::{Mutex, OnceLock, PoisonError},
};

/// Admits the first N distinct values, and no more; see the [module docs](self).
pub struct Budget {
    seed: Seed,
    index: Index,
    values: Box<[OnceLock<Box<str>>]>,
    len: AtomicU32,
    admitting: Mutex<()>,
    sightings: Sightings,
    overflowed: Overflowed,
}

// === impl Budget ===

impl Budget {
    /// The limit of a budget by default: 200 routes are many for a service, and few for a metrics backend.
    pub const DEFAULT_LIMIT: usize = 200;

    /// The highest limit of a budget: an id fits 16 bits.
    pub const MAX_LIMIT: usize = 60_000;

    /// Makes a budget of `limit` distinct values, clamped to 1..=[`MAX_LIMIT`](Self::MAX_LIMIT).
    ///
    /// Two allocations, of the size that the [module docs](self#memory) state.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        let limit = limit.clamp(1, Self::MAX_LIMIT);
        Self {
            seed: Seed::random(),
            index: Index::for_values(limit),
            values: (0..limit).map(|_| OnceLock::new()).collect(),
            len: AtomicU32::new(0),
            admitting: Mutex::new(()),
            sightings: Sightings::default(),
            overflowed: Overflowed::default(),
        }
    }

    /// Finds a value that was admitted.
    ///
    /// Wait-free: no lock, no allocation, no write to shared memory. Once [`admit`](Self::admit) has
    /// returned a value's id on any thread, every lookup that happens after it finds the same id.
    #[inline]
    #[must_use]
    pub fn lookup(&self, value: &str) -> Option<ValueId> {
        self.find(self.seed.hash(value), value)
    }

    /// Finds a value, or admits it if the budget allows.
    ///
    /// A new value takes a lock and one allocation, at most [`limit`](Self::limit) times in the life of the
    /// budget. A budget that is spent takes no lock; it adds one to [`overflowed`](Self::overflowed).
    #[inline]
    pub fn admit(&self, value: &str) -> Admission {
        // Read before the lookup: what a full budget does not find, it never will.
        let full = self.is_full();
        let hash = self.seed.hash(value);
        match self.find(hash, value) {
            Some(id) => Admission::Known(id),
            None if full => self.overflowed.add(),
            None => self.insert(hash, value),
        }
    }

    /// Finds a value that a client wrote, or admits it when it is vouched for the second time.
    ///
    /// For a value whose request was answered with success; for others there is [`lookup`](Self::lookup). `None` is the
    /// first time: [`label::UNMATCHED`] stands for the value then. A constant of
    /// [`crate::label`] is `None` each time, and takes no place. [`label`](Self::label) does the whole of it. See the
    /// [module docs](self#values-that-clients-write).
    ///
    /// ```
    /// use route_canon::{Admission, Budget};
    ///
    /// let budget = Budget::new(200);
    /// assert_eq!(budget.vouch("~/users/{int}"), None);
    /// assert!(matches!(budget.vouch("~/users/{int}"), Some(Admission::Admitted(_))));
    /// assert!(budget.lookup("~/users/{int}").is_some());
    /// ```
    pub fn vouch(&self, value: &str) -> Option<Admission> {
        let full = self.is_full();
        let hash = self.seed.hash(value);
        match self.find(hash, value) {
            Some(id) => Some(Admission::Known(id)),
            None if label::is_constant(value) => None,
            None if full => Some(self.overflowed.add()),
            None => self.sightings.note(hash).then(|| self.insert(hash, value)),
        }
    }

    /// What to show for a value that a client wrote: itself once it has a place, else [`label::UNMATCHED`], or
    /// [`label::OVERFLOW`] where the budget turns it away.
    ///
    /// It [vouches](Self::vouch) for the value of a request that was answered with success, and [looks](Self::lookup) for
    /// that of any other. The constants of [`crate::label`] give themselves, and take no place.
    ///
    /// ```
    /// use route_canon::Budget;
    ///
    /// let budget = Budget::new(200);
    /// assert_eq!(budget.label("~/users/{int}", true), "{unmatched}");
    /// assert_eq!(budget.label("~/users/{int}", true), "~/users/{int}");
    /// assert_eq!(budget.label("~/users/{int}", false), "~/users/{int}");
    /// assert_eq!(budget.label("~/.env", false), "{unmatched}");
    /// ```
    pub fn label<'v>(&self, value: &'v str, is_success: bool) -> &'v str {
        let admission = if is_success {
            self.vouch(value)
        } else {
            self.lookup(value).map(Admission::Known)
        };
        match admission {
            Some(Admission::Known(_) | Admission::Admitted(_)) => value,
            Some(Admission::Overflow { first: _ }) => label::OVERFLOW,
            None if label::is_constant(value) => value,
            None => label::UNMATCHED,
        }
    }

    /// The text of an admitted value, or `None` for an id that this budget has not given out yet.
    ///
    /// An id means something to the budget that gave it only; another may answer with another value.
    #[inline]
    #[must_use]
    pub fn value(&self, id: ValueId) -> Option<&str> {
        self.values.get(id.index())?.get().map(AsRef::as_ref)
    }

    /// How many distinct values were admitted so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire) as usize
    }

    /// Whether nothing was admitted yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The most distinct values that this budget admits.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.values.len()
    }

    /// How many calls of [`admit`](Self::admit) and [`vouch`](Self::vouch) came after the limit with a value that is
    /// not known.
    #[must_use]
    pub fn overflowed(&self) -> u64 {
        self.overflowed.count()
    }

    /// The admitted values in the order of their admission, which is the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (ValueId, &str)> {
        let admitted = self.values.iter().map_while(|value| value.get());
        (0..).map(ValueId).zip(admitted.map(AsRef::as_ref))
    }

    #[inline]
    fn find(&self, hash: u64, value: &str) -> Option<ValueId> {
        self.index.find(hash, |id| {
            self.value(id)
                .is_some_and(|known| same(known.as_bytes(), value.as_bytes()))
        })
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.len() == self.limit()
    }

    #[cold]
    fn insert(&self, hash: u64, value: &str) -> Admission {
        // The lock guards no data, and every step under it leaves the budget whole.
        let _admitting = self
            .admitting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = self.find(hash, value) {
            return Admission::Known(id);
        }
        let next = self.len.load(Ordering::Relaxed);
        let Some((place, id)) = self.values.get(next as usize).zip(u16::try_from(next).ok()) else {
            return self.overflowed.add();
        };
        let id = ValueId(id);
        place.get_or_init(|| value.into());
        self.index.insert(hash, id);
        self.len.store(next + 1, Ordering::Release);
        Admission::Admitted(id)
    }
}

// === impl Default ===

impl Default for Budget {
    /// Makes a budget of [`DEFAULT_LIMIT`](Self::DEFAULT_LIMIT) values.
    fn default() -> Self {
        Self::new(Self::DEFAULT_LIMIT)
    }
}

// === impl Debug ===

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limit", &self.limit())
            .field("len", &self.len())
            .field("overflowed", &self.overflowed())
            .finish_non_exhaustive()
    }
}
