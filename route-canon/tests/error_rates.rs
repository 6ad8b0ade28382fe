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
