//! What all requests of a layer share.

use std::error::Error;

use super::{
    MediaTypes, Needs, Observers, StreamHandles,
    methods::Methods,
    scope::{self, Observing},
};
use crate::{label::Scheme, route::Routes};

/// A layer's observers and settings.
#[derive(Clone)]
pub(super) struct Core<O: Observers> {
    pub(super) observers: O,
    pub(super) bits: O::Bits,
    pub(super) observing: Observing,
    /// Whether a layer outside can be asked for all of these observers.
    pub(super) known: bool,
    pub(super) needs: Needs,
    pub(super) independent: bool,
    /// What of the observers outside this layer looks at: nothing if it is independent.
    looks_at: Observing,
    pub(super) settings: Settings,
}

/// What does not depend on the observers.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) methods: Methods,
    pub(super) routes: Routes,
    pub(super) scheme: Scheme,
    pub(super) streams: MediaTypes,
    pub(super) timeout: Option<IsTimeout>,
    /// Whether calls are told from other requests.
    pub(super) tells_calls: bool,
    /// See [`Record::layer_key`](super::Record::layer_key).
    #[cfg(feature = "http")]
    pub(super) layer_key: u64,
    /// The methods that calls were of.
    #[cfg(any(feature = "log", feature = "trace"))]
    pub(super) names: std::sync::Arc<crate::rpc::MethodNames>,
    /// Whether requests take anything along.
    pub(super) carries: bool,
    /// Whether requests get a `StreamHandle`, and what it knows.
    pub(super) handles: Option<StreamHandles>,
}

/// Tells whether an error is a time-out.
pub(super) type IsTimeout = fn(&(dyn Error + 'static)) -> bool;

// === impl Core ===

impl<O: Observers> Core<O> {
    pub(super) fn new(observers: O, mut settings: Settings, independent: bool) -> Self {
        let bits = observers.bits();
        let known = observers.known();
        let needs = observers.needs();
        let seen = match (independent, needs.measures_calls) {
            (true, _) => 0,
            (false, true) => O::observing(bits) | scope::MEASURES_CALLS,
            (false, false) => O::observing(bits),
        };
        settings.tells_calls = needs.calls;
        Self {
            observers,
            bits,
            observing: scope::LIVE | seen,
            known,
            needs,
            independent,
            looks_at: if independent { 0 } else { scope::OBSERVERS },
            settings,
        }
    }

    /// Which observers see the exchange outside, if this layer cares.
    #[inline(always)]
    pub(super) fn outer(&self) -> Observing {
        scope::observing() & self.looks_at
    }
}
