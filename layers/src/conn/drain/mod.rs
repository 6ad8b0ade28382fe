//! The word that a server drains: it takes no more connections, and its streams shall end.

mod registry;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{SystemTime, UNIX_EPOCH},
};

use metrics::Gauge;

use self::registry::{Place, Registry};
use super::guard::guard;
use crate::{
    catalog,
    meter::{Family, Key, Meter},
};

/// A token that fires once, when the server begins to drain. Clones share.
///
/// Whoever ends the server fires it; the server's graceful shutdown waits for it
/// ([`fired`](Self::fired)), [`Connections`](super::Connections) tell by it why connections close, and
/// streams that would go on for ever end by it.
///
/// `server_drain_start_time_seconds` is the time at which it fired, and 0 before.
///
/// # Cancellation
///
/// Waiting for it can be given up at any time. A token that no one fires keeps those who wait for ever.
///
/// # Example
///
/// ```no_run
/// # #[cfg(feature = "axum")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use axum::{Router, routing::get};
/// use bartizan::conn::{Connections, Drain};
///
/// let drain = Drain::new();
/// let connections = Connections::builder().drain(drain.clone()).build();
/// let app: Router = Router::new().route("/", get(async || "Hello"));
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
/// let drained = drain.fired();
/// tokio::spawn(async move {
///     # let terminate = std::future::pending::<()>();
///     terminate.await; // a signal, say
///     drain.fire();
/// });
/// axum::serve(connections.listener(listener), connections.make(app))
///     .with_graceful_shutdown(drained)
///     .await
/// # }
/// # #[cfg(not(feature = "axum"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct Drain(Arc<Inner>);

struct Inner {
    fired: AtomicBool,
    registry: Registry,
    meter: Meter,
    start_time: Family<Gauge>,
    announced: AtomicBool,
}

/// Resolves when a [`Drain`] has fired; [`Drain::fired`] makes it.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Fired(DrainCell);

/// One who waits for a [`Drain`].
#[derive(Debug)]
pub(crate) struct DrainCell {
    drain: Drain,
    place: Place,
}

// === impl Drain ===

impl Drain {
    /// Records through the global recorder, with Prometheus names.
    #[must_use]
    pub fn new() -> Self {
        Self::with_meter(&Meter::new())
    }

    /// Records through `meter`.
    #[must_use]
    pub fn with_meter(meter: &Meter) -> Self {
        let drain = Self(Arc::new(Inner {
            fired: AtomicBool::new(false),
            registry: Registry::default(),
            meter: meter.clone(),
            start_time: Family::of_gauges(meter, &catalog::SERVER_DRAIN_START_TIME),
            announced: AtomicBool::new(false),
        }));
        drain.announce();
        drain
    }

    /// Fires: wakes everyone who waits, sets the gauge and logs a line. The second time and later it
    /// does nothing.
    ///
    /// It takes some tens of instructions for each who waits, and a lock for each 16th of them in turn.
    pub fn fire(&self) {
        let Inner {
            fired,
            registry,
            meter,
            start_time,
            announced: _,
        } = &*self.0;
        if fired.swap(true, Ordering::AcqRel) {
            return;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        guard(|| {
            let now = now.unwrap_or_default().as_secs_f64();
            start_time.with(meter, Key::default(), |_| {}, |gauge| gauge.set(now));
        });
        let waiting = registry.wake();
        tracing::info!(waiting, "the server drains");
    }

    /// Whether it has fired.
    #[must_use]
    pub fn is_fired(&self) -> bool {
        self.0.fired.load(Ordering::Acquire)
    }

    /// Resolves when it has fired: what axum's `with_graceful_shutdown` and its like take.
    pub fn fired(&self) -> Fired {
        Fired(self.register())
    }

    /// Enters one who waits, until the cell is dropped.
    pub(crate) fn register(&self) -> DrainCell {
        DrainCell {
            place: self.0.registry.enter(),
            drain: self.clone(),
        }
    }

    /// Registers the gauge at 0, once there is a recorder.
    pub(super) fn announce(&self) {
        let Inner {
            meter,
            start_time,
            announced,
            ..
        } = &*self.0;
        if announced.load(Ordering::Relaxed) {
            return;
        }
        // Raised by nothing, and not set: it may have been set meanwhile.
        let raise = |gauge: &Gauge| gauge.increment(0.0);
        let there = guard(|| start_time.with(meter, Key::default(), |_| {}, raise)).flatten();
        if there.is_some() {
            announced.store(true, Ordering::Relaxed);
        }
    }
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Drain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain")
            .field("fired", &self.is_fired())
            .finish_non_exhaustive()
    }
}

// === impl DrainCell ===

impl DrainCell {
    /// Whether the drain has fired.
    #[cfg(feature = "sse")]
    #[inline]
    pub(crate) fn is_fired(&self) -> bool {
        self.drain.is_fired()
    }

    /// Whether the drain has fired; if not, the task is woken when it does. The last task to ask is the
    /// one that is woken.
    ///
    /// It costs one load once it fired, and two uncontended exchanges before.
    #[inline]
    pub(crate) fn poll_fired(&self, cx: &Context<'_>) -> bool {
        if self.drain.is_fired() {
            return true;
        }
        self.place.waker().register(cx.waker());
        // It may have fired before it could see the waker.
        self.drain.is_fired()
    }
}

impl Drop for DrainCell {
    fn drop(&mut self) {
        self.drain.0.registry.leave(&self.place);
    }
}

// === impl Fired ===

impl Future for Fired {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.poll_fired(cx) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
