//! What the clients know of their streams, to be compared with what the metrics say.

mod received;
mod report;

use std::collections::BTreeMap;

pub(crate) use self::received::Received;
use crate::scenes::{Act, Scene};

/// The gauge that must be back at 0.
pub(crate) const ACTIVE: &str = "sse_streams_active";

/// Streams as the clients had them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streams {
    /// How many there were, by why they closed.
    closed: BTreeMap<&'static str, u64>,
    reconnects: u64,
    routes: BTreeMap<&'static str, OfRoute>,
}

/// What came of a route's streams.
#[derive(Clone, Debug, Default)]
struct OfRoute {
    /// Some stream broke off, or its client left: more was sent than was received, perhaps.
    is_cut: bool,
    received: Received,
}

// === impl Streams ===

impl Streams {
    /// Notes one stream, which closed as its scene says.
    pub(crate) fn note(&mut self, scene: &Scene, reason: &'static str, received: Received) {
        *self.closed.entry(reason).or_default() += 1;
        self.reconnects += u64::from(scene.act == Act::Resume);
        let of_route = self.routes.entry(scene.route).or_default();
        of_route.is_cut |= !scene.is_whole();
        of_route.received.add(received);
    }
}
