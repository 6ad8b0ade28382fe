//! What is on.

#[cfg(feature = "trace")]
use crate::task::Spans;

/// The switches of a set of calls.
#[derive(Debug)]
#[cfg_attr(not(any(feature = "log", feature = "trace")), derive(Default))]
pub(super) struct Options {
    #[cfg(feature = "log")]
    pub(super) lines: bool,
    /// `None`: there are no spans.
    #[cfg(feature = "trace")]
    pub(super) spans: Option<Spans>,
}

// === impl Options ===

#[cfg(any(feature = "log", feature = "trace"))]
impl Options {
    /// Whether there may be a span or a line of a call.
    #[inline]
    pub(super) fn tells(&self) -> bool {
        #[cfg(feature = "trace")]
        if self.spans.is_some() {
            return true;
        }
        #[cfg(feature = "log")]
        if self.has_lines() {
            return true;
        }
        false
    }

    #[cfg(feature = "log")]
    #[inline]
    pub(super) fn has_lines(&self) -> bool {
        self.lines && !crate::line::is_off()
    }
}

#[cfg(any(feature = "log", feature = "trace"))]
impl Default for Options {
    fn default() -> Self {
        Self {
            #[cfg(feature = "log")]
            lines: true,
            #[cfg(feature = "trace")]
            spans: Some(Spans::default()),
        }
    }
}
