//! Reads a line that the end of a chunk cuts.

use super::{
    Scanner,
    events::{cut, with_digit},
    find::line_end,
    item::{Item, OnItem},
};

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Where in a line the bytes so far end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Line {
    /// At the start of a line, after a CR: an LF that follows is of the same end.
    AfterCr,
    /// At the start of the stream, after so many bytes of a byte order mark.
    Bom(u8),
    /// In a comment.
    Comment,
    /// In the value of a `data` field; of lines, in one that is not only whitespace.
    Data,
    /// In an `id` field without a NUL so far.
    Id,
    /// In a line without effect; of lines, in whitespace.
    Ignored,
    /// In the value of an `event` field.
    Kind,
    /// In what may be the name of a known field.
    Name,
    /// In a `retry` field with one digit or more.
    Retry,
    /// At the start of the value of a `retry` field.
    RetryStart,
    /// At the start of a line.
    Start,
}

// === impl Line ===

impl Line {
    /// The length of `event` and `retry`.
    pub(super) const MAX_NAME_LEN: usize = 5;

    /// Where the value of this field begins.
    const fn of_field(name: &[u8]) -> Self {
        match name {
            b"" => Self::Comment,
            b"data" => Self::Data,
            b"event" => Self::Kind,
            b"id" => Self::Id,
            b"retry" => Self::RetryStart,
            _ => Self::Ignored,
        }
    }
}

// === impl Scanner ===

impl Scanner {
    /// Goes on in a line of an earlier chunk. Returns what comes after it, and how much there is since the block's start.
    #[cold]
    pub(super) fn resume<'a, I: OnItem + ?Sized>(
        &mut self,
        bytes: &'a [u8],
        on_item: &mut I,
    ) -> (&'a [u8], usize) {
        match self.line {
            _ if bytes.is_empty() => return (bytes, 0),
            Line::AfterCr => {
                self.line = Line::Start;
                let rest = bytes.strip_prefix(b"\n").unwrap_or(bytes);
                // If the CR was of a blank line, its LF belongs to no block.
                return (
                    rest,
                    if self.size == 0 {
                        rest.len()
                    } else {
                        bytes.len()
                    },
                );
            }
            Line::Bom(before) => {
                let mark = &BOM[usize::from(before)..];
                let count = mark
                    .iter()
                    .zip(bytes)
                    .take_while(|(mark, byte)| mark == byte)
                    .count();
                let rest = &bytes[count..];
                if count == mark.len() {
                    self.line = Line::Start;
                    return (rest, rest.len());
                }
                if rest.is_empty() {
                    self.line = Line::Bom(before + count as u8);
                    return (rest, 0);
                }
                if before == 0 {
                    self.line = Line::Start;
                    return (bytes, bytes.len());
                }
                // No mark, then, and no field that is known.
                self.line = Line::Ignored;
                self.size = before.into();
            }
            _ => {}
        }
        let end = line_end(bytes);
        self.take(&bytes[..end]);
        let Some((_, rest)) = cut(bytes, end) else {
            return (&[], bytes.len());
        };
        self.end_line(on_item);
        (rest, bytes.len())
    }

    /// Reads a part of a line. Its end is not in there, nor in what was read of it before.
    #[cold]
    pub(super) fn take(&mut self, part: &[u8]) {
        let mut part = part;
        if self.line == Line::Start && !part.is_empty() {
            self.line = Line::Name;
            self.name_len = 0;
        }
        while self.line == Line::Name
            && let Some((&byte, rest)) = part.split_first()
        {
            let name_len = usize::from(self.name_len);
            if byte == b':' {
                self.line = Line::of_field(&self.name[..name_len]);
                self.after_colon = true;
                match self.line {
                    Line::Kind => self.kind_len = 0,
                    Line::RetryStart => self.retry = 0,
                    _ => {}
                }
            } else if let Some(place) = self.name.get_mut(name_len) {
                *place = byte;
                self.name_len += 1;
            } else {
                self.line = Line::Ignored;
            }
            part = rest;
        }
        if self.after_colon && !part.is_empty() {
            self.after_colon = false;
            part = part.strip_prefix(b" ").unwrap_or(part);
        }
        self.take_value(part);
    }

    fn take_value(&mut self, part: &[u8]) {
        match self.line {
            Line::Data => self.append_data(part),
            Line::Id if part.contains(&0) => self.line = Line::Ignored,
            Line::Kind => self.append_kind(part),
            Line::Retry | Line::RetryStart if !part.is_empty() => {
                match part
                    .iter()
                    .try_fold(self.retry, |retry, &byte| with_digit(retry, byte))
                {
                    Some(retry) => (self.line, self.retry) = (Line::Retry, retry),
                    None => self.line = Line::Ignored,
                }
            }
            _ => {}
        }
    }

    /// A line that was read in parts is at its end.
    fn end_line<I: OnItem + ?Sized>(&mut self, on_item: &mut I) {
        if self.line == Line::Name {
            // All of it is a name; the value is empty.
            self.take(b":");
        }
        match std::mem::replace(&mut self.line, Line::Start) {
            Line::Comment => on_item.on_item(Item::Comment),
            Line::Data => self.append_data(b"\n"),
            Line::Id => self.has_id = true,
            Line::Retry => on_item.on_item(Item::Retry(self.retry)),
            _ => {}
        }
    }

    pub(super) fn append_data(&mut self, bytes: &[u8]) {
        let len = usize::try_from(self.data_len).unwrap_or(usize::MAX);
        append(&mut self.data, len, bytes);
        self.data_len = self.data_len.saturating_add(bytes.len() as u64);
    }

    pub(super) fn append_kind(&mut self, bytes: &[u8]) {
        self.kind_len += append(&mut self.kind, self.kind_len.into(), bytes) as u8;
    }
}

/// Puts as many of the bytes behind the first `len` of a buffer as have room there; returns how many.
fn append(buffer: &mut [u8], len: usize, bytes: &[u8]) -> usize {
    let room = buffer.get_mut(len..).unwrap_or_default();
    let count = room.len().min(bytes.len());
    room[..count].copy_from_slice(&bytes[..count]);
    count
}
