//! Numbers of texts, the same in the whole process: an observer may be in several layers, and what one
//! calls a route another may call so too.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

/// How many texts have a number. Budgets bound what each layer admits; this bounds all of them.
const MOST: u32 = 1 << 20;

/// The number that all texts past the last one share.
const SHARED: u32 = MOST;

/// The numbers of one layer's labels, each found once.
#[derive(Clone, Debug)]
pub(super) struct Ids(Arc<[AtomicU32]>);

/// The number of a text, above 0 and below 2²¹.
pub(crate) fn id_of(text: &str) -> u32 {
    static IDS: Mutex<Option<HashMap<Box<str>, u32>>> = Mutex::new(None);
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let ids = ids.get_or_insert_default();
    if let Some(&id) = ids.get(text) {
        return id;
    }
    // A million at most.
    let next = ids.len() as u32 + 1;
    if next >= MOST {
        return SHARED;
    }
    ids.insert(text.into(), next);
    next
}

// === impl Ids ===

impl Ids {
    pub(super) fn new(labels: usize) -> Self {
        Self((0..labels).map(|_| AtomicU32::new(0)).collect())
    }

    /// The number of a label; `text` is asked for it once.
    #[inline]
    pub(super) fn get<'a>(&self, label: usize, text: impl FnOnce() -> &'a str) -> u32 {
        match self.0.get(label).map(|id| id.load(Ordering::Relaxed)) {
            Some(id) if id != 0 => id,
            _ => self.find(label, text()),
        }
    }

    #[cold]
    fn find(&self, label: usize, text: &str) -> u32 {
        let id = id_of(text);
        if let Some(kept) = self.0.get(label) {
            kept.store(id, Ordering::Relaxed);
        }
        id
    }
}
