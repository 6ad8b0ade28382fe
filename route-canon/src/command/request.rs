//! Finds the path and the status in a line of a log.
//!
//! | line | path | status |
//! |---|---|---|
//! | begins with `/` or an absolute URL | up to white space | the first number of three digits after it |
//! | a JSON object | the first of the known keys that holds one | `status`, `status_code` |
//! | has a quoted request line | its target | what follows the quote |
//! | any other | `path=` and the like, else the first word that begins with `/` or is an absolute URL | `status=`, else as above |

mod json;
mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

/// The keys that hold a path, the best ones first.
const PATH_KEYS: [&str; 6] = ["path", "uri", "url", "request_uri", "request", "target"];

const STATUS_KEYS: [&str; 2] = ["status", "status_code"];

/// What a line says of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request<'l> {
    pub(crate) target: Cow<'l, str>,
    pub(crate) status: Option<u16>,
}

/// Reads a line; `None` if there is no path in it.
pub(crate) fn read(line: &str) -> Option<Request<'_>> {
    let line = line.trim();
    if is_target(line) {
        return words::read(line);
    }
    if line.starts_with('{') {
        return json::read(line);
    }
    of_quoted(line).or_else(|| words::read(line))
}

/// The first quoted text that is a request line, and the status after it: the common and the combined log format.
fn of_quoted(line: &str) -> Option<Request<'_>> {
    let mut rest = line;
    loop {
        let (_before, quoted) = rest.split_once('"')?;
        let end = closing_quote(quoted)?;
        let after = &quoted[end + 1..];
        if let Some(target) = of_request_line(&quoted[..end]) {
            return Some(Request {
                target: target.into(),
                status: after.split_whitespace().next().and_then(status),
            });
        }
        rest = after;
    }
}

/// Where a quoted text ends: at a quote without a backslash before it.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

/// The target of `GET /users/7 HTTP/1.1`, and of `GET /users/7`.
fn of_request_line(text: &str) -> Option<&str> {
    let (method, rest) = text.split_once(' ')?;
    if method.is_empty() || method.len() > 20 || !method.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let target = match rest.rsplit_once(" HTTP/") {
        Some((target, _version)) => target.trim(),
        None => rest.split_whitespace().next()?,
    };
    (is_target(target) || target == "*" || method == "CONNECT").then_some(target)
}

fn is_target(text: &str) -> bool {
    text.starts_with('/') || is_url(text)
}

fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

fn status(text: &str) -> Option<u16> {
    let digits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    let status = digits.then(|| text.parse().ok()).flatten()?;
    (100..=599).contains(&status).then_some(status)
}
