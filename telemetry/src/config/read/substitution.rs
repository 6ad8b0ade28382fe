//! Variables in values, as OpenTelemetry's declarative configuration has them.
//!
//! | written | becomes |
//! |---|---|
//! | `${NAME}`, `${env:NAME}` | what the variable holds; that it is not set, or empty, is a fault |
//! | `${NAME:-text}` | what the variable holds, or `text` |
//! | `$$` | `$` |
//!
//! What a variable holds is a value and never structure, and is not looked at for variables again. Types are told
//! after it: `${PORT}` may be a number. A `$` before anything else stays.

use std::borrow::Cow;

use super::{
    fault::Refusal,
    node::{Node, Scalar, Value},
};

// === impl Node ===

impl Node {
    /// Puts variables into the scalars; those that are refused stay as they are.
    pub(super) fn substitute(&mut self, lookup: &dyn Fn(&str) -> Option<String>) -> Vec<Refusal> {
        let mut refused = Vec::new();
        self.scalars("", &mut |path, scalar| {
            if scalar.value != Value::Text || !scalar.text.contains('$') {
                return;
            }
            match substituted(&scalar.text, lookup) {
                Ok(text) if text == scalar.text => {}
                Ok(text) => scalar.put(text.into_owned()),
                Err(problem) => refused.push(Refusal::variable(path, problem)),
            }
        });
        refused
    }
}

// === impl Scalar ===

impl Scalar {
    fn put(&mut self, text: String) {
        self.value = Value::of(&text);
        self.written = Some(std::mem::replace(&mut self.text, text));
    }
}

// === impl Value ===

impl Value {
    /// What a plain scalar with this text is.
    fn of(text: &str) -> Self {
        match text {
            "" | "~" | "null" => return Self::Null,
            "true" => return Self::Bool(true),
            "false" => return Self::Bool(false),
            _ => {}
        }
        // Rust takes `+1`, `inf` and `nan` for numbers, too.
        if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) {
            return Self::Text;
        }
        let unsigned = text.parse().map(Self::Unsigned);
        let signed = || text.parse().map(Self::Signed);
        match unsigned.or_else(|_| signed()) {
            Ok(number) => number,
            Err(_) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Self::Float(number),
                _ => Self::Text,
            },
        }
    }
}

/// The text with variables put in.
fn substituted<'t>(
    text: &'t str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Cow<'t, str>, String> {
    let Some(first) = text.find('$') else {
        return Ok(Cow::Borrowed(text));
    };
    let (head, mut rest) = text.split_at(first);
    let mut out = head.to_owned();
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let Some((reference, after)) = after.split_once('}') else {
                return Err(format!(
                    "`${{` is not closed by `}}`; {ACCEPTED} is accepted"
                ));
            };
            out.push_str(&value(reference, lookup)?);
            rest = after;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

const ACCEPTED: &str = "`${NAME}`, `${env:NAME}`, `${NAME:-default}`, or `$$` for a `$`";

/// What is put in for a reference, which is what stands between the braces.
fn value<'r>(
    reference: &'r str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Cow<'r, str>, String> {
    let bare = reference.strip_prefix("env:").unwrap_or(reference);
    let (name, default) = match bare.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (bare, None),
    };
    let fits = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !fits {
        return Err(format!(
            "`${{...}}` does not name a variable, whose name has letters, digits and `_`; {ACCEPTED} is accepted"
        ));
    }
    match (lookup(name).filter(|held| !held.is_empty()), default) {
        (Some(held), _) => Ok(Cow::Owned(held)),
        (None, Some(default)) => Ok(Cow::Borrowed(default)),
        (None, None) => Err(format!(
            "the variable `{name}` is not set, or empty; set it, or write `${{{name}:-default}}`, of which the default \
             may be empty"
        )),
    }
}
