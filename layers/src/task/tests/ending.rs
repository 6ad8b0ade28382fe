//! Each way in which a job ends is recorded once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::support::{Job, Rig, poll};

/// Checks what one job left.
fn check(rig: &Rig, job: Job) {
    let (outcome, class) = job.outcome();
    let one = |labels: String| vec![format!("{{{labels}}} 1")];
    assert_eq!(
        rig.risen("task_started_total"),
        one("task=mail".into()),
        "{job:?}"
    );
    let duration = one(format!("task=mail,outcome={outcome}"));
    assert_eq!(rig.risen("task_duration_seconds"), duration, "{job:?}");
    let errors = class.map(|class| one(format!("task=mail,error_type={class}")));
    assert_eq!(
        rig.risen("task_errors_total"),
        errors.unwrap_or_default(),
        "{job:?}"
    );
    assert_eq!(rig.value("task_active"), Some(0.0), "{job:?}");
    let succeeded = rig.value("task_last_success_time_seconds");
    assert_eq!(succeeded.is_some(), outcome == "success", "{job:?}");
    assert!(succeeded.is_none_or(|time| time > 1.7e9), "{succeeded:?}");
    assert_eq!(rig.tasks.scan().active, 0, "{job:?}");
}

#[test]
fn by_a_service() {
    for job in Job::ALL {
        let rig = Rig::new();
        job.serve(&rig.layer());
        check(&rig, job);
    }
}

#[test]
fn by_a_service_that_has_spans_and_stages() {
    for job in Job::ALL {
        let rig = Rig::with(|options| options.without_lines().stages(3));
        job.serve(&rig.layer());
        check(&rig, job);
    }
}

#[test]
fn as_a_future() {
    for job in Job::ALL {
        let rig = Rig::new();
        job.spawn(&rig.task());
        if job == Job::Unpolled {
            // It ran nothing.
            assert_eq!(rig.scribe.series("task_started_total"), [""; 0]);
            assert_eq!(rig.tasks.scan().active, 0);
        } else {
            check(&rig, job);
        }
    }
}

#[test]
fn as_a_function() {
    let rig = Rig::new();
    assert_eq!(rig.task().any_output().call(|| 7), 7);
    check(&rig, Job::Succeed);

    let rig = Rig::new();
    assert_eq!(rig.task().call(|| Err::<(), _>("no")), Err("no"));
    check(&rig, Job::Fail);

    let rig = Rig::new();
    let panics = AssertUnwindSafe(|| rig.task().any_output().call(|| panic!("in the function")));
    assert!(catch_unwind(panics).is_err());
    check(&rig, Job::PanicInFuture);
}

#[test]
fn a_panic_is_told_at_once() {
    let rig = Rig::new();
    let mut future = Box::pin(rig.task().run(Job::PanicInFuture.run()));
    let _ = catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())));
    // Who catches a panic may keep what panicked.
    check(&rig, Job::PanicInFuture);
    drop(future);
    check(&rig, Job::PanicInFuture);
}

#[test]
fn a_job_that_runs_while_its_thread_unwinds_is_none_that_panicked() {
    struct RunsInDrop<'a>(&'a Rig);

    impl Drop for RunsInDrop<'_> {
        fn drop(&mut self) {
            Job::Succeed.spawn(&self.0.task());
        }
    }

    let rig = Rig::new();
    let panics = AssertUnwindSafe(|| {
        let _runs = RunsInDrop(&rig);
        panic!("outside of the job");
    });
    assert!(catch_unwind(panics).is_err());
    check(&rig, Job::Succeed);
}

#[test]
fn it_goes_on_after_it_waited_and_ends_once() {
    let rig = Rig::new();
    let mut steps = 0;
    let mut future = Box::pin(rig.task().run(std::future::poll_fn(move |_| {
        steps += 1;
        if steps < 3 {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(Ok::<_, ()>(steps))
        }
    })));
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(rig.value("task_active"), Some(1.0));
    assert!(poll(future.as_mut()).is_pending());
    assert!(poll(future.as_mut()).is_ready());
    // Polled on, it does as the future inside does, and records nothing.
    assert!(poll(future.as_mut()).is_ready());
    drop(future);
    check(&rig, Job::Succeed);
}

#[test]
fn a_future_that_fails_is_recorded_before_its_caller_goes_on() {
    let rig = Rig::new();
    let mut future = Box::pin(rig.task().run(Job::Fail.run()));
    assert!(poll(future.as_mut()).is_ready());
    check(&rig, Job::Fail);
}

#[test]
fn what_happens_first_is_registered_at_0() {
    let rig = Rig::new();
    Job::Succeed.serve(&rig.layer());
    let durations = ["cancelled 0", "error 0", "panic 0", "success 1"];
    let expected = durations.map(|outcome| {
        let (outcome, count) = outcome.split_once(' ').expect("two words");
        format!("{{task=mail,outcome={outcome}}} {count}")
    });
    assert_eq!(rig.scribe.series("task_duration_seconds"), expected);
    let errors = [
        "{task=mail,error_type=_OTHER} 0",
        "{task=mail,error_type=timeout} 0",
    ];
    assert_eq!(rig.scribe.series("task_errors_total"), errors);
    let overflow = ["{label=task} 0"];
    assert_eq!(rig.scribe.series("bartizan_label_overflow_total"), overflow);
    // What no scan told is not known.
    assert_eq!(rig.scribe.series("task_oldest_start_time_seconds"), [""; 0]);
}

#[test]
fn a_service_that_is_not_ready_has_no_job() {
    use std::task::{Context, Poll, Waker};
    use tower::{Layer as _, Service};

    struct Unready;

    impl Service<u8> for Unready {
        type Response = ();
        type Error = &'static str;
        type Future = std::future::Ready<Result<(), &'static str>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            Poll::Ready(Err("closed"))
        }

        fn call(&mut self, _: u8) -> Self::Future {
            std::future::ready(Ok(()))
        }
    }

    let rig = Rig::new();
    let mut service = rig.layer().layer(Unready);
    let ready = Service::<u8>::poll_ready(&mut service, &mut Context::from_waker(Waker::noop()));
    assert_eq!(ready, Poll::Ready(Err("closed")));
    // It was asked, so its series are there.
    assert_eq!(rig.scribe.series("task_started_total"), ["{task=mail} 0"]);
}
