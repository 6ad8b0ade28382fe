//! The word of an outer exchange to one inside: how the outer body ended.
//!
//! Between two observed bodies there may be layers that fail a body or let go of it. Only the outer one
//! sees that, and the inner one has to know it when it is dropped.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

/// Shared by the inner exchange, which makes it, and the outer one, which finds it in the response's
/// extensions.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark(Arc<AtomicU8>);

/// The outer body's side: dropped before the body within it, it tells of the drop.
#[derive(Debug, Default)]
pub(super) struct OuterMark(Option<Mark>);

const UNSEEN: u8 = 0;
const ALIVE: u8 = 1;
const ENDED: u8 = 2;
const DROPPED: u8 = 3;

// === impl Mark ===

impl Mark {
    /// Whether the inner body's end is a layer's doing: it is let go of while the outer body is there
    /// or has ended by itself. Without an outer body, there is no evidence.
    pub(super) fn blames_a_layer(&self) -> bool {
        matches!(self.0.load(Ordering::Acquire), ALIVE | ENDED)
    }
}

// === impl OuterMark ===

impl OuterMark {
    /// The response reached the outer exchange.
    pub(super) fn of(mark: Option<Mark>) -> Self {
        if let Some(mark) = &mark {
            debug_assert!(matches!(mark.0.load(Ordering::Relaxed), UNSEEN | ALIVE));
            mark.0.store(ALIVE, Ordering::Release);
        }
        Self(mark)
    }

    /// The outer body ended by itself: with `None`, an error, its last frame.
    #[inline(always)]
    pub(super) fn end(&mut self) {
        if let Some(mark) = self.0.take() {
            mark.0.store(ENDED, Ordering::Release);
        }
    }
}

impl Drop for OuterMark {
    #[inline]
    fn drop(&mut self) {
        if let Some(mark) = &self.0 {
            mark.0.store(DROPPED, Ordering::Release);
        }
    }
}
