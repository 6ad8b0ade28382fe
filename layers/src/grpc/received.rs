//! The messages of a request's body, which is read wherever the service likes.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use super::{
    inner::{Direction, Inner},
    methods::MethodLabel,
};
use crate::{
    observe::{FrameRef, RequestTap},
    rpc::Messages,
};

/// The messages of one request. Those that come before the method is known wait for it: it may be known
/// only once the response's head vouches for it.
#[derive(Debug)]
pub(super) struct Received {
    /// The method's number, once it is known.
    method: AtomicU32,
    waiting: AtomicU64,
}

const UNKNOWN: u32 = u32::MAX;

// === impl Received ===

impl Received {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            method: AtomicU32::new(UNKNOWN),
            waiting: AtomicU64::new(0),
        })
    }

    /// The tap that counts them.
    pub(super) fn tap(self: &Arc<Self>, inner: &Arc<Inner>, mut messages: Messages) -> RequestTap {
        let (received, inner) = (Arc::clone(self), Arc::clone(inner));
        RequestTap::new(move |frame| {
            let FrameRef::Data(data) = frame else {
                return;
            };
            let passed = messages.feed_frame(data);
            if passed > 0 {
                received.waiting.fetch_add(passed, Ordering::AcqRel);
                received.flush(&inner);
            }
        })
    }

    /// The method is known now.
    pub(super) fn name(&self, inner: &Inner, method: MethodLabel) {
        self.method
            .store(u32::from(method.number()), Ordering::Release);
        self.flush(inner);
    }

    /// Counts what waits. Whichever side comes second, of a frame and the name, counts: each writes its
    /// own word before it reads the other's.
    fn flush(&self, inner: &Inner) {
        let Ok(number) = u16::try_from(self.method.load(Ordering::Acquire)) else {
            return;
        };
        let waiting = self.waiting.swap(0, Ordering::AcqRel);
        if waiting > 0 {
            inner.count(
                MethodLabel::from_number(number),
                Direction::Receive,
                waiting,
            );
        }
    }
}
