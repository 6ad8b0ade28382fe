//! Jobs by the thousand that end at random, by their own doing and by others': each is recorded once, and nothing is left
//! under way, also when the runtime goes.

use std::{
    panic,
    sync::{
        Arc, Once,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use apalis::prelude::*;
use bartizan::task::{Task as Named, TaskLayer, stage};
use bartizan_tests::dice::Dice;
use tokio::{runtime::Builder, time::sleep};

use crate::support::{Mail, Rig, queue, send};

const JOBS: u64 = 20_000;

/// A panic that is meant is not shown.
fn hide_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let shown = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let meant = info
                .payload()
                .downcast_ref::<&str>()
                .is_some_and(|text| text.starts_with("jobs: "));
            if !meant {
                shown(info);
            }
        }));
    });
}

fn any(dice: &mut Dice) -> Mail {
    match dice.below(6) {
        0 => Mail::Send,
        1 => Mail::Fail,
        2 => Mail::Panic,
        3 => Mail::Hang,
        _ => Mail::Wait(dice.below(4)),
    }
}

fn total(rig: &Rig, task: &str) -> u64 {
    rig.outcomes(task).iter().map(|(_, count)| count).sum()
}

#[test]
fn each_is_recorded_once_and_none_is_left() {
    hide_panics();
    let rig = Rig::with(|options| options.stages(3));
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (begun, task) = (Arc::new(AtomicU64::new(0)), Named::of(&rig.tasks, "mail"));
    runtime.block_on(async {
        let mut dice = Dice::new(6);
        for number in 0..JOBS {
            let mail = any(&mut dice);
            let (begun, job) = (Arc::clone(&begun), task.run(stage("send", send(mail))));
            let job = tokio::spawn(async move {
                begun.fetch_add(1, Ordering::Relaxed);
                job.await
            });
            if dice.below(3) == 0 {
                let wait = dice.below(4);
                tokio::spawn(async move {
                    sleep(Duration::from_millis(wait)).await;
                    job.abort();
                });
            }
            if number % 500 == 0 {
                rig.tasks.scan();
                sleep(Duration::from_millis(1)).await;
            }
        }
        sleep(Duration::from_millis(100)).await;
    });
    // What hangs is let go of now.
    runtime.shutdown_timeout(Duration::from_secs(20));

    let scrape = rig.scrape();
    let started = scrape.value("task_started_total", &[("task", "mail")]);
    let started = started.expect("there were some") as u64;
    // One that is let go of before it was polled ran nothing: how many there are is up to the machine.
    assert_eq!(started, begun.load(Ordering::Relaxed));
    assert!(started > 0);
    assert_eq!(total(&rig, "mail"), started);
    assert_eq!(scrape.value("task_active", &[("task", "mail")]), Some(0.0));
    assert_eq!(rig.tasks.scan().active, 0);
    let stages: u64 = ["success", "error", "cancelled", "panic"]
        .into_iter()
        .map(|outcome| {
            let labels = [("task", "mail"), ("stage", "send"), ("outcome", outcome)];
            scrape.count("task_stage_duration_seconds", &labels)
        })
        .sum();
    assert_eq!(stages, started);
}

#[test]
fn behind_a_queue_that_spawns_them_too() {
    hide_panics();
    let rig = Rig::new();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut dice = Dice::new(7);
    let mails: Vec<_> = (0..JOBS / 4).map(|_| any(&mut dice)).collect();
    let count = |which: fn(&Mail) -> bool| mails.iter().filter(|mail| which(mail)).count() as u64;
    let expected = [
        (
            "success",
            count(|mail| matches!(mail, Mail::Send | Mail::Wait(_))),
        ),
        ("error", count(|mail| *mail == Mail::Fail)),
        ("cancelled", count(|mail| *mail == Mail::Hang)),
        ("panic", count(|mail| *mail == Mail::Panic)),
    ];
    let done: u64 = expected.iter().map(|(_, count)| count).sum::<u64>() - expected[2].1;
    runtime.block_on(async {
        let worker = WorkerBuilder::new("spawning")
            .backend(queue(mails.iter().copied()).await)
            .parallelize(tokio::spawn)
            .layer(TaskLayer::of(&rig.tasks, "mail"))
            .build(send);
        let all_done = async {
            while total(&rig, "mail") < done {
                sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            _ = worker.run() => {}
            () = all_done => {}
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(20));
    assert_eq!(rig.outcomes("mail"), expected);
    let scrape = rig.scrape();
    assert_eq!(scrape.value("task_active", &[("task", "mail")]), Some(0.0));
}
