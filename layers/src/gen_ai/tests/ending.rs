//! Each way in which a call's future ends is recorded once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

use super::support::{CHAT, COST, DURATION, Does, Rig, USAGE, poll, tell};
use crate::gen_ai::Call;

#[test]
fn by_its_future() {
    for does in Does::ALL {
        let rig = Rig::new();
        does.make(rig.chat());
        if does == Does::Unpolled {
            // It ran nothing.
            assert_eq!(rig.scribe.series(DURATION), [""; 0]);
        } else {
            rig.check(does.outcome().1, &does);
        }
    }
}

#[test]
fn with_a_span_and_a_line() {
    for does in Does::ALL {
        let traces = crate::span::tests::support::Traces::new();
        let (_guard, lines) = crate::log::tests::support::subscribe();
        let rig = Rig::with_all(|options| options.tracer_provider(&traces.provider));
        does.make(rig.chat());
        if does == Does::Unpolled {
            assert_eq!(traces.finished().len() + lines.take().len(), 0);
        } else {
            rig.check(does.outcome().1, &does);
            traces.only();
            assert_eq!(lines.take().len(), 1);
        }
    }
}

#[test]
fn a_panic_is_told_at_once() {
    let rig = Rig::new();
    let mut future = Box::pin(rig.chat().run(async |call| {
        tell(&call);
        assert!(call.elapsed() == u64::MAX, "in the future");
        Ok::<_, ()>(())
    }));
    let _ = catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())));
    // Who catches a panic may keep what panicked.
    rig.check(Some("panic"), &"at once");
    drop(future);
    rig.check(Some("panic"), &"and once");
}

#[test]
fn what_a_handle_says_after_the_end_changes_nothing() {
    for does in Does::ALL {
        if does == Does::Unpolled {
            continue;
        }
        let rig = Rig::new();
        let kept = std::cell::RefCell::new(None::<Call>);
        let run = AssertUnwindSafe(|| {
            let mut future = Box::pin(rig.chat().run(async |call| {
                tell(&call);
                kept.replace(Some(call));
                match does {
                    Does::Succeed => Ok(()),
                    Does::Hang | Does::PanicInDrop => std::future::pending().await,
                    Does::Fail | Does::TimeOut | Does::Unpolled => Err(()),
                    Does::PanicInCall | Does::PanicInFuture => panic!("in the future"),
                }
            }));
            let _ = poll(future.as_mut());
        });
        let _ = catch_unwind(run);
        let before = rig.scribe.scrape();
        let call = kept.take().expect("it ran");
        tell(&call);
        call.token();
        call.first_token();
        call.response_id("late");
        drop(call.stream(
            super::support::Script::data(["data: a\n\n"]),
            crate::gen_ai::Tokens::PerEvent,
        ));
        drop(call);
        let mut after = rig.scribe.scrape();
        // How a stream may end was registered, and nothing rose.
        after.retain(|line| !line.ends_with(" 0") && !line.contains("body_error"));
        let mut before = before;
        before.retain(|line| !line.ends_with(" 0"));
        assert_eq!(after, before, "{does:?}");
    }
}

#[test]
fn it_goes_on_after_it_waited_and_ends_once() {
    let rig = Rig::new();
    let mut future = Box::pin(rig.chat().run(|call| {
        let mut steps = 0;
        std::future::poll_fn(move |_| {
            steps += 1;
            if steps == 1 {
                tell(&call);
            }
            if steps < 3 {
                Poll::Pending
            } else {
                Poll::Ready(Ok::<_, ()>(steps))
            }
        })
    }));
    assert!(poll(future.as_mut()).is_pending());
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(rig.risen(DURATION), [""; 0]);
    assert_eq!(poll(future.as_mut()), Poll::Ready(Ok(3)));
    // Polled on, it does as the future inside does, and records nothing.
    assert!(poll(future.as_mut()).is_ready());
    drop(future);
    rig.check(None, &"waited");
}

#[test]
fn a_call_that_is_told_nothing_has_its_duration_alone() {
    let rig = Rig::new();
    let future = rig.chat().run(async |_| Ok::<_, ()>(()));
    assert!(poll(Box::pin(future).as_mut()).is_ready());
    assert_eq!(rig.risen(DURATION), [format!("{{{CHAT}}} 1")]);
    assert_eq!(rig.scribe.series(USAGE), [""; 0]);
    assert_eq!(rig.scribe.series(COST), [""; 0]);
}

#[test]
fn a_tool_has_no_provider_and_no_model() {
    let rig = Rig::new();
    Does::Succeed.make(rig.gen_ai.tool("search_web"));
    Does::Hang.make(rig.gen_ai.tool("read_file"));
    assert_eq!(
        rig.risen(DURATION),
        [
            "{gen_ai_operation_name=execute_tool,error_type=cancelled} 1",
            "{gen_ai_operation_name=execute_tool} 1"
        ]
    );
}

#[test]
fn how_a_call_may_end_is_registered_with_the_first() {
    let rig = Rig::new();
    Does::Succeed.make(rig.chat());
    let expected = [
        format!("{{{CHAT},error_type=_OTHER}} 0"),
        format!("{{{CHAT},error_type=cancelled}} 0"),
        format!("{{{CHAT},error_type=panic}} 0"),
        format!("{{{CHAT},error_type=timeout}} 0"),
        format!("{{{CHAT}}} 1"),
    ];
    assert_eq!(rig.scribe.series(DURATION), expected);
    let overflow = [
        "{label=gen_ai_provider_name} 0",
        "{label=gen_ai_request_model} 0",
    ];
    assert_eq!(rig.scribe.series("bartizan_label_overflow_total"), overflow);
}

#[tokio::test]
async fn calls_end_with_their_runtime() {
    let rig = Rig::new();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a runtime");
    let started = std::sync::Arc::new(tokio::sync::Barrier::new(4));
    for _ in 0..3 {
        let started = std::sync::Arc::clone(&started);
        runtime.spawn(rig.chat().run(async move |_| {
            started.wait().await;
            std::future::pending::<Result<(), ()>>().await
        }));
    }
    started.wait().await;
    runtime.shutdown_background();
    let expected = [format!("{{{CHAT},error_type=cancelled}} 3")];
    for _ in 0..500 {
        if rig.risen(DURATION) == expected {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(rig.risen(DURATION), expected);
}
