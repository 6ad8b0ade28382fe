//! Matches a segment against a pattern with `*` and `?`.

use std::str::Chars;

/// A pattern: `*` stands for any run of characters, none included, `?` for one character, all else for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob(Box<str>);

// === impl Glob ===

impl Glob {
    /// The most bytes of a glob. With this bound, a match takes time in proportion to the segment's length.
    pub(super) const MAX_LENGTH: usize = 128;

    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Allocates nothing. At most as many steps as the product of both lengths, whatever the pattern.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Self(glob) = self;
        let mut pattern = glob.chars();
        let mut rest = text.chars();
        // What comes after the last star, and what that star has not taken. An earlier star never needs to
        // take more: what is between the two was found as far to the left as can be.
        let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
        loop {
            let here = rest.clone();
            match (pattern.next(), rest.next()) {
                (Some('*'), _) => {
                    star = Some((pattern.clone(), here.clone()));
                    rest = here;
                }
                (Some('?'), Some(_)) => {}
                (Some(expected), Some(found)) if expected == found => {}
                (None, None) => return true,
                (Some(_), None) => return false,
                (Some(_) | None, Some(_)) => {
                    let Some((after, left)) = &mut star else {
                        return false;
                    };
                    left.next();
                    pattern = after.clone();
                    rest = left.clone();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;
    use proptest::prelude::*;

    #[test]
    fn globs_match_whole_segments() {
        for (glob, matches, does_not) in [
            ("acme", &["acme"][..], &["", "Acme", "acme2", "an-acme"][..]),
            ("*", &["a", "", "日本"], &[]),
            ("?", &["a", "é"], &["", "ab"]),
            ("a*", &["a", "ab", "abc"], &["", "ba"]),
            ("*a", &["a", "ba", "aba", "aaa"], &["", "ab"]),
            ("t-*-x", &["t--x", "t-7-x", "t-x-x"], &["t-x", "t-7-y"]),
            ("a?c*", &["abc", "aéc", "abcd"], &["ac", "abd"]),
            ("*ab*ab*", &["abab", "xabyabz"], &["ab", "aab", "aba"]),
            ("**", &["", "a"], &[]),
            ("a.c", &["a.c"], &["abc"]),
            ("[a]", &["[a]"], &["a"]),
        ] {
            for text in matches {
                assert!(Glob::new(glob).matches(text), "{glob} matches {text}");
            }
            for text in does_not {
                assert!(
                    !Glob::new(glob).matches(text),
                    "{glob} does not match {text}"
                );
            }
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_the_product_of_the_lengths() {
        let glob = Glob::new(&"*a".repeat(Glob::MAX_LENGTH / 2));
        assert!(!glob.matches(&("a".repeat(60_000) + "b")));
    }

    /// The definition, by recursion.
    fn fits(glob: &[char], text: &[char]) -> bool {
        match glob {
            [] => text.is_empty(),
            ['*', glob @ ..] => (0..=text.len()).any(|taken| fits(glob, &text[taken..])),
            ['?', glob @ ..] => !text.is_empty() && fits(glob, &text[1..]),
            [c, glob @ ..] => text.first() == Some(c) && fits(glob, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(glob in "[ab*?é]{0,8}", text in "[abé]{0,10}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                Glob::new(&glob).matches(&text),
                fits(&characters(&glob), &characters(&text))
            );
        }
    }
}
