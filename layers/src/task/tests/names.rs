//! Names are bounded, and cleaned.

use tower::{Layer as _, Service as _, service_fn};

use super::support::{Job, Rig, poll};
use crate::task::{Task, TaskLayer, Tasks, TasksError};

fn serve(rig: &Rig, names: impl IntoIterator<Item = String>) {
    let layer = TaskLayer::named_by(&rig.tasks, |job: &String| job);
    let mut service = layer.layer(service_fn(async |_: String| Ok::<_, ()>(())));
    for name in names {
        assert!(poll(Box::pin(service.call(name)).as_mut()).is_ready());
    }
}

#[test]
fn a_function_names_each_job() {
    let rig = Rig::new();
    serve(&rig, ["mail", "report", "mail"].map(str::to_owned));
    let expected = ["{task=mail} 2", "{task=report} 1"];
    assert_eq!(rig.scribe.series("task_started_total"), expected);
}

#[test]
fn a_flood_of_names_makes_no_more_series_than_the_cap() {
    let rig = Rig::with(|options| options.without_lines().without_spans().task_cap(5));
    serve(&rig, (0..10_000).map(|number| format!("job-{number}")));
    let started = rig.scribe.series("task_started_total");
    assert_eq!(started.len(), 6, "{started:?}");
    assert_eq!(
        started.last().map(String::as_str),
        Some("{task={overflow}} 9995")
    );
    assert_eq!(rig.scribe.series("task_duration_seconds").len(), 6 * 4);
    assert_eq!(
        rig.risen("bartizan_label_overflow_total"),
        ["{label=task} 9995"]
    );
    assert_eq!(rig.risen("task_active"), [""; 0]);
    assert_eq!(rig.tasks.scan().active, 0);
}

#[test]
fn names_cannot_forge_a_scrape() {
    let rig = Rig::new();
    for name in ["a\"b\nc\\d", "", &"ü".repeat(300)] {
        Job::Succeed.spawn(&Task::of(&rig.tasks, name));
    }
    let mut series = rig.scribe.series("task_started_total");
    series.sort();
    let long = format!("{{task={}}} 1", "ü".repeat(128));
    assert_eq!(series, ["{task=_OTHER} 1", "{task=a_b_c_d} 1", &long]);
}

#[test]
fn caps_are_checked() {
    for (field, built) in [
        ("task_cap", Tasks::builder().task_cap(0).build()),
        ("stages", Tasks::builder().stages(4_001).build()),
    ] {
        let error = built.expect_err("refused");
        assert!(matches!(error, TasksError::Cap { field: named, .. } if named == field));
        let text = error.to_string();
        assert!(
            text.contains(field) && text.contains("1 to 4000 names"),
            "{text}"
        );
    }
}

#[test]
fn past_the_cap_of_label_sets_the_gauge_comes_back_to_0() {
    let scribe = crate::grpc::tests::support::Scribe::new();
    let meter = crate::meter::Meter::builder()
        .recorder(scribe.recorder())
        .max_label_sets(2)
        .build()
        .expect("a meter");
    let tasks = Tasks::builder()
        .meter(meter)
        .without_lines()
        .without_spans();
    let tasks = tasks.build().expect("tasks");
    let held: Vec<_> = (0..5)
        .map(|number| {
            let task = Task::of(&tasks, &format!("task-{number}"));
            let mut future = Box::pin(task.run(Job::Hang.run()));
            assert!(poll(future.as_mut()).is_pending());
            future
        })
        .collect();
    let active = ["{task=task-0} 1", "{task=task-1} 1", "{task={overflow}} 3"];
    assert_eq!(scribe.series("task_active"), active);
    drop(held);
    let active = ["{task=task-0} 0", "{task=task-1} 0", "{task={overflow}} 0"];
    assert_eq!(scribe.series("task_active"), active);
}

#[test]
fn what_is_registered_at_0_takes_at_most_half_of_the_places() {
    let scribe = crate::grpc::tests::support::Scribe::new();
    let meter = crate::meter::Meter::builder().recorder(scribe.recorder());
    let meter = meter.max_label_sets(40).build().expect("a meter");
    let tasks = Tasks::builder()
        .meter(meter)
        .without_lines()
        .without_spans();
    let tasks = tasks.build().expect("tasks");
    // Thirty sets of outcomes. Of those that are foreseen, half of the cap, ten never happen.
    for number in 0..15 {
        let task = Task::of(&tasks, &format!("task-{number}"));
        Job::Succeed.spawn(&task);
        Job::Fail.spawn(&task);
    }
    for metric in ["task_duration_seconds", "task_errors_total"] {
        let series = scribe.series(metric);
        let folded = series.iter().filter(|series| series.contains("{overflow}"));
        assert_eq!(folded.count(), 0, "{metric}: {series:#?}");
    }
}

#[test]
fn a_task_can_be_registered_before_it_has_a_job() {
    let rig = Rig::new();
    let task = rig.task().registered::<Result<u8, super::support::Error>>();
    assert_eq!(rig.scribe.series("task_started_total"), ["{task=mail} 0"]);
    assert_eq!(rig.scribe.series("task_duration_seconds").len(), 4);
    assert_eq!(rig.scribe.series("task_errors_total").len(), 2);
    Job::Succeed.spawn(&task);
    assert_eq!(rig.scribe.series("task_started_total"), ["{task=mail} 1"]);
}
