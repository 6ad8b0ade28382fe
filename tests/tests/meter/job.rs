//! Jobs, with all that can be asked for.

use bartizan::{
    meter::Meter,
    task::{Task, Tasks, stage},
};

/// A job that succeeds and one that fails, each with a stage.
pub(super) async fn two_jobs(meter: Meter) {
    let tasks = Tasks::builder().meter(meter).stages(5);
    let tasks = tasks.without_lines().without_spans().build();
    let tasks = tasks.expect("options that fit");
    let task = Task::of(&tasks, "mail");
    for outcome in [Ok(()), Err("refused")] {
        let ended = task.run(stage("send", async move { outcome })).await;
        assert_eq!(ended, outcome);
    }
    tasks.scan();
}
