//! Makes a client's text fit to print.

use std::fmt::Write as _;

/// Copies a text of at most `most` characters; of a longer one the begin, and `…`. What is not printable, or
/// changes how what follows is printed, is escaped.
pub(crate) fn printable(text: &str, most: usize) -> String {
    let mut shown = String::new();
    let mut length = 0;
    // Where a cut has room for the sign.
    let mut cut = 0;
    for c in text.chars() {
        if length < most {
            cut = shown.len();
        }
        let from = shown.len();
        if matches!(c, ' ' | '…') || c.is_ascii_graphic() || (c.is_alphanumeric() && !c.is_ascii())
        {
            shown.push(c);
        } else {
            let _ = write!(shown, "{}", c.escape_unicode());
        }
        length += shown[from..].chars().count();
        if length > most {
            shown.truncate(cut);
            shown.push('…');
            break;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::printable;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_printable_is_escaped() {
        for (text, shown) in [
            ("/a b", "/a b"),
            ("/é日本", "/é日本"),
            ("\u{1b}[31m", r"\u{1b}[31m"),
            ("a\r\n\u{9b}\u{7f}", r"a\u{d}\u{a}\u{9b}\u{7f}"),
            ("\u{202e}x", r"\u{202e}x"),
            ("\u{fffd}", r"\u{fffd}"),
        ] {
            assert_eq!(printable(text, 40), shown);
        }
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert_eq!(printable("abcde", 5), "abcde");
        assert_eq!(printable("abcdef", 5), "abcd…");
        assert_eq!(printable("abc\n", 5), "abc…");
    }

    proptest! {
        #[test]
        fn nothing_reaches_the_terminal_but_text(text in any::<String>(), most in 1_usize..50) {
            let shown = printable(&text, most);
            prop_assert!(shown.chars().count() <= most);
            prop_assert!(!shown.contains(char::is_control));
        }
    }
}
