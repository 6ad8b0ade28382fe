//! Classes of errors.

use super::support::{Job, Rig, poll};
use crate::task::{ErrorClass, Task};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Address,
    Refused,
    Unlisted,
}

impl ErrorClass for Class {
    const ALL: &'static [Self] = &[Self::Address, Self::Refused];

    fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Refused => "refused",
            Self::Unlisted => "unlisted",
        }
    }
}

fn run<C>(task: &Task<C>, output: Result<u8, Class>)
where
    C: crate::task::Classify<Result<u8, Class>> + Clone,
{
    let mut future = Box::pin(task.run(std::future::ready(output)));
    assert!(poll(future.as_mut()).is_ready());
}

#[test]
fn all_of_an_enum_are_registered_and_one_is_counted() {
    let rig = Rig::new();
    let task = rig.task().errors(|error: &Class| *error);
    run(&task, Err(Class::Refused));
    let expected = [
        "{task=mail,error_type=address} 0",
        "{task=mail,error_type=refused} 1",
    ];
    assert_eq!(rig.scribe.series("task_errors_total"), expected);
}

#[test]
fn one_that_is_not_of_its_list_is_other() {
    let rig = Rig::new();
    let task = rig.task().errors(|error: &Class| *error);
    run(&task, Err(Class::Unlisted));
    assert_eq!(
        rig.risen("task_errors_total"),
        ["{task=mail,error_type=_OTHER} 1"]
    );
}

#[test]
fn answers_may_be_errors_and_errors_none() {
    let rig = Rig::new();
    let task = rig
        .task()
        .classify(|output: &Result<u8, Class>| match output {
            Ok(0) => Some(Class::Address),
            Ok(_) | Err(Class::Refused) => None,
            Err(error) => Some(*error),
        });
    run(&task, Ok(0));
    run(&task, Ok(1));
    run(&task, Err(Class::Refused));
    let expected = [
        "{task=mail,outcome=error} 1",
        "{task=mail,outcome=success} 2",
    ];
    assert_eq!(rig.risen("task_duration_seconds"), expected);
    assert_eq!(
        rig.risen("task_errors_total"),
        ["{task=mail,error_type=address} 1"]
    );
}

#[test]
fn a_panic_of_the_function_costs_the_class_alone() {
    let rig = Rig::new();
    let task = rig
        .task()
        .errors(|_: &Class| -> Class { panic!("in the function") });
    run(&task, Err(Class::Refused));
    assert_eq!(
        rig.risen("task_errors_total"),
        ["{task=mail,error_type=_OTHER} 1"]
    );
    assert_eq!(rig.value("task_active"), Some(0.0));
}

#[test]
fn tasks_of_one_name_may_have_different_classes() {
    let rig = Rig::new();
    run(
        &rig.task().errors(|error: &Class| *error),
        Err(Class::Address),
    );
    Job::TimeOut.spawn(&rig.task());
    let expected = [
        "{task=mail,error_type=address} 1",
        "{task=mail,error_type=timeout} 1",
    ];
    assert_eq!(rig.risen("task_errors_total"), expected);
    assert_eq!(rig.risen("task_started_total"), ["{task=mail} 2"]);
    assert_eq!(rig.value("task_active"), Some(0.0));
}

#[test]
fn time_outs_are_seen_into() {
    let rig = Rig::new();
    let elapsed: super::support::Error = Box::new(tower::timeout::error::Elapsed::new());
    let mut future = Box::pin(rig.task().run(std::future::ready(Err::<(), _>(elapsed))));
    assert!(poll(future.as_mut()).is_ready());
    assert_eq!(
        rig.risen("task_errors_total"),
        ["{task=mail,error_type=timeout} 1"]
    );
}

#[test]
fn an_empty_word_is_other() {
    #[derive(Clone, Copy)]
    struct Empty;

    impl ErrorClass for Empty {
        const ALL: &'static [Self] = &[Self];

        fn as_str(self) -> &'static str {
            ""
        }
    }

    let rig = Rig::new();
    let task = rig.task().errors(|_: &Class| Empty);
    run(&task, Err(Class::Refused));
    assert_eq!(
        rig.scribe.series("task_errors_total"),
        ["{task=mail,error_type=_OTHER} 1"]
    );
}

#[test]
fn boxed_time_outs_of_any_kind_are_seen_into() {
    let rig = Rig::new();
    let elapsed: Box<dyn std::error::Error> = Box::new(tower::timeout::error::Elapsed::new());
    let mut future = Box::pin(rig.task().run(std::future::ready(Err::<(), _>(elapsed))));
    assert!(poll(future.as_mut()).is_ready());
    assert_eq!(
        rig.risen("task_errors_total"),
        ["{task=mail,error_type=timeout} 1"]
    );
}
