//! What became of each part at the end.

use std::fmt;

/// What [`Telemetry::shutdown`](crate::Telemetry::shutdown) came to. It is there to be logged; none of it needs handling.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// The page of metrics was asked for once more; [`Absent`](Ended::Absent) if it never was, and
    /// [`NotAwaited`](Ended::NotAwaited) if the next scrape comes later than `shutdown.timeout`.
    pub scrape: Ended,
    /// Spans that waited were sent.
    pub spans: Ended,
    /// The last figures were pushed.
    pub metrics: Ended,
    /// Lines of the log were written.
    pub lines: Ended,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// It has nothing to do.
    Absent,
    /// All was done.
    Done,
    /// It would come too late, and was given up at once.
    NotAwaited,
    /// It was given up when the time was over.
    TimedOut,
    /// It failed, for this reason.
    Failed(String),
}

// === impl ShutdownReport ===

impl ShutdownReport {
    pub(crate) const PARTS: usize = 4;

    /// Whether nothing was given up and nothing failed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let is_well = |(_, ended): (_, &Ended)| matches!(ended, Ended::Absent | Ended::Done);
        self.parts().into_iter().all(is_well)
    }

    /// The same for all parts.
    pub(crate) fn all(ended: &Ended) -> Self {
        Self {
            scrape: ended.clone(),
            spans: ended.clone(),
            metrics: ended.clone(),
            lines: ended.clone(),
        }
    }

    fn parts(&self) -> [(&'static str, &Ended); Self::PARTS] {
        let Self {
            scrape,
            spans,
            metrics,
            lines,
        } = self;
        [
            ("last scrape", scrape),
            ("spans", spans),
            ("metrics", metrics),
            ("lines", lines),
        ]
    }
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, ended)) in self.parts().into_iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{name}: {ended}")?;
        }
        Ok(())
    }
}

// === impl Ended ===

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("absent"),
            Self::Done => f.write_str("done"),
            Self::NotAwaited => f.write_str("due too late to wait for"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Failed(reason) => write!(f, "failed: {reason}"),
        }
    }
}
