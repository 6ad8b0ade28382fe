//! What was handed over and never reached the socket: known on HTTP/1, afterwards.

use std::sync::Arc;

use http::Version;

use super::{events::OfFrame, inner::Inner, route::Route, types::TypeLabel};
use crate::{
    conn::{ConnHandle, ConnMark, Settle},
    observe::Record,
};

/// The last frames that were handed over: what hyper may hold back. It takes no more than 16 before
/// the socket takes some.
#[derive(Debug)]
pub(super) struct Tail {
    since: ConnMark,
    frames: [TailFrame; FRAMES],
    /// Where the next one goes.
    next: u8,
    sent: u64,
}

#[derive(Clone, Copy, Debug)]
struct TailFrame {
    bytes: u32,
    /// How many events it completes; [`ONE_EVENT`] if it is one.
    events: u16,
    /// The type of its events; [`SEVERAL`] if they have no one type.
    label: u16,
}

/// Counts, once the connection settles.
struct Report {
    inner: Arc<Inner>,
    route: Arc<Route>,
    tail: Box<Tail>,
}

const FRAMES: usize = 16;
const SEVERAL: u16 = u16::MAX;
/// The frame is an event and nothing else: without its last byte, that is not delivered.
const ONE_EVENT: u16 = u16::MAX;

// === impl Tail ===

impl Tail {
    /// The tail of a stream whose head passes. On HTTP/2 a connection's bytes do not tell whose they
    /// are.
    pub(super) fn new(connection: &ConnHandle, record: Record<'_>) -> Option<Box<Self>> {
        let none = TailFrame {
            bytes: 0,
            events: 0,
            label: SEVERAL,
        };
        (record.version() < Version::HTTP_2).then(|| {
            Box::new(Self {
                since: connection.mark(),
                frames: [none; FRAMES],
                next: 0,
                sent: 0,
            })
        })
    }

    #[inline]
    pub(super) fn push(&mut self, bytes: usize, frame: OfFrame, last_type: Option<TypeLabel>) {
        self.sent += bytes as u64;
        let one_type = last_type.filter(|_| frame.events != 0 && !frame.is_mixed);
        let label = one_type.map_or(SEVERAL, TypeLabel::as_u16);
        let is_one_event = frame.events == 1 && frame.last_size == bytes as u64;
        self.frames[usize::from(self.next)] = TailFrame {
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            events: match u16::try_from(frame.events) {
                _ if is_one_event => ONE_EVENT,
                Ok(events) => events.min(ONE_EVENT - 1),
                Err(_) => ONE_EVENT - 1,
            },
            label,
        };
        self.next = (self.next + 1) % FRAMES as u8;
    }

    /// Counts the events of the frames of which the socket took nothing, and the one whose end it did not
    /// take. Of what it took, the head and
    /// the framing of chunks are no one knows how many bytes, so there may be more.
    pub(super) fn settle(
        self: Box<Self>,
        inner: &Arc<Inner>,
        route: &Arc<Route>,
        connection: &ConnHandle,
    ) {
        connection.settle(Box::new(Report {
            inner: Arc::clone(inner),
            route: Arc::clone(route),
            tail: self,
        }));
    }

    /// The frames from the last one back.
    fn backwards(&self) -> impl Iterator<Item = TailFrame> {
        let (before, after) = self.frames.split_at(usize::from(self.next));
        before.iter().rev().chain(after.iter().rev()).copied()
    }
}

// === impl Report ===

impl Settle for Report {
    fn settle(self: Box<Self>, flushed: bool, written: u64) {
        if flushed {
            return;
        }
        let Self { inner, route, tail } = *self;
        let written = tail.since.written(written);
        let mut end = tail.sent;
        for TailFrame {
            bytes,
            events,
            label,
        } in tail.backwards()
        {
            let begin = end.saturating_sub(u64::from(bytes));
            // Of a frame that the socket took in part, it may have taken events.
            let surely = begin >= written || events == ONE_EVENT;
            if end <= written || !surely {
                return;
            }
            if events != 0 {
                let family = &inner.families.undelivered;
                let events = if events == ONE_EVENT {
                    1
                } else {
                    u64::from(events)
                };
                match label {
                    SEVERAL => route.count_untyped(&inner, family, events),
                    label => {
                        let label = TypeLabel::from_u16(label);
                        route.count_of_type(&inner, family, label, events);
                    }
                }
            }
            end = begin;
        }
    }
}
