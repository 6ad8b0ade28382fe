//! Texts that are not ours, made fit for a line.

use std::{borrow::Cow, fmt::Write as _};

use crate::label;

/// The text without what could end a line, begin an escape sequence, close a quotation or turn the
/// direction of what follows, and cut to [`label::MAX_VALUE_LEN`] bytes.
///
/// Most formatters escape such characters, some do not, and neither does everything that shows a log later.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    match label::clean(text) {
        Cow::Borrowed(text) if !text.contains(deceives) => Cow::Borrowed(text),
        text => Cow::Owned(text.replace(deceives, "_")),
    }
}

/// Appends `name=value`, with a value in quotes where it would not be one word. It has no quotes itself.
pub(crate) fn append(to: &mut String, name: &str, value: &str) {
    let value = clean(value);
    let gap = if to.is_empty() { "" } else { " " };
    let is_word = !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || c == '=');
    let quote = if is_word { "" } else { "\"" };
    // A string takes all that it is given.
    let _ = write!(to, "{gap}{name}={quote}{value}{quote}");
}

/// Characters that show nothing and change how the others show, besides those that no label has.
fn deceives(c: char) -> bool {
    matches!(
        c,
        // Marks, embeddings, overrides and isolates of direction.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Without width, deprecated format characters, annotations and tags.
        | '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_could_forge_a_line_is_replaced() {
        let controls = (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32);
        let others =
            "\"\\\u{2028}\u{2029}\u{feff}\u{202e}\u{2066}\u{2069}\u{200b}\u{200e}\u{e0041}";
        for c in controls.chain(others.chars()) {
            assert_eq!(clean(&format!("a{c}b")), "a_b", "{c:?}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in ["", "/users/{id}", "Größe 7", "会話", "[1m", "k=v w"] {
            assert_eq!(clean(text), text);
        }
        assert_eq!(clean(&"ü".repeat(200)).len(), 256);
    }
}
