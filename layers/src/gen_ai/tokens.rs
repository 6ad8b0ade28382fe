//! Which events of a stream are tokens, and which end it.

use sse_body::{Event, EventType, Format};

/// Which events of a stream are tokens: the user's word, for the first event is not the first token, and providers put
/// several tokens, or none, into one.
///
/// Comments, keep-alives and end markers are no tokens whatever is said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tokens {
    /// Each event is one token.
    PerEvent,
    /// Each event of this type is one token, such as `content_block_delta`; the others are none.
    PerEventOf(&'static str),
    /// Each line is one token: the stream is newline-delimited JSON.
    PerLine,
    /// The body cannot be read, as one with a `Content-Encoding`: there are no times of tokens, and no end marker is
    /// looked for.
    Unreadable,
    /// It is not known: the stream tells how the call ends, and no times of tokens.
    Untold,
}

/// What the events of streams mean.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) keepalives: Vec<String>,
    pub(super) end_types: Vec<String>,
    pub(super) end_data: Vec<String>,
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Token,
    EndMarker,
    Other,
}

// === impl Tokens ===

impl Tokens {
    pub(super) fn format(self) -> Format {
        match self {
            Self::PerLine => Format::Lines,
            Self::Unreadable => Format::Encoded,
            Self::PerEvent | Self::PerEventOf(_) | Self::Untold => Format::EventStream,
        }
    }
}

// === impl Vocabulary ===

impl Vocabulary {
    /// Whether a stream is only whole with an end marker.
    pub(super) fn has_markers(&self) -> bool {
        !self.end_types.is_empty() || !self.end_data.is_empty()
    }

    pub(super) fn meaning(&self, event: Event<'_>, tokens: Tokens) -> Meaning {
        let kind = match event.event_type() {
            EventType::Message => &b"message"[..],
            EventType::Named(name) => name,
            EventType::TooLong => b"",
        };
        let is_of = |types: &[String]| types.iter().any(|name| name.as_bytes() == kind);
        let is_end_data = || {
            let data = event.data();
            data.is_some_and(|data| self.end_data.iter().any(|end| end.as_bytes() == data))
        };
        if is_of(&self.end_types) || is_end_data() {
            return Meaning::EndMarker;
        }
        let is_token = match tokens {
            Tokens::PerEvent | Tokens::PerLine => !is_of(&self.keepalives),
            Tokens::PerEventOf(name) => name.as_bytes() == kind && !is_of(&self.keepalives),
            Tokens::Unreadable | Tokens::Untold => false,
        };
        if is_token {
            Meaning::Token
        } else {
            Meaning::Other
        }
    }
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            keepalives: vec!["heartbeat".into(), "ping".into()],
            end_types: Vec::new(),
            end_data: Vec::new(),
        }
    }
}
