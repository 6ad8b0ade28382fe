//! How the bytes of a body are to be read.

use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

/// How the bytes of a body are to be read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// Not at all: they are compressed. Frames and bytes are counted.
    Encoded,
    /// As `text/event-stream`.
    EventStream,
    /// As newline-delimited JSON and its like.
    Lines,
}

// === impl Format ===

impl Format {
    /// The format that a response's `Content-Type` and `Content-Encoding` say, or `None` if it is no stream of events.
    ///
    /// Lines are `application/` `jsonl`, `jsonlines`, `ndjson`, and these with `x-` before them.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let content_type = headers.get(CONTENT_TYPE)?.as_bytes();
        let essence = content_type
            .split(|&byte| byte == b';')
            .next()?
            .trim_ascii();
        let is_one_of = |names: &[&str]| {
            names
                .iter()
                .any(|name| essence.eq_ignore_ascii_case(name.as_bytes()))
        };
        let format = if is_one_of(&["text/event-stream"]) {
            Self::EventStream
        } else if is_one_of(&[
            "application/jsonl",
            "application/jsonlines",
            "application/ndjson",
            "application/x-jsonl",
            "application/x-jsonlines",
            "application/x-ndjson",
        ]) {
            Self::Lines
        } else {
            return None;
        };
        let is_plain = headers.get_all(CONTENT_ENCODING).iter().all(|encoding| {
            let encoding = encoding.as_bytes().trim_ascii();
            encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity")
        });
        Some(if is_plain { format } else { Self::Encoded })
    }
}
