//! Each way in which a call's stream ends is recorded once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

use futures_util::StreamExt;

use super::support::{
    Bomb, CHAT, DURATION, Error, FIRST_TOKEN, PER_TOKEN, Rig, Script, Step, drain, frame, poll,
    tell,
};
use crate::gen_ai::{CallBody, Operation, Provider, Tokens};

const TOKEN: &str = "data: a\n\n";
const DONE: &str = "data: [DONE]\n\n";

/// A stream, how often it is polled, what it comes to without a marker declared, and with one.
type Case = (
    &'static str,
    Script,
    usize,
    Option<&'static str>,
    Option<&'static str>,
);

fn cases() -> Vec<Case> {
    use Step::{Data, Fail, Hang, Panic, TimeOut, Trailers};

    let whole = || Script::data([TOKEN, DONE]);
    let cut = || Script::data([TOKEN, TOKEN]);
    let bomb = Script {
        _bomb: Some(Bomb),
        ..Script::of([Data(TOKEN), Hang])
    };
    let (incomplete, cancelled) = (Some("incomplete"), Some("cancelled"));
    let failed = Some("body_error");
    vec![
        ("whole", whole(), 9, None, None),
        ("knows its end", whole().knowing_its_end(), 2, None, None),
        ("no marker", cut(), 9, None, incomplete),
        (
            "knows its end, no marker",
            cut().knowing_its_end(),
            2,
            None,
            incomplete,
        ),
        ("empty", Script::data([]), 9, None, incomplete),
        (
            "empty, never polled",
            Script::data([]).knowing_its_end(),
            0,
            None,
            incomplete,
        ),
        (
            "trailers",
            Script::of([Data(DONE), Trailers]),
            2,
            None,
            None,
        ),
        ("fails", Script::of([Data(TOKEN), Fail]), 9, failed, failed),
        (
            "times out",
            Script::of([TimeOut]),
            9,
            Some("timeout"),
            Some("timeout"),
        ),
        (
            "fails after its marker",
            Script::of([Data(DONE), Fail]),
            9,
            failed,
            None,
        ),
        ("dropped half-way", cut(), 1, cancelled, cancelled),
        (
            "dropped after its marker",
            Script::of([Data(DONE), Hang]),
            2,
            cancelled,
            None,
        ),
        (
            "marker in two frames",
            Script::data(["data: [DO", "NE]\n\n"]),
            9,
            None,
            None,
        ),
        ("never polled", whole(), 0, cancelled, cancelled),
        (
            "panics",
            Script::of([Data(TOKEN), Panic]),
            9,
            Some("panic"),
            Some("panic"),
        ),
        ("panics in its drop", bomb, 2, Some("panic"), Some("panic")),
    ]
}

/// Polls at most so often, and lets go of it. Panics end here.
fn consume(body: impl FnOnce() -> CallBody<Script>, polls: usize) {
    let run = AssertUnwindSafe(|| {
        let mut body = Box::pin(body());
        tell(body.call());
        for _ in 0..polls {
            if !matches!(frame(body.as_mut()), Poll::Ready(Some(Ok(_)))) {
                break;
            }
        }
    });
    let _ = catch_unwind(run);
}

fn rig(is_marked: bool) -> Rig {
    Rig::with(|options| {
        if is_marked {
            options.end_data("[DONE]").end_type("message_stop")
        } else {
            options
        }
    })
}

#[test]
fn by_itself() {
    for is_marked in [false, true] {
        for (what, script, polls, plain, marked) in cases() {
            let rig = rig(is_marked);
            consume(|| rig.chat().stream(script, Tokens::Untold), polls);
            rig.check(if is_marked { marked } else { plain }, &what);
        }
    }
}

#[test]
fn handed_on_by_a_future() {
    for is_marked in [false, true] {
        for (what, script, polls, plain, marked) in cases() {
            let rig = rig(is_marked);
            let mut future = Box::pin(
                rig.chat()
                    .run(async |call| Ok::<_, Error>(call.stream(script, Tokens::Untold))),
            );
            let Poll::Ready(Ok(body)) = poll(future.as_mut()) else {
                panic!("it is ready");
            };
            drop(future);
            assert_eq!(rig.risen(DURATION), [""; 0], "{what}");
            consume(|| body, polls);
            rig.check(if is_marked { marked } else { plain }, &what);
        }
    }
}

#[test]
fn polls_after_the_end_are_the_body_s_own() {
    let rig = rig(false);
    let mut body = pin!(
        rig.chat()
            .stream(Script::of([Step::Fail, Step::Data(TOKEN)]), Tokens::Untold)
    );
    tell(body.call());
    assert!(matches!(frame(body.as_mut()), Poll::Ready(Some(Err(_)))));
    rig.check(Some("body_error"), &"at once");
    assert!(matches!(frame(body.as_mut()), Poll::Ready(Some(Ok(_)))));
    assert!(matches!(frame(body.as_mut()), Poll::Ready(None)));
    rig.check(Some("body_error"), &"and once");
}

#[test]
fn a_future_that_runs_has_the_last_word() {
    // It made do with a part, or tried again.
    let rig = rig(true);
    let mut future = Box::pin(rig.chat().run(async |call| {
        tell(&call);
        drop(call.stream(Script::of([Step::Fail]), Tokens::Untold));
        Ok::<_, Error>(())
    }));
    assert!(poll(future.as_mut()).is_ready());
    rig.check(None, &"made do");

    let rig = self::rig(true);
    let mut future = Box::pin(rig.chat().run(async |call| {
        let mut body = pin!(call.stream(Script::data([DONE]), Tokens::Untold));
        drain(body.as_mut());
        // The last event has what was used.
        tell(&call);
        Err::<(), Error>("not what was asked for".into())
    }));
    assert!(poll(future.as_mut()).is_ready());
    rig.check(Some("_OTHER"), &"refused");
}

#[test]
fn a_future_that_fails_does_not_wait_for_its_stream() {
    let rig = rig(false);
    let kept = std::cell::RefCell::new(None);
    let mut future = Box::pin(rig.chat().run(async |call| {
        tell(&call);
        kept.replace(Some(call.stream(Script::data([TOKEN]), Tokens::PerEvent)));
        Err::<(), Error>("it failed".into())
    }));
    assert!(poll(future.as_mut()).is_ready());
    rig.check(Some("_OTHER"), &"at once");
    drain(Box::pin(kept.take().expect("it ran")).as_mut());
    rig.check(Some("_OTHER"), &"and once");
}

#[test]
fn a_future_that_is_let_go_of_with_its_stream_is_one_call() {
    let rig = rig(false);
    let mut future = Box::pin(rig.chat().run(async |call| {
        tell(&call);
        let mut body = pin!(call.stream(
            Script::of([Step::Data(TOKEN), Step::Hang]),
            Tokens::PerEvent
        ));
        drain(body.as_mut());
        std::future::pending::<Result<(), Error>>().await
    }));
    assert!(poll(future.as_mut()).is_pending());
    drop(future);
    rig.check(Some("cancelled"), &"both");
}

#[test]
fn of_two_streams_the_last_or_the_one_that_fails_ends_the_call() {
    for (second, error) in [
        (Script::data([TOKEN]), None),
        (Script::of([Step::Fail]), Some("body_error")),
    ] {
        let rig = rig(false);
        let mut future = Box::pin(rig.chat().run(async |call| {
            tell(&call);
            let first = call.stream(Script::data([TOKEN]), Tokens::Untold);
            Ok::<_, Error>((first, call.stream(second, Tokens::Untold)))
        }));
        let Poll::Ready(Ok((first, second))) = poll(future.as_mut()) else {
            panic!("it is ready");
        };
        drain(Box::pin(second).as_mut());
        if error.is_none() {
            assert_eq!(rig.risen(DURATION), [""; 0]);
        }
        drain(Box::pin(first).as_mut());
        rig.check(error, &error);
    }
}

#[test]
fn what_is_read_in_the_last_frame_can_still_be_told() {
    let rig = rig(false);
    let mut body = Box::pin(
        rig.chat()
            .stream(Script::data([TOKEN]).knowing_its_end(), Tokens::Untold),
    );
    assert!(matches!(frame(body.as_mut()), Poll::Ready(Some(Ok(_)))));
    assert!(http_body::Body::is_end_stream(&*body));
    assert_eq!(rig.risen(DURATION), [""; 0]);
    tell(body.call());
    drop(body);
    rig.check(None, &"last frame");
}

#[tokio::test(start_paused = true)]
async fn the_service_s_own_stream_is_one() {
    use axum::{
        Router,
        body::Body,
        response::{IntoResponse, Sse, sse::Event},
        routing::get,
    };
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    let rig = rig(true);
    let gen_ai = rig.gen_ai.clone();
    let answer = async move || {
        let new = gen_ai.call(Operation::Chat, Provider::OPENAI, "gpt-5");
        let run = new.run(async |call| {
            let events = ["a", "b", "[DONE]"].map(|data| Event::default().data(data));
            let events = futures_util::stream::iter(events).then(async |event| {
                tokio::time::sleep(Duration::from_millis(250)).await;
                Ok::<_, Error>(event)
            });
            tell(&call);
            let response = Sse::new(events).into_response();
            Ok::<_, Error>(response.map(|body| Body::new(call.stream(body, Tokens::PerEvent))))
        });
        run.await.expect("no error")
    };
    let app = Router::new().route("/", get(answer));
    let request = http::Request::new(Body::empty());
    let response = app.oneshot(request).await.expect("an answer");
    let text = response.into_body().collect().await.expect("a body");
    assert_eq!(text.to_bytes(), "data: a\n\ndata: b\n\ndata: [DONE]\n\n");
    rig.check(None, &"axum");
    assert_eq!(rig.risen(FIRST_TOKEN), [format!("{{{CHAT}}} 1")]);
    assert_eq!(rig.sum(FIRST_TOKEN), 0.25);
    assert_eq!(rig.sum(PER_TOKEN), 0.25);
}

#[test]
fn how_a_stream_may_end_is_registered_with_the_first() {
    let rig = rig(true);
    consume(
        || rig.chat().stream(Script::data([DONE]), Tokens::Untold),
        9,
    );
    let errors = ["body_error", "cancelled", "incomplete", "panic", "timeout"];
    let errors = errors.map(|error| format!("{{{CHAT},error_type={error}}} 0"));
    let series = rig.scribe.series(DURATION);
    assert_eq!(series[..5], errors);
    assert_eq!(series[5..], [format!("{{{CHAT}}} 1")]);
}
