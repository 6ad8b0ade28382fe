//! What is read of a stream's bytes, and recorded as it passes.

use bytes::Buf;
use metrics::Counter;
use sse_body::{Event, Format, Item, OnItem, Scanner};

use super::{
    cell::StreamCell,
    inner::Inner,
    route::Route,
    types::{LastType, TypeLabel},
};

/// The events of one stream so far.
#[derive(Debug)]
pub(super) struct Events {
    /// None where the bytes are encoded, and once there is nothing more to read.
    scanner: Option<Scanner>,
    /// Whether all events so far were seen.
    is_read: bool,
    notes: Notes,
}

/// What is noted of the events so far.
#[derive(Debug, Default)]
struct Notes {
    last_type: LastType,
    /// What was counted last.
    last_label: TypeLabel,
    /// Its counter, if it may be kept.
    last_counter: Option<Counter>,
    counts: EventCounts,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EventCounts {
    pub(super) events: u64,
    pub(super) keepalives: u64,
    /// A declared end marker came.
    pub(super) marked: bool,
}

/// What the events of one frame came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfFrame {
    pub(super) events: u32,
    /// They have several types.
    pub(super) is_mixed: bool,
    /// How large the last one is.
    pub(super) last_size: u64,
}

/// Takes the items of one frame.
struct Sink<'a> {
    inner: &'a Inner,
    route: &'a Route,
    notes: &'a mut Notes,
    frame: OfFrame,
}

// === impl Events ===

impl Events {
    pub(super) fn of(format: Format) -> Self {
        let scanner = match format {
            Format::EventStream => Some(Scanner::new()),
            Format::Lines => Some(Scanner::lines()),
            _ => None,
        };
        Self {
            is_read: scanner.is_some(),
            scanner,
            notes: Notes::default(),
        }
    }

    pub(super) fn counts(&self) -> EventCounts {
        self.notes.counts
    }

    /// The type of the last event.
    #[cfg(feature = "conn")]
    pub(super) fn last_type(&self) -> TypeLabel {
        self.notes.last_label
    }

    /// Reads a frame, and records the events that it completes.
    #[inline]
    pub(super) fn read<D: Buf + ?Sized>(
        &mut self,
        inner: &Inner,
        cell: &StreamCell,
        data: &D,
    ) -> OfFrame {
        let Some(scanner) = self.scanner.as_mut().filter(|_| self.is_read) else {
            return OfFrame::default();
        };
        // A recorder that panics leaves a scanner that is of no more use.
        self.is_read = false;
        let mut sink = Sink::new(inner, &cell.route, &mut self.notes);
        let all_read = scanner.feed_buf(data, &mut sink);
        let frame = sink.frame;
        self.is_read = all_read;
        if !all_read {
            self.stop_reading(cell);
        }
        frame
    }

    /// The stream is at its end: a last line without a newline counts.
    pub(super) fn finish(&mut self, inner: &Inner, route: &Route) -> OfFrame {
        let Some(mut scanner) = self.scanner.take().filter(|_| self.is_read) else {
            return OfFrame::default();
        };
        let mut sink = Sink::new(inner, route, &mut self.notes);
        scanner.finish(&mut sink);
        sink.frame
    }

    /// The buffer does not show all of its pieces: what came after would be read wrongly.
    #[cold]
    fn stop_reading(&mut self, cell: &StreamCell) {
        tracing::warn!(
            "a frame of an event stream is in more pieces than it shows; the stream's events are \
             not counted from here on"
        );
        self.scanner = None;
        cell.stop_reading();
    }

    /// Whether all events so far were seen: not where an encoding hides them.
    pub(super) fn is_read(&self) -> bool {
        self.is_read
    }
}

// === impl Sink ===

impl<'a> Sink<'a> {
    #[inline]
    fn new(inner: &'a Inner, route: &'a Route, notes: &'a mut Notes) -> Self {
        Self {
            inner,
            route,
            notes,
            frame: OfFrame::default(),
        }
    }

    #[inline(always)]
    fn event(&mut self, event: Event<'_>) {
        let inner = self.inner;
        let known = inner
            .types
            .know(event, &mut self.notes.last_type, || inner.refuse_type());
        if !known.is_plain {
            self.notes.counts.marked |= known.marker;
            if known.keepalive {
                return self.keepalive();
            }
        }
        match &self.notes.last_counter {
            Some(counter) if self.notes.last_label == known.label => counter.increment(1),
            _ => self.count_another(known.label),
        }
        self.notes.counts.events += 1;
        self.frame.events = self.frame.events.saturating_add(1);
        self.frame.last_size = event.size();
        if inner.options.size {
            self.route.record_size(inner, known.label, event.size());
        }
    }

    #[cold]
    fn count_another(&mut self, label: TypeLabel) {
        self.frame.is_mixed |= self.frame.events != 0 && self.notes.last_label != label;
        self.notes.last_label = label;
        self.notes.last_counter = self.route.count_events(self.inner, label, 1);
    }

    #[cold]
    fn keepalive(&mut self) {
        self.notes.counts.keepalives += 1;
        let family = &self.inner.families.keepalives;
        self.route.count(self.inner, family, 1);
    }
}

impl OnItem for Sink<'_> {
    // The scanner calls it in two places, and knows in each what the item is.
    #[inline(always)]
    fn on_item(&mut self, item: Item<'_>) {
        match item {
            Item::Event(event) => self.event(event),
            Item::Comment => self.keepalive(),
            _ => {}
        }
    }
}

/// Records when events came: the first one, then the gaps.
#[inline]
pub(super) fn record_times(inner: &Inner, route: &Route, cell: &StreamCell, now: u64) {
    match cell.events(now) {
        None => route.time(inner, &inner.families.first_event, now),
        Some(gap) if inner.options.gap => route.record_gap(inner, gap),
        Some(_) => {}
    }
}
