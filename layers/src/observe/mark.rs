//! The word of an outer exchange to one inside: how the outer body ended.
//!
//! Between two observed bodies there may be layers that fail a body or let go of it. Only the outer one
//! sees that, and the inner one has to know it when it is dropped.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use super::told::Told;

/// Shared by the inner exchange, which makes it, and the outer one, which finds it in the response's
/// extensions.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: AtomicU8,
    /// What is told of the stream's events.
    told: Arc<Told>,
}

/// It starts at 0: the response has reached no exchange outside, and there is no evidence.
const ALIVE: u8 = 1;
const ENDED: u8 = 2;
const DROPPED: u8 = 3;
const DRAINED: u8 = 4;

// === impl Mark ===

impl Mark {
    pub(super) fn new(told: Arc<Told>) -> Self {
        Self(Arc::new(Shared {
            state: AtomicU8::new(0),
            told,
        }))
    }

    pub(super) fn told(&self) -> &Arc<Told> {
        &self.0.told
    }

    /// Whether the inner body's end is a layer's doing: it is let go of while the outer body is there
    /// or has ended by itself. Without an outer body, there is no evidence.
    pub(super) fn blames_a_layer(&self) -> bool {
        matches!(self.0.state.load(Ordering::Acquire), ALIVE | ENDED)
    }

    /// The response reached the outer exchange.
    pub(super) fn reach_outer(&self) {
        self.0.state.store(ALIVE, Ordering::Release);
    }

    /// Whether a layer ended the stream for the server's shutdown.
    pub(super) fn tells_of_drain(&self) -> bool {
        self.0.state.load(Ordering::Acquire) == DRAINED
    }

    /// The outer body ended by itself: with `None`, an error, its last frame; or a layer inside of it
    /// ended it for the server's shutdown.
    pub(super) fn end_outer(&self, drained: bool) {
        self.change(if drained { DRAINED } else { ENDED });
    }

    /// The outer body is let go of, and the inner one with it.
    #[cold]
    pub(super) fn drop_outer(&self) {
        self.change(DROPPED);
    }

    /// What came first stays.
    fn change(&self, to: u8) {
        let _ = self
            .0
            .state
            .compare_exchange(ALIVE, to, Ordering::AcqRel, Ordering::Relaxed);
    }
}
