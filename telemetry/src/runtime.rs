//! A thread of our own, and the runtime on it: the service's may be busy, single-threaded or absent.

use std::{
    convert::Infallible,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc as std_mpsc,
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Builder, Handle},
    sync::mpsc,
    task::AbortHandle,
    time::{MissedTickBehavior, interval},
};

use crate::health::TARGET;

/// The thread `bartizan`. It ends when the last [`Alive`] is dropped; nobody waits for it.
#[derive(Debug)]
pub(crate) struct Runtime {
    handle: Handle,
    alive: Alive,
}

/// Keeps the thread; clones share.
#[derive(Clone, Debug)]
pub(crate) struct Alive(
    #[expect(dead_code, reason = "it is there to be dropped")] mpsc::Sender<Infallible>,
);

/// A task of the thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Task(AbortHandle);

const NAME: &str = "bartizan";

// === impl Runtime ===

impl Runtime {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let (made, making) = std_mpsc::sync_channel(1);
        let (alive, mut gone) = mpsc::channel(1);
        // The runtime is made where it ends: one that is dropped within another one panics.
        thread::Builder::new().name(NAME.into()).spawn(move || {
            let runtime = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(made.send(Err(error))),
            };
            if made.send(Ok(runtime.handle().clone())).is_ok() {
                runtime.block_on(gone.recv());
            }
            runtime.shutdown_background();
        })?;
        let handle = making.recv().map_err(io::Error::other)??;
        Ok(Self {
            handle,
            alive: Alive(alive),
        })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(crate) fn alive(&self) -> Alive {
        self.alive.clone()
    }

    /// Runs `task` on the thread, until the handle is dropped. If it panics, nothing else ends.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> Task {
        Task(self.handle.spawn(task).abort_handle())
    }
}

/// Calls `tick` at each `period`, for as long as it returns `true`. A tick that panics is told once, and is one that
/// returned `true`.
pub(crate) async fn every(period: Duration, name: &'static str, mut tick: impl FnMut() -> bool) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut panicked = false;
    loop {
        ticks.tick().await;
        match catch_unwind(AssertUnwindSafe(&mut tick)) {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => {
                if !std::mem::replace(&mut panicked, true) {
                    tracing::error!(target: TARGET, task = name, "a task of the telemetry panics; it goes on");
                }
            }
        }
    }
}

// === impl Task ===

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
            mpsc,
        },
        time::Duration,
    };

    use super::{NAME, Runtime, every};

    const LONG: Duration = Duration::from_secs(10);

    /// Tells when it is dropped, which the thread does last.
    struct Told(mpsc::Sender<()>);

    impl Drop for Told {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }

    #[test]
    fn tasks_run_on_the_thread_and_end_with_the_last_that_keeps_it() {
        let runtime = Runtime::start().expect("a thread can be made");
        let alive = runtime.alive();
        let (named, name) = mpsc::channel();
        let (told, ended) = mpsc::channel();
        let task = runtime.spawn(async move {
            let _told = Told(told);
            let _ = named.send(std::thread::current().name().map(str::to_owned));
            std::future::pending().await
        });
        assert_eq!(name.recv_timeout(LONG).expect("it runs"), Some(NAME.into()));
        drop(runtime);
        assert!(ended.recv_timeout(Duration::from_millis(50)).is_err());
        drop(alive);
        ended.recv_timeout(LONG).expect("the thread ends its tasks");
        drop(task);
    }

    #[test]
    fn a_task_ends_when_its_handle_is_dropped() {
        let runtime = Runtime::start().expect("a thread can be made");
        let (told, ended) = mpsc::channel();
        let told = Told(told);
        let task = runtime.spawn(async move {
            let _told = told;
            std::future::pending().await
        });
        drop(task);
        ended.recv_timeout(LONG).expect("the task ends");
    }

    #[test]
    fn a_panic_ends_neither_its_ticks_nor_other_tasks() {
        let runtime = Runtime::start().expect("a thread can be made");
        let (ticked, ticks) = mpsc::channel();
        let count = Arc::new(AtomicU32::new(0));
        let _panics = runtime.spawn(async { panic!("of a test") });
        let _ticks = runtime.spawn(every(Duration::from_millis(1), "test", move || {
            let tick = count.fetch_add(1, Ordering::Relaxed);
            let _ = ticked.send(tick);
            assert!(tick % 2 == 1, "of a test");
            tick < 5
        }));
        let seen: Vec<u32> = ticks.iter().collect();
        assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn it_starts_and_ends_within_another_runtime() {
        let outer = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime can be made");
        outer.block_on(async { drop(Runtime::start().expect("a thread can be made")) });
    }
}
