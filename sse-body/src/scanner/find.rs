//! Finds the end of a line.

/// Where the first CR or LF is, or how many bytes there are.
#[inline]
pub(super) fn line_end(bytes: &[u8]) -> usize {
    find(bytes, |byte| byte == b'\n' || byte == b'\r')
}

/// Where the first LF is, or how many bytes there are.
#[inline]
pub(super) fn newline(bytes: &[u8]) -> usize {
    find(bytes, |byte| byte == b'\n')
}

/// Looks for any byte below 14 first, which one comparison tells: the ends of lines are, and text hardly has others.
#[inline]
fn find(bytes: &[u8], is_end: impl Fn(u8) -> bool) -> usize {
    let at = first_low(bytes);
    match bytes.get(at) {
        Some(&byte) if !is_end(byte) => at + find_exact(&bytes[at..], is_end),
        _ => at,
    }
}

/// Where the first byte below 14 is, or how many bytes there are.
#[inline]
fn first_low(bytes: &[u8]) -> usize {
    let mut at = 0;
    for block in bytes.as_chunks::<32>().0 {
        if block.iter().fold(false, |any, &byte| any | is_low(byte)) {
            break;
        }
        at += block.len();
    }
    let (words, rest) = bytes[at..].as_chunks::<8>();
    for &word in words {
        let low = low_bytes(u64::from_le_bytes(word));
        if low != 0 {
            return at + (low.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + rest
        .iter()
        .position(|&byte| is_low(byte))
        .unwrap_or(rest.len())
}

/// The same for a text full of other control characters: at a steady price for each byte.
#[cold]
#[inline(never)]
fn find_exact(bytes: &[u8], is_end: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|&byte| is_end(byte))
        .unwrap_or(bytes.len())
}

#[inline]
const fn is_low(byte: u8) -> bool {
    byte < 14
}

/// The high bit of each byte that is below 14. Above the first such byte there may be more bits; below, none.
#[inline]
const fn low_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    word.wrapping_sub(14 * ONES) & !word & (128 * ONES)
}

#[cfg(test)]
mod tests {
    use super::{line_end, newline};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_search_by_bytes_finds(
            bytes in prop::collection::vec(prop_oneof![8 => 14..=255u8, 1 => 0..14u8], 0..200),
        ) {
            let by_bytes = |is_end: fn(u8) -> bool| {
                bytes.iter().position(|&byte| is_end(byte)).unwrap_or(bytes.len())
            };
            prop_assert_eq!(line_end(&bytes), by_bytes(|byte| matches!(byte, b'\n' | b'\r')));
            prop_assert_eq!(newline(&bytes), by_bytes(|byte| byte == b'\n'));
        }
    }
}
