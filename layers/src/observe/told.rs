//! What an observer of a stream's events tells the others, in its own layer and in those outside.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Record, StreamCounts};
use crate::clock::Moment;

/// Written by the stream's task alone, and read by it: the order of its stores needs no more than that.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// How many events there were, and one more; 0 while nobody counts them.
    events: AtomicU64,
    keepalives: AtomicU64,
    /// The moment when the first one came, as a number; 0 before. Exchanges that share this started at
    /// different ones.
    first_event: AtomicU64,
}

// === impl Told ===

impl Told {
    /// How many events there were so far.
    #[cfg(feature = "trace")]
    #[inline]
    pub(super) fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed).saturating_sub(1)
    }

    #[cfg(feature = "sse")]
    pub(super) fn tell(&self, events: u64, keepalives: u64) {
        self.events.store(events + 1, Ordering::Relaxed);
        self.keepalives.store(keepalives, Ordering::Relaxed);
        if events != 0 && self.first_event.load(Ordering::Relaxed) == 0 {
            self.first_event
                .store(Moment::now().number(), Ordering::Relaxed);
        }
    }
}

// === impl Record ===

impl<'a> Record<'a> {
    /// What has passed of this stream so far: its frames, bytes and events. `None` unless an observer
    /// counts the events, as [`Sse`](crate::sse) does, in this layer or in one inside, and another one of
    /// this layer [needs](super::Needs::stream_events) them.
    ///
    /// An observer that comes before the one that counts sees, at a frame, what was counted until the
    /// frame before. At the end the count is whole.
    #[must_use]
    pub fn stream_counts(self) -> Option<StreamCounts> {
        let told = self.told()?;
        Some(StreamCounts {
            frames: self.frames(),
            bytes: self.sent(),
            events: told.events.load(Ordering::Relaxed).checked_sub(1)?,
            keepalives: told.keepalives.load(Ordering::Relaxed),
        })
    }

    /// The time from the request's arrival to the first event, as far as
    /// [events are counted](Self::stream_counts).
    #[must_use]
    pub fn first_event(self) -> Option<std::time::Duration> {
        let number = self.told()?.first_event.load(Ordering::Relaxed);
        let since = Moment::from_number(number).since(self.data.started);
        (number != 0).then_some(std::time::Duration::from_nanos(since))
    }

    fn told(self) -> Option<&'a Told> {
        self.data.extras.as_deref()?.told.as_deref()
    }

    /// Whether anyone wants to be told of the stream's events.
    #[cfg(feature = "sse")]
    #[inline]
    pub(crate) fn wants_events(self) -> bool {
        let extras = self.data.extras.as_deref();
        extras.is_some_and(|extras| extras.told.is_some() || extras.handle.is_some())
    }

    #[cfg(feature = "sse")]
    pub(crate) fn tell_events(self, events: u64, keepalives: u64) {
        if let Some(told) = self.told() {
            told.tell(events, keepalives);
        }
    }
}
