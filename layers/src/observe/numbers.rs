//! A record in numbers, for keys of label sets.

use super::Record;
use crate::route::RouteLabel;

// === impl Record ===

impl<'a> Record<'a> {
    /// A number below 32 that tells any two methods apart.
    #[inline]
    pub(crate) fn method_number(self) -> u64 {
        self.data.method.number()
    }

    /// The route's label.
    #[inline]
    pub(crate) fn route_label(self) -> RouteLabel {
        self.data.route.label
    }

    /// The text of a label that a request of this layer had.
    pub(crate) fn route_text(self, label: RouteLabel) -> &'a str {
        self.settings.routes.text(label)
    }

    /// [`elapsed`](Self::elapsed) in seconds.
    #[inline]
    pub(crate) fn elapsed_seconds(self) -> f64 {
        signed(self.nanos()) / 1e9
    }
}

/// A figure of ours as a sample. Signed numbers convert in one instruction, unsigned ones in six, and no
/// figure comes near 2⁶³: a declared length is below a petabyte, and 292 years are 2⁶³ nanoseconds.
#[inline(always)]
pub(crate) fn signed(figure: u64) -> f64 {
    figure as i64 as f64
}
