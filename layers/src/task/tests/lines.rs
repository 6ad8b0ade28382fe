//! The lines of jobs.

use super::support::{Job, poll};
use crate::{
    log::tests::support::subscribe,
    span::tests::support::Traces,
    task::{Task, TaskLayer, Tasks},
};

fn tasks() -> Tasks {
    Tasks::builder().without_spans().build().expect("tasks")
}

/// A line without what differs from run to run.
fn stable(line: &str) -> String {
    let words = line
        .split(' ')
        .filter(|word| !word.starts_with("duration_seconds="));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_job_has_a_line_at_its_start_and_one_at_its_end() {
    for job in Job::ALL {
        let (_guard, lines) = subscribe();
        job.serve(&TaskLayer::of(&tasks(), "mail"));
        let (outcome, class) = job.outcome();
        let error = class.or((outcome == "panic").then_some("panic"));
        let level = if error.is_some() { "ERROR" } else { "INFO" };
        let error = error
            .map(|error| format!(" error.type=\"{error}\""))
            .unwrap_or_default();
        let expected = [
            "INFO bartizan::task \"task started\" task=\"mail\"".to_owned(),
            format!(
                "{level} bartizan::task \"task ended\" task=\"mail\" outcome=\"{outcome}\"{error}"
            ),
        ];
        let lines = lines.take();
        assert!(lines[1].contains(" duration_seconds="), "{lines:?}");
        assert_eq!(
            lines.iter().map(|line| stable(line)).collect::<Vec<_>>(),
            expected,
            "{job:?}"
        );
    }
}

#[test]
fn ids_are_a_field_and_cannot_forge_a_line() {
    let (_guard, lines) = subscribe();
    let layer =
        TaskLayer::of(&tasks(), "mail").describe(|_: &Job, about: &mut crate::task::About| {
            about.id("job.id", 7).id("to", "a\nINFO forged \"b\u{202e}");
        });
    Job::Succeed.serve(&layer);
    for line in lines.take() {
        assert!(
            line.ends_with("custom=\"job.id=7 to=\\\"a_INFO forged _b_\\\"\""),
            "{line}"
        );
        assert!(!line.contains('\n'));
    }
}

#[test]
fn lines_have_the_ids_of_the_span() {
    let (_guard, lines) = subscribe();
    let traces = Traces::new();
    let tasks = Tasks::builder().tracer_provider(&traces.provider).build();
    let task = Task::of(&tasks.expect("tasks"), "mail");
    assert!(poll(Box::pin(task.run(Job::Succeed.run())).as_mut()).is_ready());
    let span = traces.only().span_context;
    let ids = format!(
        "trace_id=\"{}\" span_id=\"{}\"",
        span.trace_id(),
        span.span_id()
    );
    let lines = lines.take();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.contains(&ids)), "{lines:?}");
}

#[test]
fn lines_can_be_left_out() {
    let count = |tasks: crate::task::TasksBuilder| {
        let (_guard, lines) = subscribe();
        let tasks = tasks.without_spans().build().expect("tasks");
        Job::Succeed.spawn(&Task::of(&tasks, "mail"));
        lines.take().len()
    };
    assert_eq!(count(Tasks::builder()), 2);
    assert_eq!(count(Tasks::builder().without_start_lines()), 1);
    assert_eq!(count(Tasks::builder().without_lines()), 0);
}
