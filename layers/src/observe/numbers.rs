//! A record in numbers, for keys of label sets.

use super::Record;
use crate::route::RouteLabel;

// === impl Record ===

impl<'a> Record<'a> {
    /// A number below 32 that tells any two methods apart.
    #[cfg(feature = "http")]
    #[inline]
    pub(crate) fn method_number(self) -> u64 {
        self.data.method.number()
    }

    /// 0 if methods have the numbers that they have everywhere; else what tells this layer's numbers
    /// from those of others, above a method's bits.
    #[cfg(feature = "http")]
    #[inline]
    pub(crate) fn methods_key(self) -> u64 {
        if self.settings.methods.is_standard() {
            0
        } else {
            self.settings.routes.key(RouteLabel::UNMATCHED)
        }
    }

    /// The route's label.
    #[inline]
    pub(crate) fn route_label(self) -> RouteLabel {
        self.data.route.label
    }

    /// A number below 2⁴⁰ that tells a route from any other of this layer, and of any other layer: an
    /// observer may be in several.
    #[inline]
    pub(crate) fn route_key(self, label: RouteLabel) -> u64 {
        self.settings.routes.key(label)
    }

    /// The text of a label that a request of this layer had.
    pub(crate) fn route_text(self, label: RouteLabel) -> &'a str {
        self.settings.routes.text(label)
    }

    /// When the request arrived.
    #[cfg(feature = "sse")]
    pub(crate) fn started(self) -> tokio::time::Instant {
        self.data.started
    }

    /// The close reasons that handlers may give.
    #[cfg(feature = "sse")]
    pub(crate) fn declared_reasons(self) -> impl Iterator<Item = crate::label::CloseReason<'a>> {
        let handles = self.settings.handles.iter();
        handles.flat_map(|handles| handles.reasons())
    }

    /// The connection, if it is observed.
    #[cfg(all(feature = "conn", feature = "sse"))]
    pub(crate) fn connection(self) -> Option<&'a crate::conn::ConnHandle> {
        self.data.extras.as_deref()?.link.handle()
    }

    /// [`elapsed`](Self::elapsed) in seconds.
    #[cfg(feature = "http")]
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
