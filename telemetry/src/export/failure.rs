//! Why a push failed, and whether to try again.

use std::{fmt, io, time::Duration};

/// Why a push failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The receiver took it and cannot be understood.
    #[error("the answer cannot be read: {0}")]
    Garbage(String),
    #[error("there was no time left before the end")]
    NoTime,
    #[error("the exporters' runtime has ended")]
    NoRuntime,
    /// There is a bug in an exporter, and only the batch is lost.
    #[error("the exporter panicked")]
    Panicked,
    /// The receiver took a part.
    #[error("the receiver rejected {count}{said}")]
    Rejected { count: u64, said: Said },
    #[error("the receiver answered {status}{said}")]
    Refused {
        status: String,
        said: Said,
        again: Again,
    },
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// No connection, or one that broke.
    #[error("{0}")]
    Transport(String),
    #[error("it cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// Whether it may go better next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    /// After a while.
    Later,
    /// After so long, as the receiver said.
    After(Duration),
}

/// What a receiver said, made fit for a line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said(String);

/// How much of it is kept.
const MOST: usize = 200;

// === impl Failure ===

impl Failure {
    /// Whether it may go better next time.
    pub(crate) fn again(&self) -> Again {
        match self {
            Self::Transport(_) => Again::Later,
            Self::Refused { again, .. } => *again,
            Self::Garbage(_)
            | Self::NoTime
            | Self::NoRuntime
            | Self::Panicked
            | Self::Rejected { .. }
            | Self::TimedOut(_)
            | Self::TooLong(_)
            | Self::Write(_) => Again::Never,
        }
    }

    /// As it is told of a receiver at this address.
    pub(crate) fn at(&self, place: Option<String>) -> String {
        match place {
            Some(place) => format!("{place}: {self}"),
            None => self.to_string(),
        }
    }

    /// An error with all of its sources, for those of HTTP clients say nothing by themselves.
    pub(crate) fn transport(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            let said = error.to_string();
            if !text.contains(&said) {
                text.push_str(": ");
                text.push_str(&said);
            }
            source = error.source();
        }
        Self::Transport(text)
    }
}

// === impl Said ===

impl Said {
    pub(crate) fn new(text: &str) -> Self {
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let text: String = text.trim().chars().map(printable).take(MOST).collect();
        Self(text)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_receiver_says_is_one_short_line() {
        assert_eq!(Said::new("").to_string(), "");
        assert_eq!(
            Said::new(" no\r\nroom\u{1b}[31m ").to_string(),
            ": no  room [31m"
        );
        assert_eq!(
            Said::new(&"é".repeat(1_000)).to_string().chars().count(),
            MOST + 2
        );
    }

    #[test]
    fn an_error_is_told_with_its_sources_and_each_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("{text}")]
        struct Link {
            text: &'static str,
            source: Option<Box<Self>>,
        }
        let link = |text, source: Option<Link>| Link {
            text,
            source: source.map(Box::new),
        };
        let error = link("outer", Some(link("outer", Some(link("refused", None)))));
        assert_eq!(Failure::transport(&error).to_string(), "outer: refused");
    }
}
