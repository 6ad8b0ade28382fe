//! Classes of errors.

use super::support::{CHAT, DURATION, Rig, poll};
use crate::{gen_ai::NewCall, task::ErrorClass};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    RateLimited,
    Refused,
    Unlisted,
}

impl ErrorClass for Class {
    const ALL: &'static [Self] = &[Self::RateLimited, Self::Refused];

    fn as_str(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::Refused => "refused",
            Self::Unlisted => "unlisted",
        }
    }
}

fn run<C>(new: NewCall<C>, output: Result<u8, Class>)
where
    C: crate::task::Classify<Result<u8, Class>>,
{
    let future = new.run(|_| std::future::ready(output));
    assert!(poll(Box::pin(future).as_mut()).is_ready());
}

fn error(class: &str, count: u8) -> String {
    format!("{{{CHAT},error_type={class}}} {count}")
}

#[test]
fn all_of_an_enum_are_registered_and_one_is_recorded() {
    let rig = Rig::new();
    run(
        rig.chat().errors(|error: &Class| *error),
        Err(Class::Refused),
    );
    let expected = [
        error("cancelled", 0),
        error("panic", 0),
        error("rate_limited", 0),
        error("refused", 1),
        format!("{{{CHAT}}} 0"),
    ];
    assert_eq!(rig.scribe.series(DURATION), expected);
}

#[test]
fn one_that_is_not_of_its_list_is_other() {
    let rig = Rig::new();
    run(
        rig.chat().errors(|error: &Class| *error),
        Err(Class::Unlisted),
    );
    assert_eq!(rig.risen(DURATION), [error("_OTHER", 1)]);
}

#[test]
fn answers_may_be_errors_and_errors_none() {
    let rig = Rig::new();
    let new = || {
        rig.chat()
            .classify(|output: &Result<u8, Class>| match output {
                Ok(0) => Some(Class::Refused),
                _ => None,
            })
    };
    run(new(), Ok(0));
    run(new(), Err(Class::RateLimited));
    assert_eq!(
        rig.risen(DURATION),
        [error("refused", 1), format!("{{{CHAT}}} 1")]
    );
}

#[test]
fn any_output_may_be_a_success() {
    let rig = Rig::new();
    let future = rig.chat().any_output().run(|_| std::future::ready("text"));
    assert!(poll(Box::pin(future).as_mut()).is_ready());
    assert_eq!(rig.risen(DURATION), [format!("{{{CHAT}}} 1")]);
}

#[test]
fn a_panic_of_the_function_costs_the_class_alone() {
    let rig = Rig::new();
    let new = rig
        .chat()
        .errors(|_: &Class| -> Class { panic!("in the function") });
    run(new, Err(Class::Refused));
    assert_eq!(rig.risen(DURATION), [error("_OTHER", 1)]);
}
