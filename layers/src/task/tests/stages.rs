//! The parts of jobs.

use super::support::{Error, Job, Rig, poll};
use crate::task::{RunningTask, StageFuture, Task, stage, step};

async fn fails() -> Result<(), Error> {
    Err("it failed".into())
}

#[test]
fn each_stage_is_measured_by_how_it_ended() {
    let rig = Rig::with(|options| options.without_spans().without_lines().stages(3));
    let mut job = Box::pin(rig.task().run(async {
        stage("fetch", async { Ok::<_, Error>(()) }).await?;
        stage("parse", async { stage("token", fails()).await }).await
    }));
    assert!(poll(job.as_mut()).is_ready());
    let expected = [
        "{task=mail,stage=fetch,outcome=success} 1",
        "{task=mail,stage=parse,outcome=error} 1",
        "{task=mail,stage=token,outcome=error} 1",
    ];
    assert_eq!(rig.scribe.series("task_stage_duration_seconds"), expected);
}

#[test]
fn a_job_that_ends_in_a_stage_ends_the_stage_so() {
    for (job, outcome) in [(Job::Hang, "cancelled"), (Job::PanicInFuture, "panic")] {
        let rig = Rig::with(|options| options.without_spans().without_lines().stages(3));
        let task = rig.task();
        let run = std::panic::AssertUnwindSafe(|| {
            let mut future = Box::pin(task.run(stage("send", job.run())));
            assert!(poll(future.as_mut()).is_pending());
        });
        let _ = std::panic::catch_unwind(run);
        let expected = [format!("{{task=mail,stage=send,outcome={outcome}}} 1")];
        assert_eq!(rig.scribe.series("task_stage_duration_seconds"), expected);
        assert_eq!(
            rig.risen("task_duration_seconds"),
            [format!("{{task=mail,outcome={outcome}}} 1")]
        );
        assert_eq!(RunningTask::current().name(), None);
    }
}

#[test]
fn steps_and_stages_that_nobody_asked_for_make_no_series() {
    let rig = Rig::with(|options| options.without_lines().stages(3));
    let mut job = Box::pin(rig.task().run(step("fetch", async { Ok::<_, Error>(()) })));
    assert!(poll(job.as_mut()).is_ready());
    assert_eq!(rig.scribe.series("task_stage_duration_seconds"), [""; 0]);

    let rig = Rig::new();
    let mut job = Box::pin(rig.task().run(stage("fetch", async { Ok::<_, Error>(()) })));
    assert!(poll(job.as_mut()).is_ready());
    assert_eq!(rig.scribe.series("task_stage_duration_seconds"), [""; 0]);
}

#[test]
fn outside_of_a_job_a_stage_is_its_future() {
    let mut alone = Box::pin(stage("fetch", async { Ok::<_, Error>(7) }));
    assert!(matches!(
        poll(alone.as_mut()),
        std::task::Poll::Ready(Ok(7))
    ));
    let mut any = Box::pin(StageFuture::of_any_output("fetch", async { 7 }));
    assert_eq!(poll(any.as_mut()), std::task::Poll::Ready(7));
}

#[test]
fn stages_past_the_cap_share_a_label() {
    let rig = Rig::with(|options| options.without_spans().without_lines().stages(1));
    for name in ["fetch", "parse", "store"] {
        let mut job = Box::pin(rig.task().run(stage(name, async { Ok::<_, Error>(()) })));
        assert!(poll(job.as_mut()).is_ready());
    }
    let expected = [
        "{task=mail,stage=fetch,outcome=success} 1",
        "{task=mail,stage={overflow},outcome=success} 2",
    ];
    assert_eq!(rig.scribe.series("task_stage_duration_seconds"), expected);
    assert_eq!(
        rig.risen("bartizan_label_overflow_total"),
        ["{label=stage} 2"]
    );
}

#[test]
fn a_job_within_a_job_has_stages_of_its_own() {
    let rig = Rig::with(|options| options.without_spans().without_lines().stages(3));
    let inner = Task::of(&rig.tasks, "report");
    let mut job = Box::pin(rig.task().any_output().run(async {
        let within = inner.any_output().run(async {
            assert_eq!(RunningTask::current().name(), Some("report"));
            stage("fetch", fails()).await
        });
        let _ = within.await;
        assert_eq!(RunningTask::current().name(), Some("mail"));
        stage("fetch", fails()).await
    }));
    assert!(poll(job.as_mut()).is_ready());
    let expected = [
        "{task=mail,stage=fetch,outcome=error} 1",
        "{task=report,stage=fetch,outcome=error} 1",
    ];
    assert_eq!(rig.scribe.series("task_stage_duration_seconds"), expected);
}

#[tokio::test]
async fn a_job_can_be_taken_along() {
    let rig = Rig::with(|options| options.without_spans().without_lines().stages(3));
    rig.task()
        .any_output()
        .run(async {
            let job = RunningTask::current();
            let part =
                tokio::spawn(async move { job.stage("send", async { Ok::<_, Error>(()) }).await });
            part.await.expect("no panic").expect("no error");
        })
        .await;
    let expected = ["{task=mail,stage=send,outcome=success} 1"];
    assert_eq!(rig.scribe.series("task_stage_duration_seconds"), expected);
}

#[test]
fn a_job_within_that_has_no_stages_leaves_none_to_the_one_outside() {
    let rig = Rig::with(|options| options.without_spans().without_lines().stages(3));
    let plain = Rig::new();
    let inner = Task::of(&plain.tasks, "report").any_output();
    let mut job = Box::pin(
        rig.task()
            .any_output()
            .run(inner.run(stage("fetch", fails()))),
    );
    assert!(poll(job.as_mut()).is_ready());
    assert_eq!(rig.scribe.series("task_stage_duration_seconds"), [""; 0]);
    assert_eq!(plain.scribe.series("task_stage_duration_seconds"), [""; 0]);
}
