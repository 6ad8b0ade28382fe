//! What each job counts as, by where the layer stands among those of the queue.

use std::time::Duration;

use apalis::{layers::retry::RetryPolicy, prelude::*};
use bartizan::task::TaskLayer;
use bartizan_tests::recorder::Recorder;
use tokio::time::timeout;

use crate::support::{Mail, outcomes, queue, send, tasks};

/// As long as a worker is left to it.
const LONG: Duration = Duration::from_millis(300);
/// As long as a job may take.
const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn within_a_layer_that_catches_panics_a_panic_is_one() {
    let recorder = Recorder::new();
    let tasks = tasks(&recorder, |options| options);
    let worker = WorkerBuilder::new("within")
        .backend(queue([Mail::Send, Mail::Panic, Mail::Fail]).await)
        .catch_panic()
        .layer(TaskLayer::of(&tasks, "mail"))
        .build(send);
    let _ = timeout(LONG, worker.run()).await;
    let expected = [("success", 1), ("error", 1), ("panic", 1)];
    assert_eq!(outcomes(&recorder, "mail"), expected);
}

#[tokio::test]
async fn around_it_a_panic_is_an_error() {
    let recorder = Recorder::new();
    let tasks = tasks(&recorder, |options| options);
    let worker = WorkerBuilder::new("around")
        .backend(queue([Mail::Panic]).await)
        .layer(TaskLayer::of(&tasks, "mail"))
        .catch_panic()
        .build(send);
    let _ = timeout(LONG, worker.run()).await;
    assert_eq!(outcomes(&recorder, "mail"), [("error", 1)]);
}

#[tokio::test]
async fn around_a_time_out_it_is_an_error_of_that_class_and_within_it_the_job_is_cancelled() {
    let recorder = Recorder::new();
    let tasks = tasks(&recorder, |options| options);
    let around = WorkerBuilder::new("around")
        .backend(queue([Mail::Hang]).await)
        .layer(TaskLayer::of(&tasks, "around"))
        .timeout(SHORT)
        .build(send);
    let within = WorkerBuilder::new("within")
        .backend(queue([Mail::Hang]).await)
        .timeout(SHORT)
        .layer(TaskLayer::of(&tasks, "within"))
        .build(send);
    let _ = timeout(LONG, async { tokio::join!(around.run(), within.run()) }).await;
    assert_eq!(outcomes(&recorder, "around"), [("error", 1)]);
    let labels = [("task", "around"), ("error_type", "timeout")];
    assert_eq!(
        recorder.scrape().value("task_errors_total", &labels),
        Some(1.0)
    );
    assert_eq!(outcomes(&recorder, "within"), [("cancelled", 1)]);
}

#[tokio::test]
async fn within_a_layer_that_retries_each_attempt_is_a_job_and_around_it_all_are_one() {
    let recorder = Recorder::new();
    let tasks = tasks(&recorder, |options| options);
    let within = WorkerBuilder::new("within")
        .backend(queue([Mail::Fail]).await)
        .retry(RetryPolicy::retries(2))
        .layer(TaskLayer::of(&tasks, "attempt"))
        .build(send);
    let around = WorkerBuilder::new("around")
        .backend(queue([Mail::Fail]).await)
        .layer(TaskLayer::of(&tasks, "mail"))
        .retry(RetryPolicy::retries(2))
        .build(send);
    let _ = timeout(LONG, async { tokio::join!(within.run(), around.run()) }).await;
    assert_eq!(outcomes(&recorder, "attempt"), [("error", 3)]);
    assert_eq!(outcomes(&recorder, "mail"), [("error", 1)]);
}

#[tokio::test]
async fn what_is_under_way_when_a_worker_is_let_go_of_is_cancelled() {
    let recorder = Recorder::new();
    let tasks = tasks(&recorder, |options| options);
    let worker = WorkerBuilder::new("let go of")
        .backend(queue([Mail::Hang, Mail::Hang, Mail::Send]).await)
        .layer(TaskLayer::of(&tasks, "mail"))
        .build(send);
    let _ = timeout(SHORT, worker.run()).await;
    let expected = [("success", 1), ("cancelled", 2)];
    assert_eq!(outcomes(&recorder, "mail"), expected);
    assert_eq!(tasks.scan().active, 0);
}
