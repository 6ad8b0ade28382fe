//! What clients say, made fit to be shown: bounded, and without characters that rule a terminal or a line.

use std::borrow::Cow;

/// The most bytes of a client's text in an attribute.
pub(super) const MOST: usize = 1_024;

/// A text of a request, as an attribute may hold it: cut after [`MOST`] bytes, with `_` for each
/// character that is not to be shown.
pub(super) fn fit(text: &str) -> String {
    if text.len() <= MOST && is_plain(text.as_bytes()) {
        text.to_owned()
    } else {
        clean(text)
    }
}

#[cold]
fn clean(text: &str) -> String {
    cut(text).replace(unfit, "_")
}

/// As [`fit`], for bytes that need not be UTF-8.
pub(super) fn fit_bytes(bytes: &[u8]) -> String {
    // A character has four bytes at most; what is cut in two here is cut off by `fit`.
    let bytes = &bytes[..bytes.len().min(MOST + 4)];
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => fit(text),
        Cow::Owned(text) => fit(&text),
    }
}

/// Whether all of it is ASCII that prints; eight bytes at once, of which the last ones may be looked at twice.
fn is_plain(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk() else {
        return text.iter().all(|byte| matches!(byte, b' '..=b'~'));
    };
    let words = text.as_chunks().0.iter().chain([last]);
    words.fold(0, |odd, word| odd | oddities(*word)) == 0
}

/// Has the highest bit of a byte set where one of these is not plain. What a byte borrows or carries is of one
/// that is not plain itself.
#[inline(always)]
fn oddities(bytes: [u8; 8]) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let bytes = u64::from_ne_bytes(bytes);
    let (below_space, above_tilde) = (
        bytes.wrapping_sub(EACH * b' ' as u64),
        bytes.wrapping_add(EACH),
    );
    (bytes | below_space | above_tilde) & (EACH << 7)
}

/// The longest start that is not too long and cuts no character in two.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Control characters, those that end a line or turn its direction, and the invisible mark.
fn unfit(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || c == '\u{feff}'
}
