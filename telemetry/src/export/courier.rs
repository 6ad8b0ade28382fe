//! Runs a push on the runtime while an exporter's thread waits for it, and never too long.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use opentelemetry::{Context, context::FutureExt};
use tokio::runtime::Handle;
use tracing::{Dispatch, instrument::WithSubscriber};

use super::failure::Failure;

/// Runs pushes, one at a time, on a runtime.
///
/// The thread that waits needs no runtime and no timer of one: it wakes up at the time-out, at the end that was told, or
/// with the outcome, even where the runtime's thread hangs.
#[derive(Debug)]
pub(crate) struct Courier {
    runtime: Handle,
    /// How long it is waited for.
    patience: Duration,
    /// What a push may take, so that it tells by itself how it went.
    timeout: Duration,
    shared: Arc<Shared>,
}

/// Tells a courier that the end is near.
#[derive(Clone, Debug)]
pub(crate) struct Closing(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    close_by: Mutex<Option<Instant>>,
    /// That, or the outcome of a push.
    changed: Condvar,
}

/// Tells the outcome of a push, also where it never comes to its end.
struct Report<T> {
    shared: Arc<Shared>,
    outcome: Outcome<T>,
}

/// Each push has one of its own: one that was given up tells it to nobody.
type Outcome<T> = Arc<Mutex<Option<Result<T, Failure>>>>;

/// Of the time for an end, what is left to tell of it: a tenth.
const MARGIN: u32 = 10;

/// Of the time-out, what is left to tell of it: a twentieth.
const TELLING: u32 = 20;

// === impl Courier ===

impl Courier {
    pub(crate) fn new(runtime: Handle, timeout: Duration) -> Self {
        Self {
            runtime,
            patience: timeout,
            timeout: timeout - timeout / TELLING,
            shared: Arc::default(),
        }
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(crate) fn closing(&self) -> Closing {
        Closing(Arc::clone(&self.shared))
    }

    /// Runs `push`, within a scope where nothing is recorded, and waits for it. It is for an exporter's own thread.
    pub(crate) fn run<T, F>(&self, push: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let began = now();
        if self.shared.lock().is_some_and(|by| by <= began) {
            return Err(Failure::NoTime);
        }
        let outcome = Outcome::default();
        let report = Report {
            shared: Arc::clone(&self.shared),
            outcome: Arc::clone(&outcome),
        };
        let push = async move { report.tell(push.await) };
        let task = self.runtime.spawn(unrecorded(push));

        let mut close_by = self.shared.lock();
        loop {
            if let Some(outcome) = lock(&outcome).take() {
                return outcome;
            }
            let timeout = after(began, self.patience);
            let by = close_by.map_or(timeout, |by| by.min(timeout));
            let left = by.saturating_duration_since(now());
            if left.is_zero() {
                task.abort();
                return Err(Failure::TimedOut(began.elapsed()));
            }
            let waited = self.shared.changed.wait_timeout(close_by, left);
            (close_by, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The future, within a scope where nothing is recorded: what an exporter does is not exported.
///
/// Without a subscriber, besides: h2 makes roots of `tracing`'s spans, and a bridge to OpenTelemetry exports them whatever
/// scope they are in. What went wrong is told by the [`Failure`].
pub(crate) fn unrecorded<F: Future>(future: F) -> impl Future<Output = F::Output> {
    future
        .with_context(Context::new().with_telemetry_suppressed())
        .with_subscriber(Dispatch::none())
}

/// Now, by the system's clock on a thread without a runtime.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// So much later; a year, where a clock cannot tell.
pub(crate) fn after(moment: Instant, time: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    moment.checked_add(time).unwrap_or(moment + YEAR)
}

// === impl Closing ===

impl Closing {
    /// Gives pushes no more than `left`, less what the end of them takes; also the one that is under way.
    pub(crate) fn within(&self, left: Duration) {
        let by = after(now(), left - left / MARGIN);
        let mut close_by = self.0.lock();
        *close_by = Some(close_by.map_or(by, |before| before.min(by)));
        drop(close_by);
        self.0.changed.notify_all();
    }
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        lock(&self.close_by)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// === impl Report ===

impl<T> Report<T> {
    fn tell(&self, outcome: Result<T, Failure>) {
        // Who waits has looked before, or will wake up.
        let close_by = self.shared.lock();
        lock(&self.outcome).get_or_insert(outcome);
        drop(close_by);
        self.shared.changed.notify_all();
    }
}

impl<T> Drop for Report<T> {
    /// It was told, and this is for nobody; or the push never came to its end.
    fn drop(&mut self) {
        self.tell(Err(if std::thread::panicking() {
            Failure::Panicked
        } else {
            Failure::NoRuntime
        }));
    }
}
