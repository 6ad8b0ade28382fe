//! What a scanner shows.

use std::fmt;

use super::Scanner;

/// What to do with each item of a stream. Implemented for closures, and for `()`, which does nothing.
pub trait OnItem {
    /// An item is complete. It must not block.
    fn on_item(&mut self, item: Item<'_>);
}

/// A complete item of a stream.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Item<'a> {
    /// A comment line: one that begins with a colon.
    Comment,
    /// An event, as a client would dispatch it.
    Event(Event<'a>),
    /// A valid `retry` field, in milliseconds; more than `u64::MAX` count as that.
    Retry(u64),
}

/// An event. What is shown of it is borrowed from the bytes or from the scanner, and never copied for it.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    /// What the `event` field held, or its first `MAX_TYPE_LEN + 1` bytes.
    pub(super) kind: &'a [u8],
    /// The data, if it is short, and perhaps more bytes after it.
    pub(super) data: &'a [u8],
    pub(super) data_len: u64,
    pub(super) size: u64,
    pub(super) has_id: bool,
}

/// The type of an event.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum EventType<'a> {
    /// `message`: what an event is that names no type, or an empty one, or just this.
    Message,
    /// Any other type, of at most [`Scanner::MAX_TYPE_LEN`] bytes. They need not be UTF-8.
    Named(&'a [u8]),
    /// A type of more bytes than that.
    TooLong,
}

// === impl OnItem ===

impl OnItem for () {
    fn on_item(&mut self, _: Item<'_>) {}
}

impl<F: FnMut(Item<'_>)> OnItem for F {
    fn on_item(&mut self, item: Item<'_>) {
        self(item);
    }
}

// === impl Event ===

impl<'a> Event<'a> {
    /// The type of the event, as the last `event` field of its block says it.
    #[must_use]
    #[inline]
    pub fn event_type(self) -> EventType<'a> {
        match self.kind {
            [] | [b'm', b'e', b's', b's', b'a', b'g', b'e'] => EventType::Message,
            kind if kind.len() > Scanner::MAX_TYPE_LEN => EventType::TooLong,
            kind => EventType::Named(kind),
        }
    }

    /// The data, its lines joined by newlines, if it is at most [`Scanner::MAX_DATA_LEN`] bytes: enough for end
    /// markers such as `[DONE]`.
    #[must_use]
    #[inline]
    pub fn data(self) -> Option<&'a [u8]> {
        // Compared as it is, so that no length is cut to what a `usize` holds.
        if self.data_len > Scanner::MAX_DATA_LEN as u64 {
            return None;
        }
        self.data.get(..self.data_len as usize)
    }

    /// How many bytes of data there are, with the newlines between its lines.
    #[must_use]
    #[inline]
    pub const fn data_len(self) -> u64 {
        self.data_len
    }

    /// How many bytes the event takes on the wire: all lines since the blank line before, comments and unknown
    /// fields too, with their ends, and the first byte of the blank line that completes it.
    ///
    /// The other byte of a blank line that is CRLF comes after the event was shown; it belongs to no event.
    #[must_use]
    #[inline]
    pub const fn size(self) -> u64 {
        self.size
    }

    /// Whether the event's block set the last event ID, if only to nothing.
    #[must_use]
    #[inline]
    pub const fn has_id(self) -> bool {
        self.has_id
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("event_type", &self.event_type())
            .field("data", &self.data())
            .field("data_len", &self.data_len)
            .field("size", &self.size)
            .field("has_id", &self.has_id)
            .finish()
    }
}

// === impl EventType ===

impl<'a> EventType<'a> {
    /// The type as text: `None` if it is too long or not UTF-8.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Message => Some("message"),
            Self::Named(name) => std::str::from_utf8(name).ok(),
            Self::TooLong => None,
        }
    }
}
