//! What is recorded of streams.

use super::stalls::StallThresholds;

/// The switches of one set of metrics.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) gap: bool,
    pub(super) size: bool,
    pub(super) size_by_type: bool,
    pub(super) stalls: StallThresholds,
}

// === impl Options ===

impl Default for Options {
    fn default() -> Self {
        Self {
            gap: true,
            size: true,
            size_by_type: false,
            stalls: StallThresholds::default(),
        }
    }
}
