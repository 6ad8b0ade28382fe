//! What a segment is made of, gathered in one pass.

use super::pairs;

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

/// What one pass over a segment tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// The kinds of the bytes that are in it.
    kinds: u32,
    /// How much its pairs are like those of words. It means something only where there are letters alone.
    pub(super) pairs: i64,
}

static KINDS: [u32; 256] = kinds();

// === impl Shape ===

impl Shape {
    /// Reads from `start` to the end of a segment, or to what follows a `;`, and tells where that is.
    #[inline]
    pub(super) fn scan(bytes: &[u8], start: usize) -> (Self, usize) {
        let mut kinds = 0;
        let mut pairs = 0;
        let mut before = pairs::EDGE;
        let rest = &bytes[start..];
        let mut length = rest.len();
        for (at, &byte) in rest.iter().enumerate() {
            let kind = kind(byte);
            if kind & ENDS != 0 {
                length = at;
                break;
            }
            kinds |= kind;
            let letter = pairs::letter(byte);
            pairs += pairs::score(before, letter);
            before = letter;
        }
        pairs += pairs::score(before, pairs::EDGE);
        (Self { kinds, pairs }, start + length)
    }

    pub(super) fn of(text: &[u8]) -> Self {
        let kinds = text.iter().fold(0, |kinds, &byte| kinds | kind(byte));
        let pairs = pairs::score_of(text);
        Self { kinds, pairs }
    }

    /// Whether a byte of any of these kinds is in it.
    #[inline]
    pub(super) fn has(self, kinds: u32) -> bool {
        self.kinds & kinds != 0
    }

    /// Whether all its bytes are of these kinds.
    #[inline]
    pub(super) fn is_only(self, kinds: u32) -> bool {
        self.kinds & !(kinds | OPENS) == 0
    }
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
