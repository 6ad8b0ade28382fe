//! How many streams of HTTP/2 a peer reset, and whether their codes agree.

use std::sync::atomic::{AtomicU64, Ordering};

/// The resets so far, in one word with one writer: how many, since which of them all codes agree, and
/// the last code.
#[derive(Debug, Default)]
pub(super) struct Resets(AtomicU64);

/// The counts have 28 bits each. Past that no more are counted: a later stream's end is not known.
const COUNT: u32 = 28;
const MOST: u64 = (1 << COUNT) - 1;
/// Codes that the standard does not name.
const UNNAMED: u64 = 0xff;

// === impl Resets ===

impl Resets {
    /// Counts a reset. The IO's owner alone does so.
    pub(super) fn count(&self, code: u32) {
        let word = self.0.load(Ordering::Relaxed);
        let (count, since, last) = (word & MOST, word >> COUNT & MOST, word >> (2 * COUNT));
        if count == MOST {
            return;
        }
        let code = u64::from(code).min(UNNAMED);
        let since = if code == last { since } else { count };
        let word = code << (2 * COUNT) | since << COUNT | (count + 1);
        self.0.store(word, Ordering::Release);
    }

    /// How many there were.
    #[inline]
    pub(super) fn so_far(&self) -> u32 {
        (self.0.load(Ordering::Acquire) & MOST) as u32
    }

    /// The code of all resets that came after so many, if there are any and they agree.
    pub(super) fn code_since(&self, so_far: u32) -> Option<u32> {
        let word = self.0.load(Ordering::Acquire);
        let (count, since, last) = (word & MOST, word >> COUNT & MOST, word >> (2 * COUNT));
        let so_far = u64::from(so_far);
        (count > so_far && since <= so_far && last != UNNAMED).then_some(last as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_while_all_agree() {
        let resets = Resets::default();
        assert_eq!((resets.so_far(), resets.code_since(0)), (0, None));
        resets.count(8);
        resets.count(8);
        assert_eq!((resets.so_far(), resets.code_since(0)), (2, Some(8)));
        assert_eq!(resets.code_since(2), None);
        resets.count(2);
        assert_eq!(resets.code_since(0), None);
        assert_eq!(resets.code_since(1), None);
        assert_eq!(resets.code_since(2), Some(2));
        resets.count(0);
        assert_eq!(resets.code_since(3), Some(0));
    }

    #[test]
    fn a_code_of_zero_is_a_code() {
        let resets = Resets::default();
        resets.count(0);
        assert_eq!(resets.code_since(0), Some(0));
    }

    #[test]
    fn what_the_standard_does_not_name_has_no_code() {
        let resets = Resets::default();
        resets.count(u32::MAX);
        assert_eq!((resets.so_far(), resets.code_since(0)), (1, None));
    }

    #[test]
    fn past_the_most_none_is_counted() {
        let resets = Resets(AtomicU64::new(MOST - 1));
        resets.count(8);
        resets.count(8);
        assert_eq!(u64::from(resets.so_far()), MOST);
    }
}
