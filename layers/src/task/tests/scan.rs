//! What is under way, told by a scan.

use std::time::Duration;

use super::support::{Job, Rig, poll};
use crate::task::{AnyOutput, Task, TaskFuture, TaskScan};

fn hang(
    task: &Task<AnyOutput>,
) -> std::pin::Pin<Box<TaskFuture<std::future::Pending<()>, AnyOutput>>> {
    let mut future = Box::pin(task.run(std::future::pending()));
    assert!(poll(future.as_mut()).is_pending());
    future
}

async fn wait(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

fn now() -> f64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.expect("after 1970").as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn the_oldest_is_told_until_it_ends() {
    let rig = Rig::new();
    let task = rig.task().any_output();
    let first = hang(&task);
    wait(100).await;
    let second = hang(&task);
    wait(20).await;
    let scan = rig.tasks.scan();
    let expected = TaskScan {
        active: 2,
        oldest: Some(Duration::from_secs(120)),
    };
    assert_eq!(scan, expected);
    let oldest = rig.value("task_oldest_start_time_seconds").expect("a scan");
    assert!((now() - 120.0 - oldest).abs() < 5.0, "{oldest}");

    drop(first);
    assert_eq!(rig.tasks.scan().oldest, Some(Duration::from_secs(20)));
    let oldest = rig.value("task_oldest_start_time_seconds").expect("a scan");
    assert!((now() - 20.0 - oldest).abs() < 5.0, "{oldest}");

    drop(second);
    assert_eq!(rig.tasks.scan(), TaskScan::default());
    assert_eq!(rig.value("task_oldest_start_time_seconds"), Some(0.0));
    let scrape = rig.scribe.scrape();
    let told = scrape
        .iter()
        .find_map(|line| line.strip_prefix("bartizan_scan_time_seconds{scan=\"tasks\"} "));
    let told: f64 = told.expect("a scan").parse().expect("a number");
    assert!((told - now()).abs() < 5.0, "{told}");
}

#[tokio::test(start_paused = true)]
async fn tasks_of_one_name_have_one_oldest() {
    let rig = Rig::new();
    let old = hang(&rig.task().any_output());
    wait(50).await;
    let mut new = Box::pin(
        rig.task()
            .errors(|(): &()| crate::task::DefaultClass::Other)
            .run(std::future::pending::<Result<(), ()>>()),
    );
    assert!(poll(new.as_mut()).is_pending());
    rig.tasks.scan();
    let oldest = rig.value("task_oldest_start_time_seconds").expect("a scan");
    assert!((now() - 50.0 - oldest).abs() < 5.0, "{oldest}");
    drop((old, new));
}

#[test]
fn a_task_without_jobs_has_no_series() {
    let rig = Rig::new();
    let task = rig.task();
    rig.tasks.scan();
    assert_eq!(rig.scribe.series("task_oldest_start_time_seconds"), [""; 0]);
    Job::Succeed.spawn(&task);
    rig.tasks.scan();
    assert_eq!(rig.value("task_oldest_start_time_seconds"), Some(0.0));
}

#[test]
fn past_the_cap_of_label_sets_the_oldest_of_all_is_told() {
    let scribe = crate::grpc::tests::support::Scribe::new();
    let meter = crate::meter::Meter::builder().recorder(scribe.recorder());
    let meter = meter.max_label_sets(1).build().expect("a meter");
    let tasks = crate::task::Tasks::builder().meter(meter);
    let tasks = tasks
        .without_lines()
        .without_spans()
        .build()
        .expect("options");
    let names = ["first", "stuck", "idle"];
    let [_, stuck, idle] = names.map(|name| Task::of(&tasks, name).any_output());
    Job::Succeed.spawn(&Task::of(&tasks, "first"));
    tasks.scan();
    let held = hang(&stuck);
    idle.call(|| ());
    tasks.scan();
    let series = scribe.series("task_oldest_start_time_seconds");
    let [first, folded] = &series[..] else {
        panic!("{series:?}");
    };
    assert_eq!(first, "{task=first} 0");
    let started = folded
        .strip_prefix("{task={overflow}} ")
        .expect("the one that all share");
    assert!(
        started.parse::<f64>().expect("a number") > 1.7e9,
        "{series:?}"
    );
    drop(held);
}
