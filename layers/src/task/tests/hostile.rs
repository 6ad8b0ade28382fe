//! What panics, comes back, or goes away while a job is measured.

use std::{
    cell::RefCell,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use opentelemetry::Context;

use super::support::{Job, Rig, poll};
use crate::{
    grpc::tests::support::Scribe,
    meter,
    span::tests::support::Traces,
    task::{About, Task, TaskLayer, Tasks},
};

/// Tasks whose recorder does something each time that it meets a metric of this name.
fn hooked(name: &'static str, hook: impl Fn() + Send + Sync + 'static) -> Tasks {
    let meter = meter::hooked::hooked(move |met| {
        if met == name {
            hook();
        }
    });
    let tasks = Tasks::builder().meter(meter);
    let tasks = tasks.without_spans().without_lines().task_cap(1);
    tasks.build().expect("options")
}

fn traced(rig: &Scribe, traces: &Traces) -> Tasks {
    let tasks = Tasks::builder().meter(rig.meter()).without_lines();
    let tasks = tasks.tracer_provider(&traces.provider);
    tasks.build().expect("options")
}

#[test]
fn functions_that_panic_cost_what_they_would_have_told() {
    let rig = Rig::with(|options| options);
    let described = rig
        .layer()
        .describe(|_: &Job, _: &mut About| panic!("in the function"));
    Job::Succeed.serve(&described);
    let named = TaskLayer::named_by(&rig.tasks, |_: &Job| -> &str { panic!("in the function") });
    Job::Succeed.serve(&named);
    let expected = ["{task=_OTHER} 1", "{task=mail} 1"];
    assert_eq!(rig.risen("task_started_total"), expected);
    assert_eq!(rig.risen("task_duration_seconds").len(), 2);
}

#[test]
fn an_error_that_panics_when_it_is_looked_into_is_another_one() {
    #[derive(Debug)]
    struct Panics;

    impl fmt::Display for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in the error")
        }
    }

    impl std::error::Error for Panics {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            panic!("in the error")
        }
    }

    let rig = Rig::new();
    let error: super::support::Error = Box::new(Panics);
    let mut job = Box::pin(rig.task().run(std::future::ready(Err::<(), _>(error))));
    assert!(poll(job.as_mut()).is_ready());
    assert_eq!(
        rig.risen("task_errors_total"),
        ["{task=mail,error_type=_OTHER} 1"]
    );
}

#[test]
fn a_recorder_that_panics_at_a_name_past_the_cap_costs_no_job() {
    let tasks = hooked("bartizan_label_overflow_total", || {
        panic!("in the recorder")
    });
    for name in ["first", "second"] {
        Job::Succeed.spawn(&Task::of(&tasks, name));
    }
    assert_eq!(tasks.scan().active, 0);
}

#[test]
fn a_recorder_may_do_jobs_itself() {
    for name in ["task_started_total", "bartizan_label_overflow_total"] {
        let (done, is_done) = mpsc::channel();
        std::thread::spawn(move || {
            let slot = Arc::new(std::sync::OnceLock::<Tasks>::new());
            let own = Arc::clone(&slot);
            let is_first = AtomicBool::new(true);
            let tasks = hooked(name, move || {
                if let Some(tasks) = own.get()
                    && is_first.swap(false, Ordering::Relaxed)
                {
                    Job::Succeed.spawn(&Task::of(tasks, "in the recorder"));
                }
            });
            assert!(slot.set(tasks.clone()).is_ok());
            Job::Succeed.spawn(&Task::of(&tasks, "mail"));
            let _ = done.send(tasks.scan().active);
        });
        assert_eq!(
            is_done.recv_timeout(Duration::from_secs(20)),
            Ok(0),
            "{name}"
        );
    }
}

#[test]
fn a_job_that_its_thread_lets_go_of_is_cancelled() {
    type Held = Pin<Box<dyn Future<Output = Result<u8, super::support::Error>>>>;
    thread_local! {
        static JOBS: RefCell<Vec<Held>> = const { RefCell::new(Vec::new()) };
    }

    let (scribe, traces) = (Scribe::new(), Traces::new());
    let tasks = traced(&scribe, &traces);
    let task = Task::of(&tasks, "mail");
    let thread = std::thread::spawn(move || {
        // Made first, so it is let go of last: by then the contexts of the thread are gone.
        JOBS.with_borrow_mut(|jobs| {
            let mut job = Box::pin(task.run(Job::Hang.run()));
            assert!(poll(job.as_mut()).is_pending());
            jobs.push(job);
        });
    });
    thread.join().expect("no panic");
    assert_eq!(tasks.scan().active, 0);
    assert_eq!(scribe.series("task_active"), ["{task=mail} 0"]);
    let cancelled = "{task=mail,outcome=cancelled} 1".to_owned();
    assert!(scribe.series("task_duration_seconds").contains(&cancelled));
}

#[test]
fn a_job_while_somebody_looks_at_the_context_is_a_job() {
    let (scribe, traces) = (Scribe::new(), Traces::new());
    let tasks = traced(&scribe, &traces);
    let run = AssertUnwindSafe(|| {
        Context::map_current(|_| Task::of(&tasks, "mail").call(|| Ok::<_, ()>(7)))
    });
    assert_eq!(catch_unwind(run).expect("no panic"), Ok(7));
    assert_eq!(scribe.series("task_active"), ["{task=mail} 0"]);
    assert_eq!(tasks.scan().active, 0);
}

#[test]
fn a_sampler_that_panics_costs_the_span_alone() {
    #[derive(Clone, Debug)]
    struct Panics;

    impl opentelemetry_sdk::trace::ShouldSample for Panics {
        fn should_sample(
            &self,
            _: Option<&Context>,
            _: opentelemetry::TraceId,
            _: &str,
            _: &opentelemetry::trace::SpanKind,
            _: &[opentelemetry::KeyValue],
            _: &[opentelemetry::trace::Link],
        ) -> opentelemetry_sdk::trace::SamplingResult {
            panic!("in the sampler")
        }
    }

    for job in Job::ALL {
        let (scribe, traces) = (Scribe::new(), Traces::sampled_by(Panics));
        let tasks = traced(&scribe, &traces);
        job.serve(&TaskLayer::of(&tasks, "mail"));
        let (outcome, _) = job.outcome();
        let ended = format!("{{task=mail,outcome={outcome}}} 1");
        assert!(
            scribe.series("task_duration_seconds").contains(&ended),
            "{job:?}"
        );
        assert_eq!(tasks.scan().active, 0, "{job:?}");
    }
}

#[test]
fn a_subscriber_that_panics_costs_the_lines_alone() {
    struct Panics;

    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Panics {
        fn on_event(&self, _: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
            panic!("in the subscriber")
        }
    }

    use tracing_subscriber::layer::SubscriberExt;

    let subscriber = tracing_subscriber::Registry::default().with(Panics);
    let _guard = tracing::subscriber::set_default(subscriber);
    for job in Job::ALL {
        let rig = Rig::with(|options| options.without_spans().stages(3));
        job.serve(&rig.layer());
        let (outcome, _) = job.outcome();
        let ended = [format!("{{task=mail,outcome={outcome}}} 1")];
        assert_eq!(rig.risen("task_duration_seconds"), ended, "{job:?}");
    }
}
