//! A record in numbers, for keys of label sets.

use super::Record;
#[cfg(feature = "http")]
use super::core::Settings;
#[cfg(any(feature = "log", feature = "sse"))]
use crate::clock::Moment;
#[cfg(feature = "http")]
use crate::label::Scheme;
#[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
use crate::route::RouteLabel;

/// Where the scheme stands in the closed word of a key. The numbers of methods are below.
#[cfg(feature = "http")]
pub(crate) const SCHEME: u32 = 5;
/// Where the list of methods stands, if the user gave one. Of 21 bits 19 fit: half a million lists.
#[cfg(feature = "http")]
pub(crate) const METHODS: u32 = 45;

// === impl Settings ===

#[cfg(feature = "http")]
impl Settings {
    /// What tells the methods and the scheme of this layer from those of another.
    pub(super) fn layer_key(&self) -> u64 {
        self.methods.key() << METHODS | u64::from(self.scheme == Scheme::Https) << SCHEME
    }
}

// === impl Record ===

impl<'a> Record<'a> {
    /// A number below 32 that tells any two methods apart.
    #[cfg(any(feature = "http", feature = "trace"))]
    #[inline]
    pub(crate) fn method_number(self) -> u64 {
        self.data.method.number()
    }

    /// What tells the methods and the scheme of this layer from those of another, at its places in the
    /// closed word of a key.
    #[cfg(feature = "http")]
    #[inline]
    pub(crate) fn layer_key(self) -> u64 {
        self.settings.layer_key
    }

    /// The route's label.
    #[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
    #[inline]
    pub(crate) fn route_label(self) -> RouteLabel {
        self.data.route.label
    }

    /// Whether the method is one that the layer knows, and not `_OTHER`.
    #[cfg(feature = "trace")]
    #[inline]
    pub(crate) fn is_method_known(self) -> bool {
        self.data.method.number() != 0
    }

    /// Whether methods are those of the usual list.
    #[cfg(feature = "trace")]
    #[inline]
    pub(crate) fn has_standard_methods(self) -> bool {
        self.settings.methods.is_standard()
    }

    /// Who named the route.
    #[cfg(feature = "trace")]
    #[inline]
    pub(crate) fn route_source(self) -> Option<crate::route::RouteSource> {
        self.data.route.source
    }

    /// The method, if it is one of the usual list; `None` if the user gave a list.
    #[cfg(feature = "trace")]
    #[inline]
    pub(crate) fn standard_method(self) -> Option<&'static str> {
        self.settings.methods.standard(self.data.method)
    }

    /// How many events there were, as far as they are counted.
    #[cfg(feature = "trace")]
    #[inline]
    pub(crate) fn events_so_far(self) -> u64 {
        let extras = self.data.extras.as_deref();
        extras.map_or(0, super::extras::Extras::events)
    }

    /// A number below 2²¹ that tells a route from any other, in this layer and in all others: an observer
    /// may be in several.
    #[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
    #[inline]
    pub(crate) fn route_key(self, label: RouteLabel) -> u64 {
        self.settings.routes.key(label)
    }

    /// The text of a label that a request of this layer had.
    #[cfg(any(feature = "http", feature = "sse"))]
    pub(crate) fn route_text(self, label: RouteLabel) -> &'a str {
        self.settings.routes.text(label)
    }

    /// When the request arrived.
    #[cfg(any(feature = "log", feature = "sse"))]
    #[inline]
    pub(crate) fn started(self) -> Moment {
        self.data.started
    }

    /// The close reasons that handlers may give.
    #[cfg(feature = "sse")]
    pub(crate) fn declared_reasons(self) -> impl Iterator<Item = crate::label::CloseReason<'a>> {
        let handle = self.stream_handle().into_iter();
        handle.flat_map(super::StreamHandle::reasons)
    }

    /// The connection, if it is observed.
    #[cfg(all(feature = "conn", feature = "sse"))]
    pub(crate) fn connection(self) -> Option<&'a crate::conn::ConnHandle> {
        self.data.extras.as_deref()?.link.handle()
    }

    /// [`first_data`](Self::first_data) in seconds: without the way through a `Duration`.
    #[cfg(feature = "http")]
    #[inline]
    pub(crate) fn first_data_seconds(self) -> Option<f64> {
        Some(signed(self.data.first_data.get()?) / 1e9)
    }

    /// [`elapsed`](Self::elapsed) in seconds.
    #[cfg(any(feature = "grpc", feature = "http", feature = "log"))]
    #[inline]
    pub(crate) fn elapsed_seconds(self) -> f64 {
        signed(self.nanos()) / 1e9
    }
}

/// A figure of ours as a sample. Signed numbers convert in one instruction, unsigned ones in six, and no
/// figure comes near 2⁶³: a declared length is below a petabyte, and 292 years are 2⁶³ nanoseconds.
#[cfg(any(
    feature = "grpc",
    feature = "http",
    feature = "log",
    feature = "sse",
    feature = "task"
))]
#[inline(always)]
pub(crate) fn signed(figure: u64) -> f64 {
    figure as i64 as f64
}
