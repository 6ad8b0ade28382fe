//! How the end goes.

use serde::{Deserialize, Serialize};

use super::Period;

/// How the end goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Shutdown {
    /// How long all of it may take, whatever hangs.
    pub timeout: Period,
    /// Whether the page of metrics is served until it was asked for once more, within that time, so that the last
    /// figures are seen. A service that was never asked does not wait, nor does one whose next scrape is due later than
    /// that, as the times between the last ones tell: for the last figures to be seen `timeout` has to be longer than
    /// the interval of scrapes.
    pub last_scrape: bool,
}

// === impl Shutdown ===

impl Default for Shutdown {
    fn default() -> Self {
        Self {
            timeout: Period::from_secs(5),
            last_scrape: true,
        }
    }
}
