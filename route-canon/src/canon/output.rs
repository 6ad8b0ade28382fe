//! Where a label is written to: nowhere, as long as it is the path.

use super::Canonicalizer;
use std::borrow::Cow;

/// A label in the making.
#[derive(Debug)]
pub(super) struct Output<'p> {
    path: &'p str,
    /// How many bytes the label has. Without a buffer, they are those that the path begins with.
    len: usize,
    buffer: Option<String>,
    /// Where the label begins in the buffer.
    start: usize,
}

// === impl Output ===

impl<'p> Output<'p> {
    /// Writes nothing until the label differs from the path.
    pub(super) fn borrowing(path: &'p str) -> Self {
        Self {
            path,
            len: 0,
            buffer: None,
            start: 0,
        }
    }

    pub(super) fn appending(path: &'p str, buffer: String) -> Self {
        Self {
            path,
            len: 0,
            start: buffer.len(),
            buffer: Some(buffer),
        }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The label from a byte on.
    pub(super) fn since(&self, from: usize) -> &str {
        match &self.buffer {
            Some(buffer) => &buffer[self.start + from..],
            None => &self.path[from..self.len],
        }
    }

    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        if let Some(buffer) = &mut self.buffer {
            buffer.push_str(text);
        } else if !self.continues_with(text) {
            self.part_from_path().push_str(text);
        }
        self.len += text.len();
    }

    pub(super) fn truncate(&mut self, len: usize) {
        if let Some(buffer) = &mut self.buffer {
            buffer.truncate(self.start + len);
        }
        self.len = len;
    }

    pub(super) fn into_label(self) -> Cow<'p, str> {
        let Self {
            path,
            len,
            buffer,
            start: _,
        } = self;
        match buffer {
            // Segments that were taken away again can have made for a buffer.
            Some(label) if label == path => Cow::Borrowed(path),
            Some(label) => Cow::Owned(label),
            None if len == path.len() => Cow::Borrowed(path),
            None => Cow::Owned(path[..len].to_owned()),
        }
    }

    pub(super) fn into_buffer(self) -> String {
        self.buffer.unwrap_or_default()
    }

    #[inline]
    fn continues_with(&self, text: &str) -> bool {
        let rest = self.path.as_bytes().get(self.len..);
        rest.is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    #[cold]
    fn part_from_path(&mut self) -> &mut String {
        let mut label = String::with_capacity(Canonicalizer::MAX_LENGTH);
        label.push_str(&self.path[..self.len]);
        self.buffer.insert(label)
    }
}
