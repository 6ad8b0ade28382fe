//! What a segment is made of, gathered in one pass.

/// The letters `a` to `f`.
pub(super) const LOWER_HEX: u32 = 1 << 0;
/// The letters `g` to `z`.
pub(super) const LOWER_OTHER: u32 = 1 << 1;
/// The letters `A` to `F`.
pub(super) const UPPER_HEX: u32 = 1 << 2;
/// The letters `G` to `Z`.
pub(super) const UPPER_OTHER: u32 = 1 << 3;
pub(super) const DIGIT: u32 = 1 << 4;
pub(super) const DASH: u32 = 1 << 5;
pub(super) const UNDERSCORE: u32 = 1 << 6;
pub(super) const DOT: u32 = 1 << 7;
pub(super) const TILDE: u32 = 1 << 8;
pub(super) const COLON: u32 = 1 << 9;
pub(super) const AT: u32 = 1 << 10;
pub(super) const PLUS: u32 = 1 << 11;
pub(super) const COMMA: u32 = 1 << 12;
/// `!` and `$`: kept between words.
pub(super) const MARKS: u32 = 1 << 13;
/// `=`: pads base64.
pub(super) const EQUALS: u32 = 1 << 14;
/// `&` and `*`: separate, and are not shown.
pub(super) const JOINS: u32 = 1 << 15;
/// Brackets, in which an address or a UUID can stand.
pub(super) const BRACKETS: u32 = 1 << 16;
/// Controls, white space, quotes and all other ASCII.
pub(super) const UNSHOWN: u32 = 1 << 17;
pub(super) const PERCENT: u32 = 1 << 18;
pub(super) const NON_ASCII: u32 = 1 << 19;
/// `{`, `:` and `*`: a placeholder can begin with them.
pub(super) const OPENS: u32 = 1 << 20;
/// `/`, `;`, `?` and `#`: in a segment only where they were escaped.
const ENDS: u32 = 1 << 21;

pub(super) const LOWER: u32 = LOWER_HEX | LOWER_OTHER;
pub(super) const UPPER: u32 = UPPER_HEX | UPPER_OTHER;
pub(super) const LETTER: u32 = LOWER | UPPER;
pub(super) const HEX: u32 = LOWER_HEX | UPPER_HEX | DIGIT;
pub(super) const ALPHANUMERIC: u32 = LETTER | DIGIT;
/// The characters that are never escaped: those of an id in a URL.
pub(super) const UNRESERVED: u32 = ALPHANUMERIC | DASH | UNDERSCORE | DOT | TILDE;

/// What no label shows in any place.
pub(super) const HIDDEN: u32 = UNSHOWN | BRACKETS | ENDS;

/// What one pass over a segment tells: the kinds of the bytes that are in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape(u32);

static KINDS: [u32; 256] = kinds();

// === impl Shape ===

impl Shape {
    /// Reads from `start` to the end of a segment, or to what follows a `;`, and tells where that is.
    #[inline]
    pub(super) fn scan(bytes: &[u8], start: usize) -> (Self, usize) {
        let letters = lower_prefix(&bytes[start..]);
        let mut end = start + letters;
        if letters > 0 && bytes.get(end).is_none_or(|&byte| kind(byte) & ENDS != 0) {
            // Most segments. Whether the letters are of hex, no one asks who has not looked at them as a word.
            return (Self(LOWER), end);
        }
        let mut kinds = 0;
        end = start;
        while let Some(&byte) = bytes.get(end) {
            let kind = kind(byte);
            if kind & ENDS != 0 {
                break;
            }
            kinds |= kind;
            end += 1;
        }
        (Self(kinds), end)
    }

    pub(super) fn of(text: &[u8]) -> Self {
        Self(text.iter().fold(0, |kinds, &byte| kinds | kind(byte)))
    }

    /// Whether a byte of any of these kinds is in it.
    #[inline]
    pub(super) fn has(self, kinds: u32) -> bool {
        self.0 & kinds != 0
    }

    /// Whether all its bytes are of these kinds.
    #[inline]
    pub(super) fn is_only(self, kinds: u32) -> bool {
        self.0 & !(kinds | OPENS) == 0
    }
}

/// How many small letters a text begins with: eight bytes at a time, and none of the last ones where they are fewer.
#[inline]
fn lower_prefix(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    let mut letters = 0;
    for &word in words {
        let others = not_lower(u64::from_le_bytes(word));
        if others != 0 {
            return letters + (others.trailing_zeros() / 8) as usize;
        }
        letters += 8;
    }
    letters
        + rest
            .iter()
            .take_while(|byte| byte.is_ascii_lowercase())
            .count()
}

/// The high bit of each byte that is no small letter.
#[inline]
const fn not_lower(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = 128 * ONES;

    let seven = word & !HIGH;
    // 'a' and what follows reach the high bit, and so does what follows 'z'; no byte carries into the next one.
    let from_a = seven + (128 - b'a' as u64) * ONES;
    let after_z = seven + (127 - b'z' as u64) * ONES;
    (word | !from_a | after_z) & HIGH
}

#[inline]
pub(super) fn kind(byte: u8) -> u32 {
    KINDS[usize::from(byte)]
}

/// Where the segment ends that `from` is in, with all that follows a `;`.
pub(super) fn end_of_segment(bytes: &[u8], from: usize) -> usize {
    let rest = &bytes[from..];
    let length = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#'));
    from + length.unwrap_or(rest.len())
}

const fn kinds() -> [u32; 256] {
    let mut kinds = [NON_ASCII; 256];
    let mut byte = 0;
    while byte < 0x80 {
        kinds[byte as usize] = match byte {
            b'a'..=b'f' => LOWER_HEX,
            b'g'..=b'z' => LOWER_OTHER,
            b'A'..=b'F' => UPPER_HEX,
            b'G'..=b'Z' => UPPER_OTHER,
            b'0'..=b'9' => DIGIT,
            b'-' => DASH,
            b'_' => UNDERSCORE,
            b'.' => DOT,
            b'~' => TILDE,
            b':' => COLON | OPENS,
            b'@' => AT,
            b'+' => PLUS,
            b',' => COMMA,
            b'!' | b'$' => MARKS,
            b'=' => EQUALS,
            b'&' => JOINS,
            b'*' => JOINS | OPENS,
            b'{' => BRACKETS | OPENS,
            b'}' | b'[' | b']' => BRACKETS,
            b'%' => PERCENT,
            b'/' | b';' | b'?' | b'#' => ENDS,
            _ => UNSHOWN,
        };
        byte += 1;
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::lower_prefix;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn small_letters_are_counted_as_one_by_one(
            text in prop::collection::vec(
                prop_oneof![9 => b'a'..=b'z', 1 => any::<u8>(), 1 => prop::sample::select(&b"`{@[/\x80\xe1\xfa"[..])],
                0..40,
            ),
        ) {
            let one_by_one = text.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
            prop_assert_eq!(lower_prefix(&text), one_by_one);
        }
    }
}
