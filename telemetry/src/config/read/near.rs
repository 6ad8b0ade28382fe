//! What was probably meant.

/// From here on two words are taken for one.
const ALIKE: f64 = 0.8;

/// The word that is most like the given one, if one is.
pub(in crate::config) fn near<'a>(
    given: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Nobody meant a word of this length, and to compare takes time in proportion to it.
    if given.len() > 100 {
        return None;
    }
    let plain = |word: &str| word.to_lowercase().replace(['-', ' ', '.'], "_");
    let given = plain(given);
    let scored = words
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&given, &plain(word)), word));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= ALIKE)
        .map(|(_, word)| word)
}
