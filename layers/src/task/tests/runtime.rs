//! Runtimes that stop, threads that race, recorders that come late or panic.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use metrics_util::debugging::DebuggingRecorder;
use tokio::runtime::Builder;

use super::support::{Job, Rig};
use crate::{
    meter,
    task::{Task, Tasks},
};

#[test]
fn jobs_that_a_runtime_lets_go_of_are_cancelled() {
    for workers in [1, 2] {
        let rig = Rig::with(|options| options.without_lines().stages(3));
        let runtime = Builder::new_multi_thread()
            .worker_threads(workers)
            .enable_all()
            .build()
            .expect("a runtime");
        let task = rig.task();
        runtime.block_on(async {
            for _ in 0..20 {
                tokio::spawn(task.run(Job::Hang.run()));
            }
            for _ in 0..20 {
                let _ = tokio::spawn(task.run(Job::PanicInFuture.run())).await;
            }
            let aborted = tokio::spawn(task.run(Job::Hang.run()));
            while rig.value("task_active") != Some(21.0) {
                tokio::task::yield_now().await;
            }
            aborted.abort();
            assert!(aborted.await.is_err_and(|error| error.is_cancelled()));
        });
        runtime.shutdown_timeout(Duration::from_secs(5));
        let expected = [
            "{task=mail,outcome=cancelled} 21",
            "{task=mail,outcome=panic} 20",
        ];
        assert_eq!(rig.risen("task_duration_seconds"), expected);
        assert_eq!(rig.value("task_active"), Some(0.0));
        assert_eq!(rig.tasks.scan().active, 0);
    }
}

#[test]
fn a_time_out_around_a_job_cancels_it_and_one_within_is_its_error() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let rig = Rig::new();
    let task = rig.task();
    runtime.block_on(async {
        let limit = Duration::from_secs(1);
        let around = tokio::time::timeout(limit, task.run(Job::Hang.run())).await;
        assert!(around.is_err());
        let within = task.run(tokio::time::timeout(limit, Job::Hang.run())).await;
        assert!(within.is_err());
    });
    let expected = [
        "{task=mail,outcome=cancelled} 1",
        "{task=mail,outcome=error} 1",
    ];
    assert_eq!(rig.risen("task_duration_seconds"), expected);
    assert_eq!(
        rig.risen("task_errors_total"),
        ["{task=mail,error_type=timeout} 1"]
    );
}

#[test]
fn threads_that_race_lose_nothing() {
    let rig = Rig::with(|options| options.without_lines().stages(3));
    let task = rig.task();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..2_000 {
                    Job::ALL[round % 3].spawn(&task);
                    Job::Hang.spawn(&task);
                }
            });
        }
    });
    let counts = [
        "{task=mail,outcome=cancelled} 8000",
        "{task=mail,outcome=error} 5332",
        "{task=mail,outcome=success} 2668",
    ];
    assert_eq!(rig.risen("task_duration_seconds"), counts);
    assert_eq!(rig.risen("task_started_total"), ["{task=mail} 16000"]);
    assert_eq!(rig.value("task_active"), Some(0.0));
    assert_eq!(rig.tasks.scan().active, 0);
}

#[test]
fn a_job_that_began_before_there_was_a_recorder_lowers_nothing() {
    let tasks = Tasks::builder().without_spans().without_lines();
    let task = Task::of(&tasks.build().expect("tasks"), "mail");
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let mut early = Box::pin(task.run(Job::Hang.run()));
    assert!(super::support::poll(early.as_mut()).is_pending());
    metrics::with_local_recorder(&recorder, || {
        drop(early);
        Job::Succeed.spawn(&task);
    });
    let snapshot = snapshotter.snapshot().into_vec();
    let active: Vec<_> = snapshot
        .iter()
        .filter(|(key, ..)| key.key().name() == "task_active")
        .map(|(.., value)| format!("{value:?}"))
        .collect();
    assert_eq!(active, ["Gauge(0.0)"]);
}

#[test]
fn a_recorder_that_panics_costs_no_job() {
    let tasks = Tasks::builder().meter(meter::hooked::panicking());
    let tasks = tasks
        .without_spans()
        .without_lines()
        .stages(3)
        .build()
        .expect("tasks");
    let task = Task::of(&tasks, "mail");
    for job in [Job::Succeed, Job::Fail, Job::Hang] {
        let run = catch_unwind(AssertUnwindSafe(|| job.spawn(&task)));
        assert!(run.is_ok(), "{job:?}");
    }
    assert_eq!(tasks.scan().active, 0);
}

#[test]
fn a_refresh_starts_series_anew_and_keeps_the_gauge() {
    let scribe = crate::grpc::tests::support::Scribe::new();
    let meter = crate::meter::Meter::builder()
        .recorder(scribe.recorder())
        .refreshable()
        .build()
        .expect("a meter");
    let tasks = Tasks::builder()
        .meter(meter.clone())
        .without_spans()
        .without_lines();
    let task = Task::of(&tasks.build().expect("tasks"), "mail");
    let mut held = Box::pin(task.run(Job::Hang.run()));
    assert!(super::support::poll(held.as_mut()).is_pending());
    Job::Succeed.spawn(&task);
    assert!(meter.refresh());
    Job::Succeed.spawn(&task);
    drop(held);
    assert_eq!(scribe.series("task_started_total"), ["{task=mail} 3"]);
    assert_eq!(scribe.series("task_active"), ["{task=mail} 0"]);
}
