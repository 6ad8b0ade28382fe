//! How jobs end.

use std::fmt;

use super::Fault;

/// How a job, or a stage of one, ended: the `outcome` label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It came to its end, and that is no error.
    Success,
    /// It came to its end, and that is an error.
    Error,
    /// It was dropped before its end: aborted, timed out from outside, or the runtime shut down.
    Cancelled,
    /// It panicked.
    Panic,
}

// === impl Outcome ===

impl Outcome {
    /// Every outcome, for tables and tests.
    pub const ALL: &[Self] = &[Self::Success, Self::Error, Self::Cancelled, Self::Panic];

    /// The word for it in labels, spans and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::Panic => "panic",
        }
    }

    /// Who is to blame, if anyone is. Who cancelled a job is not known.
    #[must_use]
    pub const fn fault(self) -> Option<Fault> {
        match self {
            Self::Success => None,
            Self::Error | Self::Panic => Some(Fault::Server),
            Self::Cancelled => Some(Fault::Unknown),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
