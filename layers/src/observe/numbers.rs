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
        self.nanos() as f64 / 1e9
    }
}
