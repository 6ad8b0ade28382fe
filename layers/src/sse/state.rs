//! What is kept about one stream.

use std::sync::Arc;

use bytes::Buf;
use sse_body::Format;

#[cfg(feature = "conn")]
use super::undelivered::Tail;
use super::{
    cell::StreamCell,
    events::{self, EventCounts, Events, OfFrame},
    inner::Inner,
    probe::ProbeCell,
    route::Owner,
};
use crate::{
    label::End,
    meter::Key,
    observe::{Record, StreamCounts, StreamHandle},
};

/// A stream from its head to its end.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) cell: Arc<StreamCell>,
    events: Source,
    /// When the head passed.
    opened: u64,
    /// Whose series the gauge was raised in; `None` if there was no recorder.
    raised: Option<Owner>,
    /// Whether the handler or another observer is told of the events.
    is_told: bool,
    /// The reports of the handler that were counted.
    reported: u64,
    #[cfg(feature = "conn")]
    tail: Option<Box<Tail>>,
}

/// Who reads the events.
#[derive(Debug)]
enum Source {
    Here(Events),
    /// A probe inside, in front of a compression.
    Probe(Arc<ProbeCell>),
}

// === impl Stream ===

impl Stream {
    /// A stream whose head passes.
    pub(super) fn open(
        inner: &Arc<Inner>,
        record: Record<'_>,
        format: Format,
        probe: Option<&Arc<ProbeCell>>,
        is_reconnect: bool,
    ) -> Box<Self> {
        let route = inner.route(record);
        let opened = record.nanos();
        #[cfg(feature = "conn")]
        let connection = record.connection();
        let cell = Arc::new(StreamCell::new(
            record.started(),
            Arc::clone(&route),
            #[cfg(feature = "conn")]
            connection.cloned(),
        ));
        let events = match probe.filter(|probe| probe.attach(inner, &cell)) {
            Some(probe) => Source::Probe(Arc::clone(probe)),
            None => Source::Here(Events::of(format)),
        };
        let mut raised = None;
        if route.is_live(inner, record) {
            let families = &inner.families;
            route.count(inner, &families.started, 1);
            if is_reconnect {
                route.count(inner, &families.reconnects, 1);
            }
            // Last: what was raised is lowered at the end.
            let taken = route.with(inner, &families.active, |active| active.increment(1.0));
            raised = taken.map(|taken| match taken {
                Key::OVERFLOW => Owner::All,
                _ => Owner::Route,
            });
        }
        if let Source::Here(events) = &events
            && !events.is_read()
        {
            cell.stop_reading();
        }
        inner.registry.insert(&cell);
        Box::new(Self {
            #[cfg(feature = "conn")]
            tail: connection.and_then(|connection| Tail::new(connection, record)),
            cell,
            events,
            opened,
            raised,
            is_told: record.wants_events(),
            reported: 0,
        })
    }

    /// The body is asked for the next frame.
    #[inline]
    pub(super) fn poll(&mut self, inner: &Inner, record: Record<'_>) {
        if let Some(handed) = self.cell.handed() {
            let waited = record.nanos().saturating_sub(handed);
            if waited >= BACKPRESSURE_FROM {
                self.record_backpressure(inner, waited);
            }
            self.cell.take();
        }
    }

    #[cold]
    fn record_backpressure(&self, inner: &Inner, waited: u64) {
        let route = &self.cell.route;
        route.time(inner, &inner.families.backpressure, waited);
    }

    /// A data frame passes.
    #[inline]
    pub(super) fn frame<D: Buf + ?Sized>(&mut self, inner: &Inner, record: Record<'_>, data: &D) {
        let now = record.nanos();
        let route = &*self.cell.route;
        if record.frames() == 1 {
            route.time(inner, &inner.families.first_byte, now);
        }
        // The recorder may have come after the head.
        let Some(hot) = route.hot(inner, record) else {
            return self.frame_unrecorded(inner, record, data, now);
        };
        route.count_frame(inner, hot, data.remaining() as u64);
        let frame = match &mut self.events {
            Source::Here(events) => events.read(inner, &self.cell, data),
            Source::Probe(_) => OfFrame::default(),
        };
        if frame.events != 0 {
            events::record_times(inner, route, &self.cell, now);
        }
        self.cell.hand(now);
        #[cfg(feature = "conn")]
        if let Some(tail) = &mut self.tail {
            let last_type = match &self.events {
                Source::Here(events) => Some(events.last_type()),
                Source::Probe(_) => None,
            };
            tail.push(data.remaining(), frame, last_type);
        }
        if self.is_told {
            self.tell(inner, record);
        }
    }

    /// Without a recorder, the scan's and the handle's figures are kept all the same.
    #[cold]
    fn frame_unrecorded<D: Buf + ?Sized>(
        &mut self,
        inner: &Inner,
        record: Record<'_>,
        data: &D,
        now: u64,
    ) {
        if let Source::Here(events) = &mut self.events
            && events.read(inner, &self.cell, data).events != 0
        {
            self.cell.events(now);
        }
        self.cell.hand(now);
        if self.is_told {
            self.tell(inner, record);
        }
    }

    /// Tells the handler and the other observers what was counted.
    #[cold]
    fn tell(&mut self, inner: &Inner, record: Record<'_>) {
        let EventCounts {
            events, keepalives, ..
        } = self.counts();
        if self.is_read() {
            record.tell_events(events, keepalives);
        }
        if let Some(handle) = record.stream_handle() {
            self.tell_handle(inner, record, handle);
        }
    }

    fn tell_handle(&mut self, inner: &Inner, record: Record<'_>, handle: &StreamHandle) {
        let EventCounts {
            events, keepalives, ..
        } = self.counts();
        handle.tell(StreamCounts {
            frames: record.frames(),
            bytes: record.sent(),
            events,
            keepalives,
        });
        let reports = handle.serialization_errors();
        if reports > self.reported && self.cell.route.is_live(inner, record) {
            let new = reports - self.reported;
            self.cell.route.count_serialization_errors(inner, new);
            self.reported = reports;
        }
    }

    fn counts(&self) -> EventCounts {
        match &self.events {
            Source::Here(events) => events.counts(),
            Source::Probe(probe) => probe.counts(),
        }
    }

    /// Whether the stream lacks the end that was declared.
    pub(super) fn is_incomplete(&mut self, inner: &Inner, record: Record<'_>) -> bool {
        self.read_the_rest(inner, record.nanos());
        inner.types.has_markers() && !self.counts().marked && self.is_read()
    }

    /// Whether the events are seen at all: not where an encoding hides them.
    fn is_read(&self) -> bool {
        match &self.events {
            Source::Here(events) => events.is_read(),
            Source::Probe(probe) => probe.is_read(),
        }
    }

    /// A last line without a newline is an event too.
    fn read_the_rest(&mut self, inner: &Inner, now: u64) {
        if let Source::Here(events) = &mut self.events
            && events.finish(inner, &self.cell.route).events != 0
        {
            events::record_times(inner, &self.cell.route, &self.cell, now);
        }
    }

    /// The stream ended.
    pub(super) fn close(mut self: Box<Self>, inner: &Arc<Inner>, record: Record<'_>) {
        inner.registry.remove(&self.cell);
        if record.end() == Some(End::Completed) {
            self.read_the_rest(inner, record.nanos());
        }
        if self.is_told {
            self.tell(inner, record);
        }
        let route = Arc::clone(&self.cell.route);
        let Some(raised) = self.raised else {
            return;
        };
        let families = &inner.families;
        let lower = |active: &metrics::Gauge| active.decrement(1.0);
        match raised {
            Owner::Route => route.with(inner, &families.active, lower),
            Owner::All => families
                .active
                .with(&inner.meter, Key::OVERFLOW, |_| {}, lower),
        };
        let with_events = self.counts().events != 0 || !self.is_read();
        let lasted = record.nanos().saturating_sub(self.opened);
        route.close(inner, record, lasted, with_events);
        #[cfg(feature = "conn")]
        self.settle(inner, record);
    }

    /// What the connection tells now, and later.
    #[cfg(feature = "conn")]
    fn settle(self, inner: &Arc<Inner>, record: Record<'_>) {
        let Some(connection) = record.connection() else {
            return;
        };
        let route = &self.cell.route;
        if let Some(error) = connection.write_error() {
            route.count_write_error(inner, error);
        }
        if let Some(tail) = self.tail {
            tail.settle(inner, route, connection);
        }
    }
}

/// Shorter waits than so many nanoseconds are what flow control is for.
const BACKPRESSURE_FROM: u64 = 100_000_000;
