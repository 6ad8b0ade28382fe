//! Runs a push on the runtime while an exporter's thread waits for it, and never too long.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use opentelemetry::{Context, context::FutureExt};
use tokio::runtime::Handle;

use super::failure::Failure;

/// Runs pushes, one at a time, on a runtime.
///
/// The thread that waits needs no runtime and no timer of one: it wakes up at the time-out, at the end that was told, or
/// with the outcome, even where the runtime's thread hangs.
#[derive(Debug)]
pub(crate) struct Courier {
    runtime: Handle,
    timeout: Duration,
    shared: Arc<Shared>,
}

/// Tells a courier that the end is near.
#[derive(Clone, Debug)]
pub(crate) struct Closing(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the push that is waited for: one that was given up tells its outcome to nobody.
    push: u64,
    outcome: Option<Result<(), Failure>>,
    close_by: Option<Instant>,
}

/// Tells the outcome of a push, also where it never comes to its end.
struct Report {
    shared: Arc<Shared>,
    push: u64,
}

/// Of the time for an end, what is left to tell of it: a tenth.
const MARGIN: u32 = 10;

// === impl Courier ===

impl Courier {
    pub(crate) fn new(runtime: Handle, timeout: Duration) -> Self {
        Self {
            runtime,
            timeout,
            shared: Arc::default(),
        }
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    pub(crate) fn closing(&self) -> Closing {
        Closing(Arc::clone(&self.shared))
    }

    /// Runs `push`, within a scope where nothing is recorded, and waits for it. It is for an exporter's own thread.
    pub(crate) fn run<F>(&self, push: F) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let began = now();
        let mut state = self.shared.lock();
        if state.close_by.is_some_and(|by| by <= began) {
            return Err(Failure::NoTime);
        }
        state.push += 1;
        state.outcome = None;
        let report = Report {
            shared: Arc::clone(&self.shared),
            push: state.push,
        };
        drop(state);

        let push = async move { report.tell(push.await) };
        let task = self.runtime.spawn(unrecorded(push));

        let mut state = self.shared.lock();
        loop {
            if let Some(outcome) = state.outcome.take() {
                return outcome;
            }
            let timeout = after(began, self.timeout);
            let by = state.close_by.map_or(timeout, |by| by.min(timeout));
            let left = by.saturating_duration_since(now());
            if left.is_zero() {
                state.push += 1;
                drop(state);
                task.abort();
                return Err(Failure::TimedOut(began.elapsed()));
            }
            let waited = self.shared.changed.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The future, within a scope where nothing is recorded: what an exporter does is not exported.
pub(crate) fn unrecorded<F: Future>(future: F) -> impl Future<Output = F::Output> {
    future.with_context(Context::new().with_telemetry_suppressed())
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
        let mut state = self.0.lock();
        state.close_by = Some(state.close_by.map_or(by, |before| before.min(by)));
        drop(state);
        self.0.changed.notify_all();
    }
}

// === impl Shared ===

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, push: u64, outcome: Result<(), Failure>) {
        let mut state = self.lock();
        if state.push == push && state.outcome.is_none() {
            state.outcome = Some(outcome);
            drop(state);
            self.changed.notify_all();
        }
    }
}

// === impl Report ===

impl Report {
    fn tell(self, outcome: Result<(), Failure>) {
        self.shared.tell(self.push, outcome);
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let failure = if std::thread::panicking() {
            Failure::Panicked
        } else {
            Failure::NoRuntime
        };
        self.shared.tell(self.push, Err(failure));
    }
}
