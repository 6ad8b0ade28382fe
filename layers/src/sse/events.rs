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
    /// The counter of the type that was counted last.
    last_counter: Option<(TypeLabel, Counter)>,
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
    /// The type of all of them; `None` if they have several.
    pub(super) one_type: Option<TypeLabel>,
    /// How large the last one is.
    pub(super) last_size: u64,
}

/// Takes the items of one frame.
struct Sink<'a> {
    inner: &'a Inner,
    route: &'a Route,
    notes: &'a mut Notes,
    frame: OfFrame,
    keepalives: u64,
    /// Events of the same type in a row are counted at once.
    alike: u64,
    label: TypeLabel,
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

    /// Reads a frame, and records the events that it completes.
    #[inline]
    pub(super) fn read<D: Buf + ?Sized>(
        &mut self,
        inner: &Inner,
        route: &Route,
        data: &D,
    ) -> OfFrame {
        let Some(scanner) = self.scanner.as_mut().filter(|_| self.is_read) else {
            return OfFrame::default();
        };
        // A recorder that panics leaves a scanner that is of no more use.
        self.is_read = false;
        let mut sink = Sink::new(inner, route, &mut self.notes);
        let all_read = scanner.feed_buf(data, &mut sink);
        let frame = sink.finish();
        self.is_read = all_read;
        if !all_read {
            self.stop_reading();
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
        sink.finish()
    }

    /// The buffer does not show all of its pieces: what came after would be read wrongly.
    #[cold]
    fn stop_reading(&mut self) {
        tracing::warn!(
            "a frame of an event stream is in more pieces than it shows; the stream's events are \
             not counted from here on"
        );
        self.scanner = None;
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
            keepalives: 0,
            alike: 0,
            label: TypeLabel::MESSAGE,
        }
    }

    #[inline]
    fn event(&mut self, event: Event<'_>) {
        let inner = self.inner;
        let known = inner
            .types
            .know(event, &mut self.notes.last_type, || inner.refuse_type());
        self.notes.counts.marked |= known.marker;
        if known.keepalive {
            self.keepalives += 1;
            return;
        }
        if known.label != self.label {
            self.count_alike();
            self.label = known.label;
        }
        self.alike += 1;
        self.frame.one_type = match self.frame.events {
            0 => Some(known.label),
            _ => self.frame.one_type.filter(|&label| label == known.label),
        };
        self.frame.events = self.frame.events.saturating_add(1);
        self.frame.last_size = event.size();
        if inner.options.size {
            self.route.record_size(inner, known.label, event.size());
        }
    }

    #[inline]
    fn count_alike(&mut self) {
        if self.alike == 0 {
            return;
        }
        match &self.notes.last_counter {
            Some((label, counter)) if *label == self.label => counter.increment(self.alike),
            _ => self.count_another(),
        }
        self.notes.counts.events += self.alike;
        self.alike = 0;
    }

    #[inline(never)]
    fn count_another(&mut self) {
        let counter = self.route.count_events(self.inner, self.label, self.alike);
        self.notes.last_counter = counter.map(|counter| (self.label, counter));
    }

    #[inline]
    fn finish(mut self) -> OfFrame {
        self.count_alike();
        if self.keepalives != 0 {
            self.notes.counts.keepalives += self.keepalives;
            let family = &self.inner.families.keepalives;
            self.route.count(self.inner, family, self.keepalives);
        }
        self.frame
    }
}

impl OnItem for Sink<'_> {
    #[inline]
    fn on_item(&mut self, item: Item<'_>) {
        match item {
            Item::Event(event) => self.event(event),
            Item::Comment => self.keepalives += 1,
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
