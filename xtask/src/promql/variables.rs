//! Grafana's variables.
//!
//! `$job`, `${job}` and `${job:regex}` within a string stand for any value. Outside of strings only intervals are known.

use super::Fault;

/// What stands in a string in a variable's place.
pub(super) const ANY: &str = "__any__";

/// Puts something that parses in each variable's place.
pub(super) fn replace(expression: &str) -> Result<String, Fault> {
    let mut text = String::with_capacity(expression.len());
    let mut rest = expression;
    let mut quote = None;
    while let Some(c) = rest.chars().next() {
        if c == '$'
            && let Some((name, after)) = variable(rest)
        {
            text.push_str(match quote {
                Some(_) => ANY,
                None => interval(name).ok_or_else(|| Fault::Variable(name.to_owned()))?,
            });
            rest = after;
            continue;
        }
        if c == '\\' && quote.is_some() {
            let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
            text.push_str(&rest[..1 + escaped]);
            rest = &rest[1 + escaped..];
            continue;
        }
        match quote {
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ => {}
        }
        text.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Ok(text)
}

/// The name of the variable that a text starts with, and what comes after it.
fn variable(text: &str) -> Option<(&str, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let text = text.strip_prefix('$')?;
    let (name, rest) = match text.strip_prefix('{') {
        Some(braced) => {
            let (inner, rest) = braced.split_once('}')?;
            (inner.split(':').next().unwrap_or(inner), rest)
        }
        None => text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len())),
    };
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (starts && name.chars().all(is_name)).then_some((name, rest))
}

fn interval(name: &str) -> Option<&'static str> {
    match name {
        "__rate_interval" | "__interval" | "__range" => Some("5m"),
        "__range_s" | "__interval_s" => Some("300"),
        "__range_ms" | "__interval_ms" => Some("300000"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_what_parses() {
        let replaced =
            replace(r#"rate(x{job=~"$job",a="${a:regex}z"}[$__rate_interval]) / $__range_s"#);
        let expected = r#"rate(x{job=~"__any__",a="__any__z"}[5m]) / 300"#;
        assert_eq!(replaced.as_deref(), Ok(expected));
    }

    #[test]
    fn what_is_no_variable_stays() {
        for text in [r#"x{a=~"b$"}"#, r#"x{a=~"(b|c$)"}"#, r#"x{a="\"$"}"#] {
            assert_eq!(replace(text).as_deref(), Ok(text));
        }
        assert_eq!(
            replace(r#"x{a="\"$b"}"#),
            Ok(r#"x{a="\"__any__"}"#.to_owned())
        );
    }

    #[test]
    fn an_unknown_variable_outside_of_a_string_is_a_fault() {
        assert_eq!(
            replace("$metric > 1"),
            Err(Fault::Variable("metric".into()))
        );
        assert_eq!(
            replace("x[${window}]"),
            Err(Fault::Variable("window".into()))
        );
    }
}
