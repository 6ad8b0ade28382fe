//! How much a run of letters is like a word, by its pairs of letters.
//!
//! The pairs of all words of `data/words.txt` are counted when the crate is built, with the edge of a word as a
//! letter of its own. The score of a pair is how much likelier it is there than in random letters: the
//! logarithm to the base 2 of that ratio, in sixteenths. The scores of a run are added up.

/// The edge of a word.
pub(super) const EDGE: u8 = 0;

/// What the scores count in.
pub(super) const BIT: i64 = 16;

/// Letters are 1 to 26, in five bits.
const LETTERS: usize = 32;

const WORDS: &[u8] = include_bytes!("../../data/words.txt");

#[allow(
    long_running_const_eval,
    reason = "it goes over the list once, which takes a part of a second"
)]
static SCORES: [i16; LETTERS * LETTERS] = scores();

/// The number of a letter, in either case. For any other byte it is some number that has no meaning.
#[inline]
pub(super) fn letter(byte: u8) -> u8 {
    byte & 31
}

#[inline]
pub(super) fn score(before: u8, letter: u8) -> i64 {
    // Both are below 32: the mask says so to the compiler.
    let pair = (usize::from(before) * LETTERS + usize::from(letter)) & (LETTERS * LETTERS - 1);
    i64::from(SCORES[pair])
}

/// The score of a run of letters as one word.
#[inline]
pub(super) fn score_of(letters: &[u8]) -> i64 {
    let mut before = EDGE;
    let mut sum = 0;
    for &byte in letters {
        let letter = letter(byte);
        sum += score(before, letter);
        before = letter;
    }
    sum + score(before, EDGE)
}

const fn scores() -> [i16; LETTERS * LETTERS] {
    let counts = counts();
    let mut ends = 0;
    let mut inner = 0;
    let mut before = 1;
    while before <= 26 {
        ends += counts[before][0];
        let mut letter = 1;
        while letter <= 26 {
            inner += counts[before][letter];
            letter += 1;
        }
        before += 1;
    }

    let mut scores = [0; LETTERS * LETTERS];
    let mut before = 0;
    while before <= 26 {
        let mut all = 0;
        let mut letter = 0;
        while letter <= 26 {
            all += counts[before][letter] * SCALE + SMOOTHING;
            letter += 1;
        }
        let mut letter = 0;
        while letter <= 26 {
            let seen = counts[before][letter] * SCALE + SMOOTHING;
            // Of random letters, each of 26 follows another as often; a word of theirs ends as often as one of the list.
            let random = match (before, letter) {
                (_, 0) => log2(ends) - log2(ends + inner),
                (0, _) => -log2(26),
                _ => log2(inner) - log2(ends + inner) - log2(26),
            };
            scores[before * LETTERS + letter] = (log2(seen) - log2(all) - random) as i16;
            letter += 1;
        }
        before += 1;
    }
    scores
}

/// What a pair that is seen once counts, and what each pair counts besides: one that is never seen is unlikely, and
/// not impossible.
const SCALE: u32 = 10;
const SMOOTHING: u32 = 3;

/// How often each letter follows each other one.
const fn counts() -> [[u32; 27]; 27] {
    let mut counts = [[0; 27]; 27];
    let mut before = EDGE;
    let mut at = 0;
    while at < WORDS.len() {
        let letter = match WORDS[at] {
            b'\n' => EDGE,
            byte => {
                assert!(
                    byte.is_ascii_lowercase(),
                    "the list has a word with something else"
                );
                byte & 31
            }
        };
        if before != EDGE || letter != EDGE {
            counts[before as usize][letter as usize] += 1;
        }
        before = letter;
        at += 1;
    }
    counts
}

/// The logarithm to the base 2, in sixteenths.
const fn log2(number: u32) -> i32 {
    let whole = number.ilog2();
    // Between 1 and 2, in 2^31sts; its square tells one binary digit of the logarithm after the other.
    let mut mantissa = (number as u64) << (31 - whole);
    let mut log = whole as i32;
    let mut digit = 0;
    while digit < 4 {
        mantissa = (mantissa * mantissa) >> 31;
        log <<= 1;
        if mantissa >> 32 != 0 {
            mantissa >>= 1;
            log |= 1;
        }
        digit += 1;
    }
    log
}

#[cfg(test)]
mod tests {
    use super::{BIT, WORDS, log2, score_of};

    #[test]
    fn the_list_is_sorted_without_duplicates() {
        let words: Vec<_> = std::str::from_utf8(WORDS).unwrap().lines().collect();
        assert!(words.len() > 2500);
        assert!(words.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_logarithm_is_in_sixteenths() {
        for (number, log) in [
            (1, 0),
            (2, 16),
            (3, 25),
            (26, 75),
            (1 << 20, 320),
            (u32::MAX, 511),
        ] {
            assert_eq!(log2(number), log, "{number}");
        }
    }

    #[test]
    fn words_are_told_from_random_letters() {
        assert!(score_of(b"conversations") > 10 * BIT);
        assert!(score_of(b"xkcqvjzw") < -10 * BIT);
        assert_eq!(score_of(b"Users"), score_of(b"users"));
    }
}
