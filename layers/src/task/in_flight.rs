//! The jobs of a task that are under way, the oldest first.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Moment;

/// The jobs under way, in the order of their starts. It allocates where more are under way than ever before.
#[derive(Debug, Default)]
pub(super) struct InFlight(Mutex<List>);

/// A place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u32);

/// A list whose members point at each other by their places.
#[derive(Debug)]
struct List {
    places: Vec<Member>,
    oldest: u32,
    newest: u32,
    /// The first of the places that are free.
    free: u32,
    len: usize,
}

#[derive(Debug)]
struct Member {
    started: Moment,
    older: u32,
    newer: u32,
}

/// No place.
const NONE: u32 = u32::MAX;

// === impl InFlight ===

impl InFlight {
    /// A job starts.
    #[inline]
    pub(super) fn add(&self, started: Moment) -> Place {
        self.list().add(started)
    }

    /// A job ended.
    #[inline]
    pub(super) fn remove(&self, place: Place) {
        self.list().remove(place.0);
    }

    /// How many there are, and when the oldest was started.
    pub(super) fn oldest(&self) -> (usize, Option<Moment>) {
        let list = self.list();
        let oldest = list.places.get(list.oldest as usize);
        (list.len, oldest.map(|member| member.started))
    }

    #[inline]
    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl List ===

impl List {
    #[inline]
    fn add(&mut self, started: Moment) -> Place {
        let member = Member {
            started,
            older: self.newest,
            newer: NONE,
        };
        let place = if let Some(free) = self.places.get_mut(self.free as usize) {
            let place = self.free;
            self.free = free.newer;
            *free = member;
            place
        } else {
            // Four billion jobs do not fit into memory.
            let place = self.places.len() as u32;
            self.places.push(member);
            place
        };
        match self.places.get_mut(self.newest as usize) {
            Some(newest) => newest.newer = place,
            None => self.oldest = place,
        }
        self.newest = place;
        self.len += 1;
        Place(place)
    }

    #[inline]
    fn remove(&mut self, place: u32) {
        let free = self.free;
        let Some(member) = self.places.get_mut(place as usize) else {
            return;
        };
        let (older, newer) = (member.older, member.newer);
        member.newer = free;
        self.free = place;
        self.len -= 1;
        match self.places.get_mut(older as usize) {
            Some(older) => older.newer = newer,
            None => self.oldest = newer,
        }
        match self.places.get_mut(newer as usize) {
            Some(newer) => newer.older = older,
            None => self.newest = older,
        }
    }
}

impl Default for List {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            oldest: NONE,
            newest: NONE,
            free: NONE,
            len: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever comes and goes in whatever order, the oldest is the oldest, and no more places are kept than there
        /// ever were at once.
        #[test]
        fn the_oldest_is_the_oldest(steps in prop::collection::vec(any::<Option<u8>>(), 0..200)) {
            let (jobs, mut known, mut clock, mut most) = (InFlight::default(), VecDeque::new(), 0, 0);
            for step in steps {
                match step {
                    Some(which) if !known.is_empty() => {
                        let (_, place) = known.remove(usize::from(which) % known.len()).expect("in range");
                        jobs.remove(place);
                    }
                    _ => {
                        clock += 1;
                        let started = Moment::from_number(clock);
                        known.push_back((started, jobs.add(started)));
                    }
                }
                most = most.max(known.len());
                prop_assert_eq!(jobs.oldest(), (known.len(), known.front().map(|(started, _)| *started)));
            }
            prop_assert_eq!(jobs.list().places.len(), most);
        }
    }
}
