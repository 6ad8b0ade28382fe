//! How often open streams and jobs under way are looked at.

use serde::{Deserialize, Serialize};

use super::Period;

/// How often open streams and jobs under way are looked at, for what is stalled and how old the oldest is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Scan {
    /// How often.
    pub interval: Period,
}

// === impl Scan ===

impl Default for Scan {
    fn default() -> Self {
        Self {
            interval: Period::from_secs(5),
        }
    }
}
