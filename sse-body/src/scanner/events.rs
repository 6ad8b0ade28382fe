//! Reads `text/event-stream`.

use super::{
    Scanner,
    find::{first_low, first_low_far, line_end, line_end_exact},
    item::{Event, Item, OnItem},
    line::Line,
};

/// What the block holds that came whole in the present chunk, and stays there.
#[derive(Clone, Copy, Default)]
pub(super) struct Here<'a> {
    kind: Option<&'a [u8]>,
    /// The data, if it is one line.
    data: Option<&'a [u8]>,
}

// === impl Scanner ===

impl Scanner {
    pub(super) fn feed_events<I: OnItem + ?Sized>(&mut self, bytes: &[u8], on_item: &mut I) {
        let mut rest = bytes;
        // How much there was at the start of the block.
        let mut block = bytes.len();
        if !matches!(self.line, Line::Start) {
            if self.is_lines {
                return self.feed_lines(bytes, on_item);
            }
            (rest, block) = self.resume(bytes, on_item);
        }
        let mut here = Here::default();
        while let Some(&first) = rest.first() {
            if let Some(after) = blank(first, rest) {
                self.dispatch(here, block - rest.len() + 1, on_item);
                here = Here::default();
                rest = after;
                block = rest.len();
                if block == 0 && first == b'\n' {
                    // Where a frame is an event, as it mostly is, this is the end.
                    return;
                }
            } else if let Some(after) = self.line(first, rest, &mut here, on_item) {
                rest = after;
            } else {
                break;
            }
        }
        if block > 0 {
            self.keep(here, block, rest);
        }
        if bytes.last() == Some(&b'\r') {
            // It has ended a line.
            self.line = Line::AfterCr;
        }
    }

    /// Reads a line. Returns what comes after it: `None` if its end is not here.
    ///
    /// The fields that events are made of are in a hurry.
    #[inline]
    fn line<'a, I: OnItem + ?Sized>(
        &mut self,
        first: u8,
        rest: &'a [u8],
        here: &mut Here<'a>,
        on_item: &mut I,
    ) -> Option<&'a [u8]> {
        let Some(head) = rest.first_chunk::<8>() else {
            return self.other_line(rest, here, on_item);
        };
        // Four bytes take one comparison.
        match first {
            b'd' if word(head, 1) == const { u32::from_le_bytes(*b"ata:") } => {
                let text = &rest[5 + usize::from(head[5] == b' ')..];
                let (value, after) = cut_at_low(text, first_low_far(text))?;
                self.data_line(value, here);
                Some(after)
            }
            b'e' if word(head, 1) == const { u32::from_le_bytes(*b"vent") } && head[5] == b':' => {
                let text = &rest[6 + usize::from(head[6] == b' ')..];
                let (value, after) = cut_at_low(text, first_low(text))?;
                here.kind = Some(value);
                Some(after)
            }
            b'i' if head[1] == b'd' && head[2] == b':' => {
                let text = &rest[3 + usize::from(head[3] == b' ')..];
                let low = first_low(text);
                let (value, after) = cut_at_low(text, low)?;
                // NUL is low.
                self.has_id |= low == value.len() || !value.contains(&0);
                Some(after)
            }
            _ => self.other_line(rest, here, on_item),
        }
    }

    /// Reads a line of any kind, in no hurry. Returns what comes after it: `None` if its end is not here.
    #[inline(never)]
    fn other_line<'a, I: OnItem + ?Sized>(
        &mut self,
        rest: &'a [u8],
        here: &mut Here<'a>,
        on_item: &mut I,
    ) -> Option<&'a [u8]> {
        let (line, after) = cut(rest, line_end(rest))?;
        let name_len = line
            .iter()
            .take(Line::MAX_NAME_LEN + 1)
            .position(|&byte| byte == b':');
        let (name, value) = match name_len {
            Some(name_len) => (&line[..name_len], after_space(&line[name_len + 1..])),
            None => (line, &[][..]),
        };
        match name {
            b"" => on_item.on_item(Item::Comment),
            b"data" => self.data_line(value, here),
            b"event" => here.kind = Some(value),
            b"id" => self.has_id |= !value.contains(&0),
            b"retry" => {
                if let Some(retry) = milliseconds(value) {
                    on_item.on_item(Item::Retry(retry));
                }
            }
            _ => {}
        }
        Some(after)
    }

    #[inline]
    fn data_line<'a>(&mut self, value: &'a [u8], here: &mut Here<'a>) {
        if self.data_len == 0 {
            here.data = Some(value);
            self.data_len = value.len() as u64 + 1;
        } else {
            self.next_data_line(value, here);
        }
    }

    #[inline(never)]
    fn next_data_line<'a>(&mut self, value: &'a [u8], here: &mut Here<'a>) {
        if let Some(first) = here.data.take() {
            self.data_len = 0;
            self.append_data(first);
            self.append_data(b"\n");
        }
        self.append_data(value);
        self.append_data(b"\n");
    }

    /// A blank line: shows the event of the block, if it has one. `size` is what these bytes hold of it.
    #[inline]
    fn dispatch<I: OnItem + ?Sized>(&mut self, here: Here<'_>, size: usize, on_item: &mut I) {
        let data_len = std::mem::take(&mut self.data_len);
        let size = std::mem::take(&mut self.size) + size as u64;
        let has_id = std::mem::take(&mut self.has_id);
        let kind_len = std::mem::take(&mut self.kind_len);
        self.saw_id |= has_id;
        // Data of no bytes is a newline in the buffer; without any, the standard drops the block.
        let Some(data_len) = data_len.checked_sub(1) else {
            return;
        };
        on_item.on_item(Item::Event(Event {
            kind: here.kind.unwrap_or(&self.kind[..usize::from(kind_len)]),
            data: here.data.unwrap_or(&self.data),
            data_len,
            size,
            has_id,
        }));
    }

    /// The chunk is at its end, and the block is not: keeps what later chunks will need. `rest` is in a line.
    #[cold]
    fn keep(&mut self, here: Here<'_>, block: usize, rest: &[u8]) {
        if let Some(kind) = here.kind {
            self.kind_len = 0;
            self.append_kind(kind);
        }
        if let Some(data) = here.data {
            self.data_len = 0;
            self.append_data(data);
            self.append_data(b"\n");
        }
        self.size = self.size.saturating_add(block as u64);
        if !rest.is_empty() {
            self.take(rest);
        }
    }
}

/// Four bytes as one word.
#[inline]
const fn word(bytes: &[u8; 8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The line of so many bytes, and what comes after its end; `None` if that is not here.
#[inline]
pub(super) fn cut(text: &[u8], len: usize) -> Option<(&[u8], &[u8])> {
    let (line, end) = text.split_at_checked(len)?;
    match end {
        [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] | [b'\r', after @ ..] => {
            Some((line, after))
        }
        _ => None,
    }
}

/// What comes after a blank line; `None` if the first byte does not end one.
#[inline]
fn blank(first: u8, rest: &[u8]) -> Option<&[u8]> {
    match first {
        b'\n' => Some(&rest[1..]),
        b'\r' => cut(rest, 0).map(|(_, after)| after),
        _ => None,
    }
}

/// The same, where no byte below 14 comes before `low`.
#[inline]
fn cut_at_low(text: &[u8], low: usize) -> Option<(&[u8], &[u8])> {
    match text.get(low) {
        Some(b'\n') => Some((&text[..low], &text[low + 1..])),
        Some(b'\r') if text.get(low + 1) == Some(&b'\n') => Some((&text[..low], &text[low + 2..])),
        _ => cut_after_low(text, low),
    }
}

#[inline(never)]
fn cut_after_low(text: &[u8], low: usize) -> Option<(&[u8], &[u8])> {
    cut(text, low + line_end_exact(&text[low..]))
}

/// The value without the one space that may lead it.
#[inline]
fn after_space(value: &[u8]) -> &[u8] {
    value.strip_prefix(b" ").unwrap_or(value)
}

/// What a `retry` field says, if it is one or more ASCII digits.
fn milliseconds(value: &[u8]) -> Option<u64> {
    value.iter().try_fold(None, |so_far, &byte| {
        Some(Some(with_digit(so_far.unwrap_or(0), byte)?))
    })?
}

/// The number with one more digit, if it is one.
pub(super) fn with_digit(number: u64, byte: u8) -> Option<u64> {
    let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
    Some(number.saturating_mul(10).saturating_add(digit))
}
