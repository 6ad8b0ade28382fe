//! Numbers of texts, the same in the whole process: an observer may be in several layers, and what one
//! calls a route another may call so too.

#[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How many texts have a number. Budgets bound what each layer admits; this bounds all of them, to some
/// ten megabytes.
const MOST: u32 = 1 << 16;

/// The number that all texts past the last one share: they are one series, of a full budget.
#[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
const SHARED: u32 = MOST;

/// The numbers of one layer's labels, each found once.
#[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
#[derive(Clone, Debug)]
pub(super) struct Ids(Arc<[AtomicU32]>);

/// Texts and their numbers.
#[derive(Debug, Default)]
struct Texts(HashMap<Box<str>, u32>);

/// The number of a text, above 0 and below 2²¹.
pub(crate) fn id_of(text: &str) -> u32 {
    static TEXTS: Mutex<Option<Texts>> = Mutex::new(None);
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    texts.get_or_insert_default().id_of(text, MOST)
}

// === impl Texts ===

impl Texts {
    fn id_of(&mut self, text: &str, most: u32) -> u32 {
        if let Some(&id) = self.0.get(text) {
            return id;
        }
        // Few enough for the type.
        let next = self.0.len() as u32 + 1;
        if next >= most {
            return most;
        }
        self.0.insert(text.into(), next);
        next
    }
}

// === impl Ids ===

#[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
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

    /// Whether a label has no number of its own.
    pub(super) fn is_shared(&self, label: usize) -> bool {
        let id = self.0.get(label).map(|id| id.load(Ordering::Relaxed));
        id == Some(SHARED)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_past_the_last_one_share_a_number_and_the_others_keep_theirs() {
        let mut texts = Texts::default();
        let ids = ["/a", "/b", "/c", "/d", "/a", "/b"].map(|text| texts.id_of(text, 3));
        assert_eq!(ids, [1, 2, 3, 3, 1, 2]);
    }

    #[test]
    fn a_label_that_shares_its_number_is_known() {
        let ids = Ids::new(2);
        ids.0[1].store(SHARED, Ordering::Relaxed);
        assert!(ids.is_shared(1));
        assert!(!ids.is_shared(0));
        assert_eq!(ids.get(0, || "/texts/of/a/test"), id_of("/texts/of/a/test"));
        assert!(!ids.is_shared(0));
    }
}
