//! What the clients did, to be compared with what the metrics say.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    scenes::Scene,
    streams::{Received, Streams},
};

/// One line of the comparison. The status is absent where no answer came.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Key {
    pub(crate) route: String,
    pub(crate) method: String,
    pub(crate) status: Option<u16>,
}

/// Counts of requests, shared by all the clients.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    counts: Mutex<BTreeMap<Key, u64>>,
    streams: Mutex<Streams>,
    surprises: Mutex<Vec<String>>,
    sent: AtomicU64,
    left_early: AtomicU64,
}

/// How many surprises are told one by one.
const MAX_SURPRISES: usize = 10;

// === impl Ledger ===

impl Ledger {
    /// Notes one request whose status the client has seen, or has not.
    pub(crate) fn record(&self, scene: &Scene, status: Option<u16>) {
        let key = Key {
            route: scene.route.into(),
            method: scene.method_label().into(),
            status,
        };
        *lock(&self.counts).entry(key).or_default() += 1;
        self.sent.fetch_add(1, Ordering::Relaxed);
        if scene.leaves() {
            self.left_early.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notes what the client received of an answer, if that is a stream.
    pub(crate) fn record_stream(&self, scene: &Scene, received: Received) {
        if let Some(reason) = scene.closes {
            lock(&self.streams).note(scene, reason, received);
        }
    }

    /// Notes that a request went otherwise than its scene says.
    pub(crate) fn surprise(&self, scene: &Scene, what: &str) {
        let mut surprises = lock(&self.surprises);
        if surprises.len() < MAX_SURPRISES {
            surprises.push(format!("{} {}: {what}", scene.method, scene.path));
        }
    }

    pub(crate) fn counts(&self) -> BTreeMap<Key, u64> {
        lock(&self.counts).clone()
    }

    pub(crate) fn streams(&self) -> Streams {
        lock(&self.streams).clone()
    }

    pub(crate) fn surprises(&self) -> Vec<String> {
        lock(&self.surprises).clone()
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn left_early(&self) -> u64 {
        self.left_early.load(Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
