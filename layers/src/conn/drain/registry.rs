//! Those who wait for a drain.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use atomic_waker::AtomicWaker;

/// The wakers of all who wait, in shards of their own locks, which are taken to enter, to leave and to
/// wake; never to wait.
#[derive(Debug)]
pub(super) struct Registry {
    shards: [Shard; SHARDS],
}

/// Each on a line of the cache of its own.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Shard(Mutex<Places>);

#[derive(Debug, Default)]
struct Places {
    wakers: Vec<Option<Arc<AtomicWaker>>>,
    free: Vec<usize>,
}

/// The place of one who waits.
#[derive(Debug)]
pub(super) struct Place {
    waker: Arc<AtomicWaker>,
    shard: usize,
    index: usize,
}

const SHARDS: usize = 16;

// === impl Registry ===

impl Default for Registry {
    fn default() -> Self {
        Self {
            shards: std::array::from_fn(|_| Shard::default()),
        }
    }
}

impl Registry {
    pub(super) fn enter(&self) -> Place {
        let waker = Arc::new(AtomicWaker::new());
        let shard = shard_of(&waker);
        let mut places = self.shards[shard].lock();
        let index = places.free.pop().unwrap_or(places.wakers.len());
        let entry = Some(Arc::clone(&waker));
        match places.wakers.get_mut(index) {
            Some(place) => *place = entry,
            None => places.wakers.push(entry),
        }
        drop(places);
        Place {
            waker,
            shard,
            index,
        }
    }

    pub(super) fn leave(&self, place: &Place) {
        let mut places = self.shards[place.shard].lock();
        let left = places.wakers.get_mut(place.index).and_then(Option::take);
        places.free.push(place.index);
        if places.free.len() == places.wakers.len() {
            // The last one: what the busiest hour took is given back.
            *places = Places::default();
        }
        drop(places);
        drop(left);
    }

    /// How many places there are, free ones included.
    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        let shards = self.shards.iter();
        shards.map(|shard| shard.lock().wakers.len()).sum()
    }

    /// Wakes all, and returns how many they were. A waker may drop the one that it wakes, so no lock is
    /// held then.
    pub(super) fn wake(&self) -> usize {
        let mut woken = 0;
        for shard in &self.shards {
            let wakers: Vec<_> = shard.lock().wakers.iter().flatten().cloned().collect();
            woken += wakers.len();
            wakers.iter().for_each(|waker| waker.wake());
        }
        woken
    }
}

/// A shard by the waker's address: no counter that threads share.
fn shard_of(waker: &Arc<AtomicWaker>) -> usize {
    let address = Arc::as_ptr(waker).addr() as u64;
    // The highest bits of the product depend on all of the address.
    (address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as usize % SHARDS
}

// === impl Shard ===

impl Shard {
    fn lock(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Place ===

impl Place {
    #[inline]
    pub(super) fn waker(&self) -> &AtomicWaker {
        &self.waker
    }
}
