//! What the rest of the process may read of an open stream.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

use super::route::Route;
use crate::clock::Moment;
#[cfg(feature = "conn")]
use crate::conn::ConnHandle;

/// Written by the stream's task alone. Times are nanoseconds since the request's arrival, and one more;
/// 0 is not yet.
#[derive(Debug)]
pub(super) struct StreamCell {
    pub(super) started: Moment,
    pub(super) route: Arc<Route>,
    last_event: AtomicU64,
    /// When a frame was handed over that nobody came back for yet.
    handed: AtomicU64,
    #[cfg(feature = "conn")]
    pub(super) connection: Option<ConnHandle>,
    /// Whether its events are seen.
    reads: AtomicBool,
    /// Its place in the registry.
    place: AtomicUsize,
}

/// The open streams. A stream locks its shard when it opens and when it ends, and at no frame.
#[derive(Debug, Default)]
pub(super) struct Registry {
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    cells: Vec<Option<Arc<StreamCell>>>,
    free: Vec<usize>,
}

const SHARDS: usize = 32;

// === impl StreamCell ===

impl StreamCell {
    pub(super) fn new(
        started: Moment,
        route: Arc<Route>,
        #[cfg(feature = "conn")] connection: Option<ConnHandle>,
    ) -> Self {
        Self {
            started,
            route,
            last_event: AtomicU64::new(0),
            handed: AtomicU64::new(0),
            #[cfg(feature = "conn")]
            connection,
            reads: AtomicBool::new(true),
            place: AtomicUsize::new(0),
        }
    }

    /// Events came; returns the time since the ones before, if there were any.
    #[inline]
    pub(super) fn events(&self, now: u64) -> Option<u64> {
        let before = self.last_event();
        self.last_event.store(now + 1, Ordering::Relaxed);
        Some(now.saturating_sub(before?))
    }

    /// The events are not seen, or not any more.
    #[cold]
    pub(super) fn stop_reading(&self) {
        self.reads.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_read(&self) -> bool {
        self.reads.load(Ordering::Relaxed)
    }

    /// The time since the request's arrival.
    pub(super) fn age(&self) -> u64 {
        self.started.elapsed()
    }

    /// A frame is handed over.
    #[inline]
    pub(super) fn hand(&self, now: u64) {
        self.handed.store(now + 1, Ordering::Relaxed);
    }

    /// The frame that was handed over is taken.
    #[inline]
    pub(super) fn take(&self) {
        self.handed.store(0, Ordering::Relaxed);
    }

    /// How long bytes have waited for the connection, as far as it is observed.
    pub(super) fn write_blocked(&self) -> Option<std::time::Duration> {
        #[cfg(feature = "conn")]
        {
            self.connection.as_ref()?.write_blocked_for()
        }
        #[cfg(not(feature = "conn"))]
        None
    }

    #[inline]
    pub(super) fn last_event(&self) -> Option<u64> {
        self.last_event.load(Ordering::Relaxed).checked_sub(1)
    }

    #[inline]
    pub(super) fn handed(&self) -> Option<u64> {
        self.handed.load(Ordering::Relaxed).checked_sub(1)
    }
}

// === impl Registry ===

impl Registry {
    pub(super) fn insert(&self, cell: &Arc<StreamCell>) {
        let mut shard = self.shard(cell);
        let place = shard.free.pop().unwrap_or_else(|| {
            shard.cells.push(None);
            shard.cells.len() - 1
        });
        cell.place.store(place, Ordering::Relaxed);
        shard.cells[place] = Some(Arc::clone(cell));
    }

    pub(super) fn remove(&self, cell: &Arc<StreamCell>) {
        let mut shard = self.shard(cell);
        let place = cell.place.load(Ordering::Relaxed);
        if let Some(there) = shard.cells.get_mut(place)
            && there.as_ref().is_some_and(|there| Arc::ptr_eq(there, cell))
        {
            *there = None;
            shard.free.push(place);
        }
        // What a flood has left is given back.
        if shard.cells.len() > 64 && shard.free.len() == shard.cells.len() {
            *shard = Shard::default();
        }
    }

    /// Visits the open streams, a shard at a time, so that none that opens or ends waits for long.
    pub(super) fn each(&self, mut visit: impl FnMut(&StreamCell)) {
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.cells.iter().flatten().for_each(|cell| visit(cell));
        }
    }

    fn shard(&self, cell: &Arc<StreamCell>) -> std::sync::MutexGuard<'_, Shard> {
        // An address is as good as a number that each stream would have to count up.
        let address = Arc::as_ptr(cell) as usize;
        let shard = &self.shards[(address >> 7) % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
