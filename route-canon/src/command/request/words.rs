//! A line of words, some of them `key=value`.

use super::{PATH_KEYS, Request, STATUS_KEYS, closing_quote, is_target, of_request_line, status};

pub(super) fn read(line: &str) -> Option<Request<'_>> {
    let keyed = |keys: &'static [&str]| {
        keys.iter().filter_map(move |key| {
            let mut all = words(line);
            all.find_map(|word| (word.key == Some(key)).then_some(word.value))
        })
    };
    let target = keyed(&PATH_KEYS).find_map(|value| {
        if is_target(value) {
            Some(value)
        } else {
            of_request_line(value)
        }
    });
    let bare = || words(line).enumerate();
    let first = || bare().find(|(_, word)| is_target(word.value));
    let at = first().map_or(0, |(at, _)| at);
    let number = |(_, word): (usize, Word<'_>)| word.key.is_none().then(|| status(word.value))?;
    Some(Request {
        target: target.or_else(|| Some(first()?.1.value))?.into(),
        status: keyed(&STATUS_KEYS)
            .find_map(status)
            .or_else(|| bare().skip(at).find_map(number))
            .or_else(|| bare().take(at).find_map(number)),
    })
}

struct Word<'l> {
    key: Option<&'l str>,
    value: &'l str,
}

/// The words between white space. A value in quotes may have white space in it; the quotes go.
fn words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let key = key(rest);
        let from = key.map_or(0, |key| key.len() + 1);
        let text = &rest[from..];
        let quoted = text.strip_prefix('"');
        let (value, after) = match quoted.and_then(|text| Some((text, closing_quote(text)?))) {
            Some((text, end)) => (&text[..end], &text[end + 1..]),
            None => text.split_at(text.find(char::is_whitespace).unwrap_or(text.len())),
        };
        rest = after;
        Some(Word { key, value })
    })
}

/// What is before the `=`, if the word has one.
fn key(text: &str) -> Option<&str> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let (key, after) = text.split_at(text.find(|c| !is_key(c))?);
    (!key.is_empty() && after.starts_with('=')).then_some(key)
}
