//! A line of the log for each request.

use serde::{Deserialize, Serialize};

/// A line of the log for each request, and two for each event stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Lines {
    /// Whether they are written.
    pub enabled: bool,
    /// Whether what is the client's fault is a warning; without this it is info.
    pub warn_of_client_faults: bool,
    /// Which lines of busy routes are left out; errors and warnings never are.
    pub sample: Option<LineSample>,
}

/// Which lines of busy routes are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LineSample {
    /// So many lines of each route are written in each second,
    pub first: u32,
    /// and then one of so many.
    pub then_one_of: u32,
}

// === impl Lines ===

impl Default for Lines {
    fn default() -> Self {
        Self {
            enabled: true,
            warn_of_client_faults: false,
            sample: None,
        }
    }
}
