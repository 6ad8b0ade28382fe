//! What passed so far.

use std::time::{Duration, Instant};

use crate::Item;

/// What passed through a body so far.
///
/// Times are as the body's clock told them when a frame passed: the events of one frame share their time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stats {
    /// How many bytes passed, of data.
    pub bytes: u64,
    /// How many comment lines passed.
    pub comments: u64,
    /// Whether the stream ended within an event, or within a line. Told at the end.
    pub cut_off: bool,
    /// Whether the content is encoded: it is counted in frames and bytes, and not read.
    pub encoded: bool,
    /// How many events passed.
    pub events: u64,
    /// How many frames passed, those of trailers too.
    pub frames: u64,
    /// When the last event passed.
    pub last_event: Option<Instant>,
    /// The size of the largest event, in bytes.
    pub largest_event: u64,
    /// The longest time from a frame to the next poll: how long the consumer was busy with what it had.
    pub longest_backpressure: Duration,
    /// The longest time from one event to the next.
    pub longest_gap: Duration,
    /// How many valid `retry` fields passed.
    pub retries: u64,
    /// Whether any event set the last event ID.
    pub saw_id: bool,
    /// When the stream started, as it was told, or when its body was made.
    pub started: Instant,
    /// From the start to the first byte of data.
    pub time_to_first_byte: Option<Duration>,
    /// From the start to the first event.
    pub time_to_first_event: Option<Duration>,
    /// Whether a frame did not show all its bytes without being consumed: from there on they are counted, and not read.
    ///
    /// See [`Scanner::feed_buf`](crate::Scanner::feed_buf). No buffer of the `bytes` crate is like that.
    pub unread: bool,
}

// === impl Stats ===

impl Stats {
    pub(crate) const fn new(started: Instant) -> Self {
        Self {
            bytes: 0,
            comments: 0,
            cut_off: false,
            encoded: false,
            events: 0,
            frames: 0,
            last_event: None,
            largest_event: 0,
            longest_backpressure: Duration::ZERO,
            longest_gap: Duration::ZERO,
            retries: 0,
            saw_id: false,
            started,
            time_to_first_byte: None,
            time_to_first_event: None,
            unread: false,
        }
    }

    /// Counts a frame with so many bytes of data.
    #[inline]
    pub(crate) fn frame(&mut self, bytes: u64, now: Instant) {
        self.frames += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if bytes > 0 && self.time_to_first_byte.is_none() {
            self.time_to_first_byte = Some(now.saturating_duration_since(self.started));
        }
    }

    /// Counts an item. The times of events are for [`events_at`](Self::events_at).
    #[inline]
    pub(crate) fn item(&mut self, item: Item<'_>) {
        match item {
            Item::Comment => self.comments += 1,
            Item::Event(event) => {
                self.events += 1;
                self.largest_event = self.largest_event.max(event.size());
            }
            Item::Retry(_) => self.retries += 1,
        }
    }

    /// One frame completed one event or more: they share its time.
    #[inline]
    pub(crate) fn events_at(&mut self, now: Instant) {
        match self.last_event.replace(now) {
            Some(before) => self.gap(before, now),
            None => self.time_to_first_event = Some(now.saturating_duration_since(self.started)),
        }
    }

    #[inline]
    fn gap(&mut self, before: Instant, now: Instant) {
        // To compare is a fraction of what a subtraction costs, and most gaps are not the longest.
        if let Some(longest) = before.checked_add(self.longest_gap)
            && now > longest
        {
            self.longest_gap += now - longest;
        }
    }
}
