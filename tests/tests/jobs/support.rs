//! Mails, and a queue that has them sent.

use std::time::Duration;

use apalis::prelude::*;
use bartizan::task::{Tasks, TasksBuilder};
use bartizan_tests::recorder::Recorder;

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

/// Tasks with a recorder of their own.
pub(crate) fn tasks(
    recorder: &Recorder,
    options: impl FnOnce(TasksBuilder) -> TasksBuilder,
) -> Tasks {
    let meter = recorder.meter().build().expect("a meter");
    let builder = Tasks::builder().meter(meter);
    options(builder.without_lines()).build().expect("options")
}

/// The counts of a task's outcomes, those that are not 0, in order.
pub(crate) fn outcomes(recorder: &Recorder, task: &str) -> Vec<(&'static str, u64)> {
    let scrape = recorder.scrape();
    ["success", "error", "cancelled", "panic"]
        .into_iter()
        .filter_map(|outcome| {
            let labels = [("task", task), ("outcome", outcome)];
            let count = scrape.count("task_duration_seconds", &labels);
            (count > 0).then_some((outcome, count))
        })
        .collect()
}
