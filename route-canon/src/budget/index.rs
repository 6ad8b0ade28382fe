//! From a hash to the ids that may have it: open addressing, append-only.

use super::ValueId;
use std::sync::atomic::{AtomicU32, Ordering};

/// Slots of an id and 16 bits of its value's hash. At least half of them stay empty, so every probe ends, after
/// one slot or two as a rule.
#[derive(Debug)]
pub(super) struct Index {
    slots: Box<[AtomicU32]>,
}

/// The hash's upper 16 bits above the id plus one; the place in the index comes from the lower bits.
struct Slot(u32);

// === impl Index ===

impl Index {
    pub(super) fn for_values(limit: usize) -> Self {
        let slots = (2 * limit).next_power_of_two();
        Self {
            slots: (0..slots).map(|_| AtomicU32::new(Slot::EMPTY)).collect(),
        }
    }

    /// The id under this hash that `is_it` confirms.
    #[inline(always)] // Out of line, its caller's registers go through memory: 40 instructions more.
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(ValueId) -> bool) -> Option<ValueId> {
        for step in 0.. {
            // Acquire: the value behind the id was written before the slot.
            let slot = Slot(self.slot(hash, step).load(Ordering::Acquire));
            let id = slot.id()?;
            if slot.has_tag_of(hash) && is_it(id) {
                return Some(id);
            }
        }
        None
    }

    /// Puts an id under its hash. One thread at a time, after the id's value was written, and no more ids than the
    /// index was made for.
    pub(super) fn insert(&self, hash: u64, id: ValueId) {
        let mut probed = (0..).map(|step| self.slot(hash, step));
        if let Some(slot) = probed.find(|slot| slot.load(Ordering::Relaxed) == Slot::EMPTY) {
            slot.store(Slot::new(hash, id).0, Ordering::Release);
        }
    }

    #[inline]
    fn slot(&self, hash: u64, step: usize) -> &AtomicU32 {
        &self.slots[(hash as usize).wrapping_add(step) & (self.slots.len() - 1)]
    }
}

// === impl Slot ===

impl Slot {
    const EMPTY: u32 = 0;

    fn new(hash: u64, id: ValueId) -> Self {
        Self(Self::tag(hash) | (u32::from(id.0) + 1))
    }

    #[inline]
    fn id(&self) -> Option<ValueId> {
        (self.0 as u16).checked_sub(1).map(ValueId)
    }

    #[inline]
    fn has_tag_of(&self, hash: u64) -> bool {
        self.0 & 0xffff_0000 == Self::tag(hash)
    }

    #[inline]
    fn tag(hash: u64) -> u32 {
        (hash >> 32) as u32 & 0xffff_0000
    }
}
