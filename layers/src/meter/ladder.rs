//! A table that grows and is read without a shared write.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use super::Key;

/// The slots of each rung: 5,456 in all, so that [`MAX_KEYS`] always fit.
const FIRST: usize = 16;
const RUNGS: [usize; 4] = [64, 256, 1_024, 4_096];
/// How many neighbouring slots of a rung a key may stand in; the last rung is searched whole.
const WINDOW: usize = 4;

/// The most keys that one ladder takes.
pub(crate) const MAX_KEYS: usize = 4_096;

/// An insert-only map from keys to values.
///
/// Each rung is an open-addressed table four times the size of the one before; those above the first are
/// made when they are first needed. A key stands in the first free slot of its window on the lowest rung that had one,
/// and nothing is ever moved or removed: so a reader that meets a free slot knows that the key is
/// not there, and takes no lock to find out.
#[derive(Debug)]
pub(crate) struct Ladder<V> {
    /// In place, for most keys of most ladders are in it.
    first: [Slot<V>; FIRST],
    rungs: [OnceLock<Box<[Slot<V>]>>; RUNGS.len()],
    len: AtomicUsize,
}

type Slot<V> = OnceLock<(Key, V)>;

/// The ladder holds as many keys as it was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

// === impl Ladder ===

impl<V> Default for Ladder<V> {
    fn default() -> Self {
        Self {
            first: [const { OnceLock::new() }; FIRST],
            rungs: [const { OnceLock::new() }; RUNGS.len()],
            len: AtomicUsize::new(0),
        }
    }
}

impl<V> Ladder<V> {
    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    #[inline(always)]
    pub(crate) fn find(&self, key: Key) -> Option<&V> {
        let hash = key.hash();
        for step in 0..WINDOW {
            let (occupant, value) = self.first[(hash + step) % FIRST].get()?;
            if *occupant == key {
                return Some(value);
            }
        }
        self.find_above(key, hash)
    }

    #[inline(never)]
    fn find_above(&self, key: Key, hash: usize) -> Option<&V> {
        for rung in &self.rungs {
            for slot in window(rung.get()?, hash) {
                let (occupant, value) = slot.get()?;
                if *occupant == key {
                    return Some(value);
                }
            }
        }
        None
    }

    /// The value of `key`, made and inserted if it is new and fewer than `most` keys are in; `None` if
    /// none could be made.
    ///
    /// Two threads may both make a value for one key; one of them is kept.
    pub(crate) fn find_or_insert(
        &self,
        key: Key,
        most: usize,
        make: impl FnOnce() -> Option<V>,
    ) -> Result<Option<&V>, Full> {
        if let Some(value) = self.find(key) {
            return Ok(Some(value));
        }
        // Reserved before it is made, so that racing threads cannot run over.
        if self.len.fetch_add(1, Ordering::Relaxed) >= most.min(MAX_KEYS) {
            self.len.fetch_sub(1, Ordering::Relaxed);
            return Err(Full);
        }
        let (value, inserted) = match make() {
            Some(made) => self.insert(key, made),
            None => (None, false),
        };
        if !inserted {
            self.len.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(value)
    }

    fn insert(&self, key: Key, value: V) -> (Option<&V>, bool) {
        let hash = key.hash();
        let mut entry = Some((key, value));
        let above = self.rungs.iter().zip(RUNGS).map(|(rung, slots)| {
            let rung = rung.get_or_init(|| (0..slots).map(|_| OnceLock::new()).collect());
            &rung[..]
        });
        for rung in [&self.first[..]].into_iter().chain(above) {
            for slot in window(rung, hash) {
                let (occupant, value) = slot.get_or_init(|| entry.take().expect("taken once"));
                if entry.is_none() {
                    return (Some(value), true);
                }
                if *occupant == key {
                    return (Some(value), false);
                }
            }
        }
        (None, false)
    }
}

/// The slots of a rung that a key may stand in, in the order in which they are tried.
#[inline]
fn window<V>(rung: &[Slot<V>], hash: usize) -> impl Iterator<Item = &Slot<V>> {
    let (start, mask) = (hash, rung.len() - 1);
    let width = if rung.len() == RUNGS[RUNGS.len() - 1] {
        rung.len()
    } else {
        WINDOW
    };
    (0..width).map(move |step| &rung[(start + step) & mask])
}
