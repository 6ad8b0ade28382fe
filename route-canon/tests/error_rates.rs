//! How often a word of a route is lost, and how often an identifier is missed, on lists that the model of
//! character pairs was not built from.

use route_canon::Canonicalizer;
use std::collections::HashSet;

/// Words that the model was built from.
const TRAINING: &str = include_str!("../data/words.txt");

const WORDS: &str = include_str!("../testdata/heldout/words.txt");
const IDS: &str = include_str!("../testdata/heldout/ids.txt");

/// Fewer would not tell one percent from two.
const LEAST_WORDS: usize = 1_500;
const LEAST_IDS: usize = 2_500;

const MOST_LOST_PERCENT: usize = 1;
const MOST_MISSED_PERCENT: usize = 2;

/// How many failures are shown.
const SAMPLE: usize = 40;

#[test]
fn words_are_kept_and_ids_are_not() {
    let training: HashSet<_> = TRAINING.lines().map(str::trim).collect();
    let known = |word: &&str| training.contains(word.to_ascii_lowercase().as_str());
    let words: Vec<_> = WORDS.lines().filter(|word| !known(word)).collect();
    let ids: Vec<_> = IDS.lines().collect();
    assert!(words.len() >= LEAST_WORDS, "only {} words", words.len());
    assert!(ids.len() >= LEAST_IDS, "only {} ids", ids.len());

    let canonicalizer = Canonicalizer::builder().marked(false).build();
    let kept = |segment: &&&str| {
        let path = format!("/x/{segment}");
        canonicalizer.canonicalize(&path) == path
    };
    let lost: Vec<_> = words.iter().filter(|word| !kept(word)).collect();
    let missed: Vec<_> = ids.iter().filter(kept).collect();
    let lost_shown = report("words lost", &lost, words.len());
    let missed_shown = report("ids missed", &missed, ids.len());
    // Compounds and names with digits are easier: what the model alone does shows on plain words.
    let plain = |word: &&&&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let plain_lost: Vec<_> = lost.iter().filter(plain).copied().collect();
    let plain_shown = report(
        "of them plain words",
        &plain_lost,
        words.iter().filter(|word| plain(&word)).count(),
    );
    eprintln!("{lost_shown}\n{plain_shown}\n{missed_shown}");

    assert!(
        lost.len() * 100 <= words.len() * MOST_LOST_PERCENT,
        "more than {MOST_LOST_PERCENT} %: {lost_shown}"
    );
    assert!(
        missed.len() * 100 <= ids.len() * MOST_MISSED_PERCENT,
        "more than {MOST_MISSED_PERCENT} %: {missed_shown}"
    );
}

#[test]
fn the_lists_are_in_order() {
    for (name, list) in [("words", WORDS), ("ids", IDS)] {
        let mut seen = HashSet::new();
        for line in list.lines() {
            let segment = !line.is_empty() && !line.contains(['/', '?', '#', ';']);
            assert!(segment, "{name}: {line:?} is no segment");
            assert!(seen.insert(line), "{name}: {line:?} is there twice");
        }
    }
    let words: HashSet<_> = WORDS.lines().collect();
    let both = IDS.lines().find(|id| words.contains(id));
    assert_eq!(both, None, "in both lists");
}

/// The rate with its count, and a sample of the failures, taken evenly.
fn report(what: &str, failures: &[&&str], of: usize) -> String {
    let step = failures.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<_> = failures.iter().step_by(step).map(|text| **text).collect();
    let (count, sample) = (failures.len(), sample.join(" "));
    let permille = count * 1_000 / of;
    format!(
        "{what}: {count} of {of} ({}.{} %): {sample}",
        permille / 10,
        permille % 10
    )
}

/// No bound: what lengths and alphabets make of the rates, for the README.
#[test]
fn the_rates_by_length_are_printed() {
    const EACH: usize = 20_000;
    const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    // Without the letters that hashids keep apart.
    const HASHIDS: &[u8] = b"1234567890abdegjklmnopqrvwxyzABDEGJKLMNOPQRVWXYZ";

    let mut state = 0x5eed_u64;
    let mut random = |below: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % below as u64) as usize
    };
    let canonicalizer = Canonicalizer::builder().marked(false).build();
    for (kind, alphabet, lengths) in [
        ("lower-case letters", LOWER, &[5, 6, 8, 10][..]),
        ("base62", BASE62, &[4, 6, 8, 11]),
        ("hashids", HASHIDS, &[6, 7, 8]),
    ] {
        for &length in lengths {
            let missed = (0..EACH).filter(|_| {
                let id = (0..length).map(|_| char::from(alphabet[random(alphabet.len())]));
                let path = format!("/x/{}", id.collect::<String>());
                canonicalizer.canonicalize(&path) == path
            });
            let percent = missed.count() as f64 * 100.0 / EACH as f64;
            eprintln!("{length} {kind}: {percent:.1} % are kept");
        }
    }
}
