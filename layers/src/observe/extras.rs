//! What only some exchanges have: boxed, so that the others are small.

use http::Extensions;

use super::{
    StreamCounts, StreamHandle, Tally,
    link::{Detail, DrainMark, Link},
    mark::Mark,
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
    pub(super) link: Link,
    /// What the connection shows, besides the end.
    pub(super) detail: Option<Detail>,
    /// What passed of a stream, once it ended and if an observer needs to know.
    pub(super) counts: Option<StreamCounts>,
    /// The index of the close reason that the handler gave.
    pub(super) declared_reason: Option<u8>,
}

// === impl Extras ===

impl Extras {
    /// The close reason that the handler gave, in the words of the handle's layer.
    pub(super) fn declared_reason(&self) -> Option<CloseReason<'_>> {
        let index = self.declared_reason?;
        self.handle.as_ref()?.declared(index)
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
