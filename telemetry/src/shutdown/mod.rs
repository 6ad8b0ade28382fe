//! The end: everything that waits is sent, within a limit, whatever hangs.

mod part;
mod report;

pub use self::report::{Ended, ShutdownReport};

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use bartizan::conn::Drain;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::{sync::watch, time::Instant};

use self::part::Part;
use crate::{
    export::MetricsPush,
    logging::Lines,
    metrics::{Page, Server},
    runtime::Alive,
};

/// What there is to end. It ends once, however often and from wherever that is asked for.
#[derive(Debug)]
pub(crate) struct Shutdown {
    pub(crate) drain: Drain,
    pub(crate) timeout: Duration,
    /// None where the page is not held.
    pub(crate) page: Option<Page>,
    pub(crate) server: Option<Server>,
    pub(crate) spans: Option<SdkTracerProvider>,
    pub(crate) metrics: Option<MetricsPush>,
    pub(crate) lines: Option<Lines>,
    /// What is sent at the end is sent by our own thread.
    pub(crate) _alive: Alive,
    pub(crate) once: Once,
}

/// Whether the end has begun, and what it came to.
#[derive(Debug)]
pub(crate) struct Once {
    begun: AtomicBool,
    report: watch::Sender<Option<ShutdownReport>>,
}

/// How the end is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Someone waits for it.
    Awaited,
    /// The last `Telemetry` was dropped: nothing is drained, no scrape is waited for.
    Dropped,
}

/// Unparks a thread.
struct Unpark(Thread);

const NAME: &str = "bartizan-end";

/// The share of the time that is kept for what comes last: connections of the page, and lines about what came before.
const RESERVE: u32 = 10;
/// And the most of it.
const MOST_RESERVED: Duration = Duration::from_millis(250);
/// How much longer than the limit somebody waits who cannot be told by a timer.
const GRACE: Duration = Duration::from_millis(500);

// === impl Shutdown ===

impl Shutdown {
    /// Begins the end, if it has not begun, on a thread of its own: everything on it may hang, and so may our own thread.
    pub(crate) fn begin(self: &Arc<Self>, manner: Manner) {
        if self.once.begun.swap(true, Ordering::AcqRel) {
            return;
        }
        let shutdown = Arc::clone(self);
        let ending = thread::Builder::new().name(NAME.into()).spawn(move || {
            let run = catch_unwind(AssertUnwindSafe(|| shutdown.run(manner)));
            let report = run
                .unwrap_or_else(|_| ShutdownReport::all(&Ended::Failed("the end panicked".into())));
            shutdown.once.report.send_replace(Some(report));
        });
        if let Err(error) = ending {
            let failed = Ended::Failed(format!("no thread could be made: {error}"));
            let report = ShutdownReport::all(&failed);
            self.once.report.send_replace(Some(report));
        }
    }

    /// Resolves when the end is over, on any runtime.
    pub(crate) async fn wait(&self) -> ShutdownReport {
        let mut ended = self.once.report.subscribe();
        let report = ended.wait_for(Option::is_some).await;
        // The sender is in `self`, so there is a report.
        let report = report.ok().and_then(|report| report.clone());
        report.unwrap_or_else(|| ShutdownReport::all(&Ended::TimedOut))
    }

    /// As [`wait`](Self::wait), without a runtime.
    pub(crate) fn wait_blocking(&self) -> ShutdownReport {
        let deadline = Instant::now() + self.timeout + GRACE;
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut cx = Context::from_waker(&waker);
        let mut wait = pin!(self.wait());
        loop {
            if let Poll::Ready(report) = wait.as_mut().poll(&mut cx) {
                return report;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return ShutdownReport::all(&Ended::TimedOut);
            }
            thread::park_timeout(left);
        }
    }

    fn run(&self, manner: Manner) -> ShutdownReport {
        let Self {
            drain,
            timeout,
            page,
            server,
            spans,
            metrics,
            lines,
            _alive: _,
            once: _,
        } = self;
        let deadline = Instant::now() + *timeout;
        let early = deadline - (*timeout / RESERVE).min(MOST_RESERVED);
        let left = early.saturating_duration_since(Instant::now());
        if manner == Manner::Awaited {
            drain.fire();
        }
        // All at once, each on a thread that may hang.
        let spans = spans.clone();
        let spans = spans.map(|spans| Part::begin(left, move || spans.shutdown_with_timeout(left)));
        let push = metrics.clone();
        let metrics = push.map(|push| Part::begin(left, move || push.shutdown_with_timeout(left)));
        let scrape = match (page, manner) {
            (Some(page), Manner::Awaited) => page.wait_for_scrape(early),
            _ => Ended::Absent,
        };
        let spans = Part::end(spans, early);
        let metrics = Part::end(metrics, early);
        if let Some(server) = server {
            server.close(deadline - (deadline - early) / 2);
        }
        let lines = match lines.as_ref().map(|lines| lines.flush(deadline)) {
            None => Ended::Absent,
            Some(Ok(())) => Ended::Done,
            Some(Err(_)) => Ended::TimedOut,
        };
        ShutdownReport {
            scrape,
            spans,
            metrics,
            lines,
        }
    }
}

// === impl Once ===

impl Default for Once {
    fn default() -> Self {
        Self {
            begun: AtomicBool::new(false),
            report: watch::Sender::new(None),
        }
    }
}

// === impl Unpark ===

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
