//! What only some exchanges have: boxed, so that the others are small.

use std::sync::Arc;

use http::Extensions;

use super::{
    StreamHandle, Tally,
    link::{Detail, DrainMark, Link},
    mark::Mark,
    told::Told,
};
use crate::{
    label::CloseReason,
    route::{Pending, RouteSlot},
};

/// What only some exchanges have.
#[derive(Debug, Default)]
pub(super) struct Extras {
    /// What the response's head may vouch for.
    pub(super) pending: Option<Pending>,
    pub(super) slot: Option<RouteSlot>,
    pub(super) counted: Option<Tally>,
    pub(super) handle: Option<StreamHandle>,
    pub(super) drain: Option<DrainMark>,
    /// What the exchange outside tells of the layers in between.
    pub(super) outside: Option<Mark>,
    /// What this exchange tells one inside.
    pub(super) inside: Option<Mark>,
    /// What an observer of this stream's events tells, here or in an exchange inside.
    pub(super) told: Option<Arc<Told>>,
    /// The call that the request is, if an observer tells of it. Streams, which may be many, have none.
    #[cfg(any(feature = "log", feature = "trace"))]
    pub(super) call: Option<Box<crate::rpc::NamedCall>>,
    pub(super) link: Link,
    /// What the connection shows, besides the end.
    pub(super) detail: Option<Detail>,
    /// The index of the close reason that the handler gave.
    pub(super) declared_reason: Option<u8>,
}

// A stream with a connection of its own has one, and there may be a million of these.
const _: () = assert!(size_of::<Extras>() <= 120);

// === impl Extras ===

impl Extras {
    /// The close reason that the handler gave, in the words of the handle's layer.
    pub(super) fn declared_reason(&self) -> Option<CloseReason<'_>> {
        let index = self.declared_reason?;
        self.handle.as_ref()?.declared(index)
    }

    /// How many events were told.
    #[cfg(feature = "trace")]
    #[inline]
    pub(super) fn events(&self) -> u64 {
        self.told.as_ref().map_or(0, |told| told.events())
    }

    #[cold]
    pub(super) fn hand_out(&self, extensions: &mut Extensions) {
        if let Some(slot) = &self.slot {
            extensions.insert(slot.clone());
        }
        if let Some(handle) = &self.handle {
            extensions.insert(handle.clone());
        }
    }

    #[cold]
    pub(super) fn pending(pending: Pending) -> Box<Self> {
        Box::new(Self {
            pending: Some(pending),
            ..Self::default()
        })
    }
}
