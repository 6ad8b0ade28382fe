//! What is on.

#[cfg(feature = "trace")]
use super::span::Spans;

/// The switches of a set of tasks.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// Stages are measured.
    pub(super) stages: bool,
    #[cfg(feature = "log")]
    pub(super) lines: super::log::Lines,
    /// `None`: there are no spans.
    #[cfg(feature = "trace")]
    pub(super) spans: Option<Spans>,
}

// === impl Options ===

#[cfg(any(feature = "log", feature = "trace"))]
impl Options {
    /// Whether there may be a span or a line of a job.
    #[inline]
    pub(super) fn tells(&self) -> bool {
        #[cfg(feature = "trace")]
        if self.spans.is_some() {
            return true;
        }
        #[cfg(feature = "log")]
        if !self.lines.is_off() {
            return true;
        }
        false
    }
}
