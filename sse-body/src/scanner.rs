//! Finds events in bytes as they pass.

mod events;
mod find;
mod item;
mod line;
mod ndjson;

use std::io::IoSlice;

use bytes::Buf;

pub use self::item::{Event, EventType, Item, OnItem};
use self::line::Line;

/// Finds events in bytes as they pass, however they are cut, and keeps none of them.
///
/// It reads `text/event-stream` as a browser does (WHATWG HTML, 9.2.6), or [lines](Self::lines). Bytes that are
/// not UTF-8 are no error: nothing is.
///
/// ```
/// use sse_body::{EventType, Item, Scanner};
///
/// let mut types = Vec::new();
/// let mut on_item = |item: Item<'_>| {
///     if let Item::Event(event) = item {
///         types.push(event.event_type().as_str().map(str::to_owned));
///     }
/// };
/// let mut scanner = Scanner::new();
/// scanner.feed(b"event: delta\nda", &mut on_item);
/// assert!(!scanner.at_boundary());
/// scanner.feed(b"ta: {}\n\ndata: [DONE]\n\n", &mut on_item);
/// assert!(scanner.at_boundary());
/// assert_eq!(types, [Some("delta".to_owned()), Some("message".to_owned())]);
/// ```
///
/// # Cost
/// 104 bytes, whatever the stream holds; nothing is allocated. An event of 120 bytes in one piece takes 288 instructions,
/// a long line 0.3 for each byte, and each end of a chunk within a line about 250 more. Text full of control
/// characters is read byte by byte.
#[derive(Clone, Debug)]
pub struct Scanner {
    line: Line,
    /// How much of a field's name that is cut by the end of a chunk is kept.
    name_len: u8,
    kind_len: u8,
    /// A colon was the last byte seen: a space may follow that is not the value's.
    after_colon: bool,
    /// The last byte of a part of a line was a CR.
    after_cr: bool,
    has_id: bool,
    saw_id: bool,
    is_lines: bool,
    name: [u8; Line::MAX_NAME_LEN],
    /// What the `event` field held in an earlier chunk. One byte more than is shown tells that it is too long.
    kind: [u8; Self::MAX_TYPE_LEN + 1],
    /// The first bytes of data that came in an earlier chunk, or in more than one line.
    data: [u8; Self::MAX_DATA_LEN],
    /// How long the standard's data buffer is: every line of data with a newline behind it.
    data_len: u64,
    /// How many bytes of the block came in earlier chunks.
    size: u64,
    retry: u64,
}

const _: () = assert!(size_of::<Scanner>() <= 128, "a scanner is a few words");

// === impl Scanner ===

impl Scanner {
    /// The longest data that is shown, in bytes: end markers such as `[DONE]` are shorter.
    pub const MAX_DATA_LEN: usize = 16;

    /// The longest type that is shown, in bytes.
    pub const MAX_TYPE_LEN: usize = 48;

    /// A scanner for `text/event-stream`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            line: Line::Bom(0),
            name_len: 0,
            kind_len: 0,
            after_colon: false,
            after_cr: false,
            has_id: false,
            saw_id: false,
            is_lines: false,
            name: [0; Line::MAX_NAME_LEN],
            kind: [0; Self::MAX_TYPE_LEN + 1],
            data: [0; Self::MAX_DATA_LEN],
            data_len: 0,
            size: 0,
            retry: 0,
        }
    }

    /// A scanner for newline-delimited JSON and its like: each line is an event of type `message`.
    ///
    /// A line ends with LF or CRLF; a lone CR is content, and so is a byte order mark. A line of nothing but
    /// JSON's whitespace (space, tab, CR) is no event.
    #[must_use]
    pub const fn lines() -> Self {
        Self {
            line: Line::Ignored,
            is_lines: true,
            ..Self::new()
        }
    }

    /// Shows the items that are complete with these bytes.
    ///
    /// An event is complete with the first byte of its blank line; a CR is not kept waiting for its LF.
    ///
    /// # Panics
    /// None of its own. After a panic of `on_item` the scanner is of no use.
    #[inline]
    pub fn feed<I: OnItem + ?Sized>(&mut self, bytes: &[u8], on_item: &mut I) {
        self.feed_events(bytes, on_item);
    }

    /// Feeds what a buffer holds, without consuming it, and returns whether it showed all that it holds.
    ///
    /// A buffer in several pieces shows them with [`Buf::chunks_vectored`], here up to 32. If it does not, nothing is
    /// fed, and what comes after would be read wrongly: this scanner is of no more use.
    #[inline]
    pub fn feed_buf<D, I>(&mut self, data: &D, on_item: &mut I) -> bool
    where
        D: Buf + ?Sized,
        I: OnItem + ?Sized,
    {
        let chunk = data.chunk();
        if chunk.len() != data.remaining() {
            return self.feed_pieces(data, on_item);
        }
        self.feed(chunk, on_item);
        true
    }

    #[cold]
    fn feed_pieces<D, I>(&mut self, data: &D, on_item: &mut I) -> bool
    where
        D: Buf + ?Sized,
        I: OnItem + ?Sized,
    {
        let mut pieces = [IoSlice::new(&[]); 32];
        let count = data.chunks_vectored(&mut pieces);
        let pieces = &pieces[..count];
        if pieces.iter().map(|piece| piece.len()).sum::<usize>() != data.remaining() {
            return false;
        }
        for piece in pieces {
            self.feed(piece, on_item);
        }
        true
    }

    /// The stream is at its end: returns whether that cut something off, and is ready for another stream.
    ///
    /// In `text/event-stream`, an event without its blank line is dropped, as the standard has it. In
    /// [lines](Self::lines), the last line needs no newline: it is shown now, and nothing is ever cut off.
    pub fn finish<I: OnItem + ?Sized>(&mut self, on_item: &mut I) -> bool {
        let is_cut = if self.is_lines {
            self.end_last_line(on_item);
            false
        } else {
            !self.at_boundary()
        };
        let new = if self.is_lines {
            Self::lines()
        } else {
            Self::new()
        };
        *self = Self {
            saw_id: self.saw_id,
            ..new
        };
        is_cut
    }

    /// Whether the bytes so far end between two events: in no line, and after no field of an event to come.
    ///
    /// Comments, `retry` and unknown fields do not count once their line is complete.
    #[must_use]
    pub const fn at_boundary(&self) -> bool {
        let is_between_lines = match self.line {
            Line::AfterCr | Line::Bom(0) | Line::Start => true,
            Line::Ignored => self.is_lines,
            _ => false,
        };
        is_between_lines && self.kind_len == 0 && self.data_len == 0 && !self.has_id
    }

    /// Whether any block so far set the last event ID. A client that comes back sends it.
    #[must_use]
    pub const fn saw_id(&self) -> bool {
        self.saw_id
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}
