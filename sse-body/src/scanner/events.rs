//! Reads `text/event-stream`.

use super::{
    Scanner,
    find::line_end,
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
        // Where the next line begins, and where the block does, or its part in these bytes.
        let (mut at, mut block) = match self.line {
            Line::Start => (0, 0),
            _ => self.resume(bytes, on_item),
        };
        let mut here = Here::default();
        while let Some(line) = bytes.get(at..)
            && let Some(&first) = line.first()
        {
            if first == b'\n' || first == b'\r' {
                self.dispatch(here, at + 1 - block, on_item);
                here = Here::default();
                at = self.after_end(bytes, at);
                block = at;
            } else if let Some(len) = self.whole_line(line, &mut here, on_item) {
                at = self.after_end(bytes, at + len);
            } else {
                self.keep(here);
                here = Here::default();
                self.take(line);
                break;
            }
        }
        self.keep(here);
        self.size = self.size.saturating_add((bytes.len() - block) as u64);
    }

    /// Reads a line if its end is here; returns its length without the end.
    #[inline]
    fn whole_line<'a, I: OnItem + ?Sized>(
        &mut self,
        line: &'a [u8],
        here: &mut Here<'a>,
        on_item: &mut I,
    ) -> Option<usize> {
        const DATA: u64 = u64::from_le_bytes(*b"data:\0\0\0");
        const EVENT: u64 = u64::from_le_bytes(*b"event:\0\0");
        const ID: u64 = u64::from_le_bytes(*b"id:\0\0\0\0\0");

        if let Some(word) = line.first_chunk::<8>() {
            let word = u64::from_le_bytes(*word);
            if word & (u64::MAX >> 24) == DATA {
                let (value, len) = whole_value(line, 5)?;
                self.data_line(value, here);
                return Some(len);
            }
            if word & (u64::MAX >> 16) == EVENT {
                let (value, len) = whole_value(line, 6)?;
                here.kind = Some(value);
                return Some(len);
            }
            if word & (u64::MAX >> 40) == ID {
                let (value, len) = whole_value(line, 3)?;
                self.has_id |= !value.contains(&0);
                return Some(len);
            }
        }
        self.other_line(line, here, on_item)
    }

    /// The same for any line, in no hurry.
    fn other_line<'a, I: OnItem + ?Sized>(
        &mut self,
        line: &'a [u8],
        here: &mut Here<'a>,
        on_item: &mut I,
    ) -> Option<usize> {
        let len = line_end(line);
        if len == line.len() {
            return None;
        }
        let line = &line[..len];
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
        Some(len)
    }

    #[inline]
    fn data_line<'a>(&mut self, value: &'a [u8], here: &mut Here<'a>) {
        if self.data_len == 0 {
            here.data = Some(value);
        } else {
            let first = here.data.take();
            if self.data_len <= Self::MAX_DATA_LEN as u64 {
                if let Some(first) = first {
                    self.data_len = 0;
                    self.append_data(first);
                    self.append_data(b"\n");
                }
                self.append_data(value);
                self.append_data(b"\n");
                return;
            }
        }
        self.data_len = self.data_len.saturating_add(value.len() as u64 + 1);
    }

    /// The line with its end at `end` is read: returns where the next begins.
    #[inline]
    pub(super) fn after_end(&mut self, bytes: &[u8], end: usize) -> usize {
        let next = end + 1;
        if bytes[end] != b'\r' {
            return next;
        }
        match bytes.get(next) {
            Some(b'\n') => next + 1,
            Some(_) => next,
            None => {
                self.line = Line::AfterCr;
                next
            }
        }
    }

    /// A blank line: shows the event of the block, if it has one. `size` is what these bytes hold of it.
    #[inline]
    fn dispatch<I: OnItem + ?Sized>(&mut self, here: Here<'_>, size: usize, on_item: &mut I) {
        let data_len = std::mem::take(&mut self.data_len);
        let size = std::mem::take(&mut self.size).saturating_add(size as u64);
        let has_id = std::mem::take(&mut self.has_id);
        let kind_len = std::mem::take(&mut self.kind_len);
        self.saw_id |= has_id;
        // Data of no bytes is a newline in the buffer; without any, the standard drops the block.
        let Some(data_len) = data_len.checked_sub(1) else {
            return;
        };
        let kept = usize::try_from(data_len)
            .unwrap_or(usize::MAX)
            .min(Self::MAX_DATA_LEN);
        on_item.on_item(Item::Event(Event {
            kind: here.kind.unwrap_or(&self.kind[..usize::from(kind_len)]),
            data: here.data.unwrap_or(&self.data[..kept]),
            data_len,
            size,
            has_id,
        }));
    }

    /// The chunk is at its end, and the block is not: keeps what later chunks will need.
    #[inline]
    fn keep(&mut self, here: Here<'_>) {
        if let Some(kind) = here.kind {
            self.kind_len = 0;
            self.append_kind(kind);
        }
        if let Some(data) = here.data {
            self.data_len = 0;
            self.append_data(data);
            self.append_data(b"\n");
        }
    }
}

/// The value that begins at `start` or after the space there, and the length of the line: `None` without its end.
#[inline]
fn whole_value(line: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let start = start + usize::from(line.get(start) == Some(&b' '));
    let value = line.get(start..)?;
    let len = line_end(value);
    (len < value.len()).then(|| (&value[..len], start + len))
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
