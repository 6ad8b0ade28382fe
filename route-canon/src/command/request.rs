//! Finds the path and the status in a line of a log.
//!
//! | line | path | status |
//! |---|---|---|
//! | begins with `/` or an absolute URL | up to white space | the first number of three digits after it |
//! | a JSON object | the first of the known keys that holds one | the first of the known keys |
//! | has a quoted request line | its target | what follows the quote, or, of HAProxy and AWS ALB, the times before it |
//! | any other | `path=` and the like, else the first word that begins with `/` or is an absolute URL | `status=`, else as above |

mod json;
mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

/// The keys that hold a path, the best ones first. In JSON, a dot leads into an object too.
const PATH_KEYS: [&str; 13] = [
    "path",
    "uri",
    "url",
    "request_uri",
    "request",
    "target",
    "url.path",
    "http.target",
    "httpRequest.requestUrl",
    "RequestPath",
    "requestURI",
    "cs-uri-stem",
    "request_line",
];

const STATUS_KEYS: [&str; 7] = [
    "status",
    "status_code",
    "response.status",
    "sc-status",
    "httpRequest.status",
    "responseStatus.code",
    "code",
];

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
            let before = &line[..line.len() - quoted.len()];
            return Some(Request {
                target: target.into(),
                status: after
                    .split_whitespace()
                    .next()
                    .and_then(status)
                    .or_else(|| before_request(before)),
            });
        }
        rest = after;
    }
}

/// The status where it stands before the request, after the times that a proxy took.
fn before_request(before: &str) -> Option<u16> {
    let words: Vec<_> = before.split_whitespace().collect();
    // HAProxy: `10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0`
    let is_times = |word: &str| word.split('/').count() == 5;
    let haproxy = words.iter().position(|word| is_times(word));
    if let Some(status) = haproxy.and_then(|at| status(words.get(at + 1)?)) {
        return Some(status);
    }
    // AWS ALB: `0.000 0.001 0.000 200 200 34 366`
    let is_time = |word: &&str| word.contains('.') && word.parse::<f32>().is_ok() || *word == "-1";
    let alb = words
        .windows(4)
        .position(|window| window[..3].iter().all(is_time) && status(window[3]).is_some())?;
    status(words[alb + 3])
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
