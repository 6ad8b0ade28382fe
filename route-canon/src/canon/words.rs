//! Texts of several words: what their parts are.

use super::{
    known::{self, Version},
    pairs::{self, BIT},
    shape::{self, kind},
};

/// What the parts of a text are: its runs of letters and digits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    /// How many are words.
    pub(super) words: usize,
    /// The most words in a row that neither a dot nor a colon is between.
    pub(super) titled: usize,
    /// How many bytes are in those that are unlike words.
    pub(super) random: usize,
    /// How many are words beyond doubt.
    sure: usize,
    /// How many are letters that stand for nothing that is known: two of them, or up to four capitals.
    doubtful: usize,
    /// How many numbers follow the first one of versions that begin with `v`.
    in_versions: usize,
    /// How many are numbers.
    numbers: usize,
    /// How many of the numbers have another one beside them, with a dot between.
    dotted: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Word,
    /// Kept with a word beside it, and alone.
    Doubtful,
    /// Kept with one more beside it, too.
    Small,
    Number,
    /// A version that begins with `v`, and what more it may have.
    Version(Version),
    Random,
}

// === impl Parts ===

impl Parts {
    /// So many words in a row are a title.
    pub(super) const OF_SLUG: usize = 5;

    pub(super) fn of(text: &[u8]) -> Self {
        let mut parts = Self::default();
        let mut before = None;
        let mut in_row = 0;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if kind(byte) & shape::ALPHANUMERIC == 0 {
                if matches!(byte, b'.' | b':') {
                    in_row = 0;
                }
                at += 1;
                continue;
            }
            let start = at;
            let mut kinds = 0;
            while let Some(&byte) = text.get(at) {
                let kind = kind(byte);
                if kind & shape::ALPHANUMERIC == 0 {
                    break;
                }
                kinds |= kind;
                at += 1;
            }
            let piece = &text[start..at];
            let after_dot = start > 0 && text[start - 1] == b'.';
            let part = match (part(piece, kinds), before) {
                (Part::Number, Some(Part::Version(version))) if after_dot => {
                    parts.in_versions += 1;
                    version.with(piece).map_or(Part::Number, Part::Version)
                }
                (part, _) => part,
            };
            match part {
                Part::Word | Part::Doubtful | Part::Small | Part::Version(_) => {
                    parts.sure += usize::from(matches!(part, Part::Word));
                    parts.doubtful += usize::from(matches!(part, Part::Doubtful));
                    parts.words += 1;
                    in_row += 1;
                    parts.titled = parts.titled.max(in_row);
                }
                Part::Number => {
                    parts.numbers += 1;
                    let with_before = after_dot && matches!(before, Some(Part::Number));
                    let with_after = matches!(text[at..], [b'.', b'0'..=b'9', ..]);
                    let is_dotted = piece.len() <= 2 && (with_before || with_after);
                    parts.dotted += usize::from(is_dotted);
                }
                Part::Random => parts.random += piece.len(),
            }
            before = Some(part);
        }
        parts
    }

    pub(super) fn are_words(&self) -> bool {
        self.numbers == 0 && self.random == 0 && self.have_a_word()
    }

    /// Whether there are words, and versions of no more than two numbers each: a registry has thousands of longer ones.
    pub(super) fn are_words_and_versions(&self) -> bool {
        self.random == 0
            && self.numbers == self.dotted
            && self.numbers <= 2
            && self.in_versions <= 1
            && self.have_a_word()
    }

    /// Letters that are kept because there are few of them are few in number only beside a word.
    fn have_a_word(&self) -> bool {
        self.sure > 0 || self.words < 2 || self.words == 2 && self.doubtful == 0
    }
}

fn part(piece: &[u8], kinds: u32) -> Part {
    if kinds & shape::DIGIT == 0 {
        let is_word = if kinds & shape::UPPER == 0 {
            is_lower_word(piece)
        } else {
            is_word(piece)
        };
        return if !is_word {
            Part::Random
        } else if piece.len() > 4 || piece.len() > 2 && kinds & shape::LOWER != 0 {
            Part::Word
        } else {
            few(piece)
        };
    }
    if kinds == shape::DIGIT {
        return Part::Number;
    }
    if known::is_name(piece) {
        return Part::Word;
    }
    if known::is_version(piece) {
        // One with a stage ends there.
        let version = Version::of(&piece[1..]).unwrap_or_default();
        return Part::Version(version);
    }
    mixed(piece)
}

/// One or two letters, or up to four capitals: they are kept alone, whatever they are.
#[inline(never)]
fn few(letters: &[u8]) -> Part {
    match *letters {
        [_] => Part::Small,
        [a, b] => {
            let lower = [a.to_ascii_lowercase(), b.to_ascii_lowercase()];
            if SMALL.contains(&&lower) {
                Part::Small
            } else {
                Part::Doubtful
            }
        }
        _ if known::is_name(letters) || pairs::score_of(letters) >= 0 => Part::Word,
        _ => Part::Doubtful,
    }
}

/// Words and abbreviations of two letters that routes have.
#[rustfmt::skip]
const SMALL: &[&[u8; 2]] = &[
    b"ai", b"an", b"as", b"at", b"be", b"by", b"cd", b"ci", b"db", b"do", b"eu", b"go", b"hr", b"id", b"if", b"in",
    b"io", b"ip", b"is", b"it", b"js", b"me", b"ml", b"my", b"no", b"of", b"ok", b"on", b"op", b"or", b"os", b"pr",
    b"qa", b"qr", b"so", b"to", b"ts", b"tv", b"ui", b"uk", b"up", b"us", b"ux", b"vs", b"wp", b"ws",
];

/// Letters and digits: a word with one digit after it is a word, one with more is a number with a name.
fn mixed(piece: &[u8]) -> Part {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let first = piece.iter().position(is_digit).unwrap_or(piece.len());
    let (letters, rest) = piece.split_at(first);
    let digits = rest.iter().take_while(|byte| is_digit(byte)).count();
    let after = &rest[digits..];
    match digits {
        // `level3`, `oauth2Callback`
        1 if is_sure_word(letters) && (after.is_empty() || is_sure_hump(after)) => Part::Word,
        // `order77`, `100px`
        _ if letters.is_empty() != after.is_empty() && is_word(letters) && is_word(after) => {
            Part::Number
        }
        _ => Part::Random,
    }
}

/// Whether a run of letters is a word beyond doubt, for beside a digit even short ones are often random.
fn is_sure_word(letters: &[u8]) -> bool {
    let Some(after_first) = letters.get(1..).filter(|after| after.len() > 1) else {
        return false;
    };
    after_first.iter().all(u8::is_ascii_lowercase) && pairs::score_of(letters) >= 0
}

fn is_sure_hump(letters: &[u8]) -> bool {
    letters[0].is_ascii_uppercase() && is_sure_word(letters)
}

/// Whether a text of small letters, `-` and `_` is a few words beyond doubt. It says no more than [`Parts`] would.
pub(super) fn are_plain(text: &[u8]) -> bool {
    let mut words = 0;
    for word in text.split(|byte| matches!(byte, b'-' | b'_')) {
        if word.len() < 3 || !is_like_word(word.len(), pairs::score_of(word)) {
            return false;
        }
        words += 1;
    }
    (2..Parts::OF_SLUG).contains(&words)
}

/// The same as [`is_word`], for small letters alone: most words are, and there is nothing to be split.
#[inline]
fn is_lower_word(letters: &[u8]) -> bool {
    is_like_word(letters.len(), pairs::score_of(letters)) || known::is_name(letters)
}

/// Whether a run of letters is like a word, or like several in camel case.
pub(super) fn is_word(letters: &[u8]) -> bool {
    let length = letters.len();
    // `USD`, `HTTP`
    if length <= 2 || length <= 4 && letters.iter().all(u8::is_ascii_uppercase) {
        return true;
    }
    let (humps, score) = camel(letters);
    let penalty = (humps - 1) * HUMP;
    is_like_word(length, score - penalty)
        || known::is_name(letters)
        // `GitHub`: a name that is a word only as a whole.
        || humps > 1 && is_like_word(length, pairs::score_of(letters) - penalty)
}

/// Random letters change their case more often than words do.
const HUMP: i64 = 2 * BIT;

/// Whether letters with this score are a word: short ones say less, and abbreviations are short.
#[inline]
pub(super) fn is_like_word(length: usize, score: i64) -> bool {
    const LEAST: [i64; 11] = [
        i64::MIN,
        i64::MIN,
        i64::MIN,
        -20 * BIT,
        -14 * BIT,
        -10 * BIT,
        -8 * BIT,
        -6 * BIT,
        -5 * BIT,
        -4 * BIT,
        -3 * BIT,
    ];

    score >= LEAST[length.min(LEAST.len() - 1)]
}

/// How many words in camel case there are, and the sum of their scores: `createdAt`, `HTTPServer`. An abbreviation
/// that is known is no worse than none.
fn camel(letters: &[u8]) -> (i64, i64) {
    let mut humps = 0;
    let mut score = 0;
    let mut start = 0;
    for end in 1..=letters.len() {
        if end < letters.len() && !begins_hump(letters, end) {
            continue;
        }
        let hump = &letters[start..end];
        let own = pairs::score_of(hump);
        score += if own < 0 && hump.len() > 2 && known::is_name(hump) {
            0
        } else {
            own
        };
        humps += 1;
        start = end;
    }
    (humps, score)
}

/// Whether a word in camel case begins here, where letters are on both sides.
fn begins_hump(letters: &[u8], at: usize) -> bool {
    let after_lower = letters[at - 1].is_ascii_lowercase();
    let before_lower = letters.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    letters[at].is_ascii_uppercase() && (after_lower || before_lower)
}

#[cfg(test)]
mod tests {
    use super::{Parts, are_plain};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_plain_is_words_by_its_parts_too(text in "(user|list|of|api|xkq|[a-z]{2,6}|-|_){1,9}") {
            if are_plain(text.as_bytes()) {
                let parts = Parts::of(text.as_bytes());
                prop_assert!(parts.are_words());
                prop_assert!((2..Parts::OF_SLUG).contains(&parts.titled));
                prop_assert_eq!(parts.titled, parts.words);
            }
        }
    }
}
