//! Escapes, where what they stand for is no secret of the text.

/// A text without its escapes.
#[derive(Debug)]
pub(super) struct Decoded {
    bytes: [u8; Self::LONGEST],
    len: usize,
    special: bool,
}

// === impl Decoded ===

impl Decoded {
    /// The longest text that is decoded: what is longer is no route.
    const LONGEST: usize = 256;

    pub(super) fn as_str(&self) -> &str {
        // Only ASCII takes the place of ASCII.
        str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }

    /// Whether an escape stood for something that has to be escaped, and shows in a few classes only.
    pub(super) fn is_special(&self) -> bool {
        self.special
    }
}

/// Decodes a text of ASCII; `None` if it has an escape that is not valid, or of anything that is neither unreserved
/// nor part of an address, a time or a UUID.
pub(super) fn decode(text: &str) -> Option<Decoded> {
    let mut special = false;
    let decoded = decode_by(text, |byte| {
        special |= is_special(byte)?;
        Some(true)
    })?;
    Some(Decoded { special, ..decoded })
}

/// Decodes the escapes that nobody needs, and no others; `None` if there is nothing to decode, or an escape that is not
/// valid: what is decoded has no more such escapes.
pub(super) fn unreserved(text: &str) -> Option<Decoded> {
    let decoded = decode_by(text, |byte| Some(is_special(byte) == Some(false)))?;
    (decoded.len < text.len()).then_some(decoded)
}

/// Decodes the escapes that `is_wanted`, and leaves the others as they are; `None` if it says so, where an escape is not
/// valid, and where the text is too long.
fn decode_by(text: &str, mut is_wanted: impl FnMut(u8) -> Option<bool>) -> Option<Decoded> {
    let mut decoded = Decoded {
        bytes: [0; Decoded::LONGEST],
        len: 0,
        special: false,
    };
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let mut byte = first;
        rest = after;
        if first == b'%' {
            let (digits, after) = after.split_first_chunk::<2>()?;
            let escaped = byte_of(*digits)?;
            if is_wanted(escaped)? {
                (byte, rest) = (escaped, after);
            }
        }
        *decoded.bytes.get_mut(decoded.len)? = byte;
        decoded.len += 1;
    }
    Some(decoded)
}

/// Whether what an escape stands for has to be escaped; `None` if no class has it.
fn is_special(byte: u8) -> Option<bool> {
    match byte {
        b'-' | b'.' | b'_' | b'~' => Some(false),
        _ if byte.is_ascii_alphanumeric() => Some(false),
        b'@' | b':' | b'{' | b'}' | b'[' | b']' | b'+' | b'/' | b' ' => Some(true),
        _ => None,
    }
}

fn byte_of([high, low]: [u8; 2]) -> Option<u8> {
    Some(nibble(high)? << 4 | nibble(low)?)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
