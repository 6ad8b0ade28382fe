//! Finds the end of a line.
//!
//! Any byte below 14 is looked for, which takes one comparison: the ends of lines are, and hardly another byte of a
//! text is.

/// Where the first CR or LF is, or how many bytes there are.
pub(super) fn line_end(bytes: &[u8]) -> usize {
    let low = first_low_far(bytes);
    low + line_end_exact(&bytes[low..])
}

/// The same at a steady price for each byte, however many are low.
pub(super) fn line_end_exact(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|&byte| byte == b'\n' || byte == b'\r')
        .unwrap_or(bytes.len())
}

/// Where the first LF is, or how many bytes there are.
pub(super) fn newline(bytes: &[u8]) -> usize {
    let low = first_low_far(bytes);
    low + bytes[low..]
        .iter()
        .position(|&byte| byte == b'\n')
        .unwrap_or(bytes.len() - low)
}

/// Where the first byte below 14 is, or how many bytes there are.
#[inline]
pub(super) fn first_low(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
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

/// The same, best if it is far.
#[inline]
pub(super) fn first_low_far(bytes: &[u8]) -> usize {
    if bytes.len() < 64 {
        return first_low(bytes);
    }
    // Where a frame is an event, as it mostly is, this saves to look for the place in a block that has one.
    match bytes {
        [bytes @ .., b'\n', b'\n'] => first_low_in_blocks(bytes),
        bytes => first_low_in_blocks(bytes),
    }
}

#[inline(never)]
fn first_low_in_blocks(bytes: &[u8]) -> usize {
    let mut at = 0;
    for block in bytes.as_chunks::<64>().0 {
        if has_low(block) {
            return first_low_from(bytes, at);
        }
        at += block.len();
    }
    // The last block may overlap the one before it.
    match bytes.last_chunk::<64>() {
        Some(block) if !has_low(block) => bytes.len(),
        _ => first_low_from(bytes, at),
    }
}

/// Apart, to spare its callers the registers.
#[inline(never)]
fn first_low_from(bytes: &[u8], at: usize) -> usize {
    at + first_low(&bytes[at..])
}

/// Whether any byte is low: a few vector instructions.
#[inline(always)]
fn has_low<const N: usize>(block: &[u8; N]) -> bool {
    let (lanes, []) = block.as_chunks::<16>() else {
        return true;
    };
    let mut least = [u8::MAX; 16];
    for lane in lanes {
        for (least, &byte) in least.iter_mut().zip(lane) {
            *least = (*least).min(byte);
        }
    }
    least.iter().fold(false, |any, &byte| any | is_low(byte))
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
