//! Reads lines, as newline-delimited JSON has them.

use super::{
    Scanner,
    find::newline,
    item::{Event, Item, OnItem},
    line::Line,
};

// === impl Scanner ===

impl Scanner {
    /// Here `data_len` is how much came of a line in earlier chunks.
    pub(super) fn feed_lines<I: OnItem + ?Sized>(&mut self, bytes: &[u8], on_item: &mut I) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let len = newline(rest);
            let (line, after) = rest.split_at(len);
            let is_whole = !after.is_empty();
            rest = after.get(1..).unwrap_or_default();
            if self.data_len > 0 || !is_whole {
                self.take_part(line);
                if is_whole {
                    self.end_parts(1, on_item);
                }
            } else if !is_blank(line) {
                let data = line.strip_suffix(b"\r").unwrap_or(line);
                show(data, data.len() as u64, line.len() as u64 + 1, on_item);
            }
        }
    }

    /// The last line may be without its end.
    pub(super) fn end_last_line<I: OnItem + ?Sized>(&mut self, on_item: &mut I) {
        self.end_parts(0, on_item);
    }

    fn take_part(&mut self, part: &[u8]) {
        let Some(&last) = part.last() else {
            return;
        };
        if self.line != Line::Data && !is_blank(part) {
            self.line = Line::Data;
        }
        self.append_data(part);
        self.after_cr = last == b'\r';
    }

    fn end_parts<I: OnItem + ?Sized>(&mut self, end_len: u64, on_item: &mut I) {
        let size = std::mem::take(&mut self.data_len);
        if std::mem::replace(&mut self.line, Line::Ignored) == Line::Data {
            // A line whose last byte is a CR has one byte or more.
            let data_len = size - u64::from(self.after_cr);
            let kept = usize::try_from(data_len)
                .unwrap_or(usize::MAX)
                .min(Self::MAX_DATA_LEN);
            show(
                &self.data[..kept],
                data_len,
                size.saturating_add(end_len),
                on_item,
            );
        }
    }
}

fn show<I: OnItem + ?Sized>(data: &[u8], data_len: u64, size: u64, on_item: &mut I) {
    on_item.on_item(Item::Event(Event {
        kind: &[],
        data,
        data_len,
        size,
        has_id: false,
    }));
}

/// Whether there is nothing but JSON's whitespace.
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
