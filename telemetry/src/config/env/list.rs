//! Variables that hold lists.

use std::collections::BTreeMap;

use super::check;

/// The most methods that are labels.
const MOST_METHODS: usize = 30;

/// `key=value,key2=value2`, percent-encoded: resource attributes, and headers.
///
/// What is malformed is not shown, for it may be secret.
pub(super) fn pairs(given: &str) -> Result<BTreeMap<String, String>, String> {
    let accepted = "`key=value` in a list parted by commas, percent-encoded, is accepted";
    let mut pairs = BTreeMap::new();
    for (index, entry) in given.split(',').enumerate() {
        if entry.trim().is_empty() {
            continue;
        }
        let pair = entry.split_once('=').and_then(|(key, value)| {
            let (key, value) = (decoded(key.trim())?, decoded(value.trim())?);
            (!key.is_empty()).then_some((key, value))
        });
        match pair {
            Some((key, value)) => pairs.insert(key, value),
            None => return Err(format!("its entry {} is refused: {accepted}", index + 1)),
        };
    }
    Ok(pairs)
}

/// [`pairs`] that can be headers of a request.
pub(super) fn headers(given: &str) -> Result<BTreeMap<String, String>, String> {
    let headers = pairs(given)?;
    for (name, value) in &headers {
        check::header(name, value)
            .map_err(|problem| format!("one of its headers is refused: {problem}"))?;
    }
    Ok(headers)
}

/// Methods, parted by commas.
pub(super) fn methods(given: &str) -> Result<Vec<String>, String> {
    let methods: Vec<String> = words(given).map(str::to_owned).collect();
    let unfit = |method: &&String| http::Method::from_bytes(method.as_bytes()).is_err();
    if let Some(method) = methods.iter().find(unfit) {
        return Err(format!("{method:?} is no method of HTTP"));
    }
    if methods.len() > MOST_METHODS {
        return Err(format!(
            "{} methods are given: at most {MOST_METHODS} are accepted",
            methods.len()
        ));
    }
    Ok(methods)
}

/// The words of a list that is parted by commas.
pub(super) fn words(given: &str) -> impl Iterator<Item = &str> {
    given
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// A text without percent-encoding, if it is one of UTF-8 then.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let (digits, after) = after.split_at_checked(2)?;
        let digit = |digit: u8| (digit as char).to_digit(16);
        bytes.push((digit(digits[0])? << 4 | digit(digits[1])?) as u8);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}
