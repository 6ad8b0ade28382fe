//! What each job counts as, by where the layer stands among those of the queue.

use std::time::Duration;

use apalis::{layers::retry::RetryPolicy, prelude::*};
use bartizan::task::TaskLayer;
use tokio::time::timeout;

use crate::support::{Mail, Rig, queue, send};

/// As long as a worker is left to it.
const LONG: Duration = Duration::from_millis(300);
/// As long as a job may take.
const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn within_a_layer_that_catches_panics_a_panic_is_one() {
    let rig = Rig::new();
    let worker = WorkerBuilder::new("within")
        .backend(queue([Mail::Send, Mail::Panic, Mail::Fail]).await)
        .catch_panic()
        .layer(TaskLayer::of(&rig.tasks, "mail"))
        .build(send);
    let _ = timeout(LONG, worker.run()).await;
    let expected = [("success", 1), ("error", 1), ("panic", 1)];
    assert_eq!(rig.outcomes("mail"), expected);
}

#[tokio::test]
async fn around_it_a_panic_is_an_error() {
    let rig = Rig::new();
    let worker = WorkerBuilder::new("around")
        .backend(queue([Mail::Panic]).await)
        .layer(TaskLayer::of(&rig.tasks, "mail"))
        .catch_panic()
        .build(send);
    let _ = timeout(LONG, worker.run()).await;
    assert_eq!(rig.outcomes("mail"), [("error", 1)]);
}

#[tokio::test]
async fn around_a_time_out_it_is_an_error_of_that_class_and_within_it_the_job_is_cancelled() {
    let rig = Rig::new();
    let around = WorkerBuilder::new("around")
        .backend(queue([Mail::Hang]).await)
        .layer(TaskLayer::of(&rig.tasks, "around"))
        .timeout(SHORT)
        .build(send);
    let within = WorkerBuilder::new("within")
        .backend(queue([Mail::Hang]).await)
        .timeout(SHORT)
        .layer(TaskLayer::of(&rig.tasks, "within"))
        .build(send);
    let _ = timeout(LONG, async { tokio::join!(around.run(), within.run()) }).await;
    assert_eq!(rig.outcomes("around"), [("error", 1)]);
    let labels = [("task", "around"), ("error_type", "timeout")];
    assert_eq!(rig.scrape().value("task_errors_total", &labels), Some(1.0));
    assert_eq!(rig.outcomes("within"), [("cancelled", 1)]);
}

#[tokio::test]
async fn within_a_layer_that_retries_each_attempt_is_a_job_and_around_it_all_are_one() {
    let rig = Rig::new();
    let within = WorkerBuilder::new("within")
        .backend(queue([Mail::Fail]).await)
        .retry(RetryPolicy::retries(2))
        .layer(TaskLayer::of(&rig.tasks, "attempt"))
        .build(send);
    let around = WorkerBuilder::new("around")
        .backend(queue([Mail::Fail]).await)
        .layer(TaskLayer::of(&rig.tasks, "mail"))
        .retry(RetryPolicy::retries(2))
        .build(send);
    let _ = timeout(LONG, async { tokio::join!(within.run(), around.run()) }).await;
    assert_eq!(rig.outcomes("attempt"), [("error", 3)]);
    assert_eq!(rig.outcomes("mail"), [("error", 1)]);
}

#[tokio::test]
async fn what_is_under_way_when_a_worker_is_let_go_of_is_cancelled() {
    let rig = Rig::new();
    let worker = WorkerBuilder::new("let go of")
        .backend(queue([Mail::Hang, Mail::Hang, Mail::Send]).await)
        .layer(TaskLayer::of(&rig.tasks, "mail"))
        .build(send);
    let _ = timeout(SHORT, worker.run()).await;
    let expected = [("success", 1), ("cancelled", 2)];
    assert_eq!(rig.outcomes("mail"), expected);
    assert_eq!(rig.tasks.scan().active, 0);
}
