//! Streams that do not get on: found by a scan, for what does not happen calls no one.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, SystemTime},
};

use metrics::Gauge;

use super::{Sse, cell::StreamCell, inner::Inner, route::Owner};
use crate::{
    catalog,
    clock::Moment,
    meter::Key,
    observe::{guard, signed},
};

/// A number for each cause.
type Causes = [u64; Cause::ALL.len()];

/// Why a stream is stalled: the `cause` label. One stream may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// No event came since the request arrived.
    NoFirstEvent,
    /// No event came for a while.
    NoEvent,
    /// The connection takes no bytes. It is seen on observed connections only.
    WriteBlocked,
    /// A frame was handed over, and nobody has come for the next: on HTTP/2 the stream's window is
    /// full.
    NotPolled,
}

/// From when on a stream counts as stalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StallThresholds {
    /// No event since the request's arrival, for longer than this; 10 s by default.
    pub no_first_event: Duration,
    /// No event for longer than this; 30 s by default.
    pub no_event: Duration,
    /// Bytes wait to be written for longer than this; 5 s by default.
    pub write_blocked: Duration,
    /// Nobody asks for the next frame for longer than this; 5 s by default.
    pub not_polled: Duration,
}

/// What a scan found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scan {
    /// The streams that are open.
    pub open: u64,
    /// How many of them are stalled, by cause, in the order of [`Cause::ALL`].
    pub stalled: [u64; Cause::ALL.len()],
    /// The age of the oldest one, since its request's arrival.
    pub oldest: Option<Duration>,
    /// The longest time that an open stream has been without an event.
    pub idlest: Option<Duration>,
}

// === impl Cause ===

impl Cause {
    /// Every cause.
    pub const ALL: &[Self] = &[
        Self::NoFirstEvent,
        Self::NoEvent,
        Self::WriteBlocked,
        Self::NotPolled,
    ];

    /// The label's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoFirstEvent => "no_first_event",
            Self::NoEvent => "no_event",
            Self::WriteBlocked => "write_blocked",
            Self::NotPolled => "not_polled",
        }
    }
}

// === impl StallThresholds ===

impl Default for StallThresholds {
    fn default() -> Self {
        Self {
            no_first_event: Duration::from_secs(10),
            no_event: Duration::from_secs(30),
            write_blocked: Duration::from_secs(5),
            not_polled: Duration::from_secs(5),
        }
    }
}

impl StallThresholds {
    /// The causes that a stream has, in the order of [`Cause::ALL`].
    fn of(&self, cell: &StreamCell, now: u64) -> [bool; Cause::ALL.len()] {
        let over =
            |since: u64, limit: Duration| Duration::from_nanos(now.saturating_sub(since)) > limit;
        let last = cell.last_event();
        let reads = cell.is_read();
        [
            reads && last.is_none() && over(0, self.no_first_event),
            reads && last.is_some_and(|last| over(last, self.no_event)),
            cell.write_blocked()
                .is_some_and(|blocked| blocked > self.write_blocked),
            cell.handed()
                .is_some_and(|handed| over(handed, self.not_polled)),
        ]
    }
}

// === impl Sse ===

impl Sse {
    /// Looks at every open stream: sets `sse_streams_stalled` and `bartizan_scan_time_seconds`, and
    /// returns what it found. Run it every 5 seconds; the gauges are as old as the last scan.
    ///
    /// Cost: some 120 ns a stream, of a million. A shard of the streams, a thirty-second of them, is locked
    /// meanwhile: what opens or ends there waits, frames do not.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # async fn run() {
    /// let sse = bartizan::sse::Sse::new();
    /// let scanned = sse.clone();
    /// tokio::spawn(async move {
    ///     let mut ticks = tokio::time::interval(Duration::from_secs(5));
    ///     loop {
    ///         ticks.tick().await;
    ///         scanned.scan();
    ///     }
    /// });
    /// # }
    /// ```
    pub fn scan(&self) -> Scan {
        let inner = self.inner();
        let mut found = Scan::default();
        // By text: another layer may have the same route.
        let mut by_route: HashMap<Box<str>, Causes> = HashMap::new();
        let now = Moment::now();
        inner.registry.each(|cell| {
            let age = now.since(cell.started);
            found.open += 1;
            found.oldest = found.oldest.max(Some(Duration::from_nanos(age)));
            if cell.is_read() {
                let idle = age.saturating_sub(cell.last_event().unwrap_or(0));
                found.idlest = found.idlest.max(Some(Duration::from_nanos(idle)));
            }
            let causes = inner.options.stalls.of(cell, age);
            if !causes.contains(&true) {
                return;
            }
            let stalled = by_route.entry(cell.route.text.clone()).or_default();
            for (index, is_stalled) in causes.into_iter().enumerate() {
                stalled[index] += u64::from(is_stalled);
                found.stalled[index] += u64::from(is_stalled);
            }
        });
        guard::<Self, _>(|| Self::tell(inner, &by_route));
        found
    }

    fn tell(inner: &Arc<Inner>, by_route: &HashMap<Box<str>, Causes>) {
        // Recorders are called without the lock.
        let known = inner.known().clone();
        let mut told = HashSet::new();
        let mut folded: Option<Causes> = None;
        for route in &known {
            if !told.insert(&*route.text) {
                continue;
            }
            let stalled = by_route.get(&route.text).copied().unwrap_or_default();
            match route.stalled_owner(inner) {
                None => return,
                Some(Owner::Route) => {
                    for (&cause, streams) in Cause::ALL.iter().zip(stalled) {
                        route.with_stalled(inner, cause, |gauge| gauge.set(signed(streams)));
                    }
                }
                Some(Owner::All) => {
                    let folded = folded.get_or_insert_default();
                    let sums = folded.iter_mut().zip(stalled);
                    sums.for_each(|(sum, streams)| *sum += streams);
                }
            }
        }
        // Routes past the cap share one series, which has no cause.
        if let Some(folded) = folded {
            let stalled = &inner.families.stalled;
            let set = |gauge: &Gauge| gauge.set(signed(folded.iter().sum()));
            stalled.with(&inner.meter, Key::OVERFLOW, |_| {}, set);
        }
        let unix = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let scan_time = &inner.families.scan_time;
        scan_time.with(
            &inner.meter,
            Key::default(),
            |labels| labels.push(catalog::SCAN, "streams"),
            |gauge| {
                gauge.set(signed(unix.as_secs()));
            },
        );
    }
}
