//! Mails, and a queue that has them sent.

use std::time::Duration;

use apalis::prelude::*;
use bartizan::task::{Tasks, TasksBuilder};
use bartizan_tests::{recorder::Recorder, scrape::Scrape};

/// What becomes of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mail {
    Send,
    Fail,
    Panic,
    /// It takes longer than anyone waits.
    Hang,
    /// It takes some milliseconds.
    Wait(u64),
}

pub(crate) async fn send(mail: Mail) -> Result<(), std::io::Error> {
    match mail {
        Mail::Send => Ok(()),
        Mail::Fail => Err(std::io::Error::other("it was refused")),
        Mail::Panic => panic!("jobs: in the handler"),
        Mail::Hang => std::future::pending().await,
        Mail::Wait(milliseconds) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            Ok(())
        }
    }
}

/// A queue that holds these.
pub(crate) async fn queue(mails: impl IntoIterator<Item = Mail>) -> MemoryStorage<Mail> {
    let mut storage = MemoryStorage::new();
    for mail in mails {
        storage.push(mail).await.expect("it is open");
    }
    storage
}

/// Tasks, and a recorder of their own. Nothing is under way at the end of a test.
pub(crate) struct Rig {
    pub(crate) tasks: Tasks,
    recorder: Recorder,
}

// === impl Rig ===

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(|options| options)
    }

    pub(crate) fn with(options: impl FnOnce(TasksBuilder) -> TasksBuilder) -> Self {
        let recorder = Recorder::new();
        let meter = recorder.meter().build().expect("a meter");
        let builder = options(Tasks::builder().meter(meter).without_lines());
        let tasks = builder.build().expect("options");
        Self { tasks, recorder }
    }

    pub(crate) fn scrape(&self) -> Scrape {
        self.recorder.scrape()
    }

    /// The counts of a task's outcomes, those that are not 0, in order.
    pub(crate) fn outcomes(&self, task: &str) -> Vec<(&'static str, u64)> {
        let scrape = self.scrape();
        ["success", "error", "cancelled", "panic"]
            .into_iter()
            .filter_map(|outcome| {
                let labels = [("task", task), ("outcome", outcome)];
                let count = scrape.count("task_duration_seconds", &labels);
                (count > 0).then_some((outcome, count))
            })
            .collect()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let scrape = self.scrape();
            for active in scrape.samples("task_active", &[]) {
                assert_eq!(active.value, 0.0, "{:?}", active.labels);
            }
            assert_eq!(self.tasks.scan().active, 0);
        }
    }
}
