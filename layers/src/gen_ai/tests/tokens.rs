//! The times of tokens, by the clock of the body.

use std::{pin::pin, time::Duration};

use tokio::time::advance;

use super::support::{
    CHAT, DURATION, Error, FIRST_TOKEN, PER_TOKEN, Rig, Script, Step, USAGE, frame,
};
use crate::gen_ai::{GenAiBuilder, Tokens};

/// A stream whose frames come one by one, so many milliseconds after the one before. Dropped after the last.
async fn stream(rig: &Rig, tokens: Tokens, frames: &[(u64, &'static str)]) {
    let steps = frames.iter().map(|(_, data)| Step::Data(data)).collect();
    let script = Script {
        steps,
        ..Script::default()
    };
    let mut body = pin!(rig.chat().stream(script, tokens));
    for (millis, _) in frames {
        advance(Duration::from_millis(*millis)).await;
        assert!(frame(body.as_mut()).is_ready());
    }
    advance(Duration::from_millis(500)).await;
    assert!(frame(body.as_mut()).is_ready());
}

fn marked(options: GenAiBuilder) -> GenAiBuilder {
    options.end_data("[DONE]").end_type("message_stop")
}

fn close(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-9, "{value}, not {expected}");
}

#[tokio::test(start_paused = true)]
async fn keep_alives_and_end_markers_are_none() {
    let rig = Rig::with(marked);
    let frames = [
        (100, ": hello\n\n"),
        (100, "event: ping\ndata: {}\n\n"),
        (100, "data: a\n\n"),
        (40, "event: heartbeat\ndata: x\n\n"),
        (40, "data: b\n\ndata: c\n\n"),
        (20, ": still there\n\n"),
        (40, "data: d\n\n"),
        (200, "data: [DONE]\n\n"),
        (200, "event: message_stop\ndata: {}\n\n"),
    ];
    stream(&rig, Tokens::PerEvent, &frames).await;
    assert_eq!(rig.risen(FIRST_TOKEN), [format!("{{{CHAT}}} 1")]);
    close(rig.sum(FIRST_TOKEN), 0.3);
    assert_eq!(rig.risen(PER_TOKEN), [format!("{{{CHAT}}} 1")]);
    // Four tokens: three after the first, in 140 ms.
    close(rig.sum(PER_TOKEN), 0.14 / 3.0);
    // What was counted is the output, for none was told.
    assert_eq!(
        rig.risen(USAGE),
        [format!("{{{CHAT},gen_ai_token_type=output}} 1")]
    );
    close(rig.sum(USAGE), 4.0);
    assert_eq!(rig.risen(DURATION), [format!("{{{CHAT}}} 1")]);
    close(rig.sum(DURATION), 1.34);
}

#[tokio::test(start_paused = true)]
async fn an_event_in_two_frames_is_a_token_when_it_is_complete() {
    let rig = Rig::new();
    let frames = [
        (100, "data: a"),
        (50, "\n"),
        (50, "\ndata: b"),
        (100, "\n\n"),
    ];
    stream(&rig, Tokens::PerEvent, &frames).await;
    close(rig.sum(FIRST_TOKEN), 0.2);
    close(rig.sum(PER_TOKEN), 0.1);
}

#[tokio::test(start_paused = true)]
async fn events_of_one_type_may_be_the_tokens() {
    let rig = Rig::with(marked);
    let frames = [
        (10, "event: message_start\ndata: {}\n\n"),
        (10, "event: delta\ndata: {}\n\n"),
        (10, "event: delta\ndata: {}\n\n"),
        (10, "event: message_delta\ndata: {}\n\n"),
        (10, "event: message_stop\ndata: {}\n\n"),
    ];
    stream(&rig, Tokens::PerEventOf("delta"), &frames).await;
    close(rig.sum(FIRST_TOKEN), 0.02);
    close(rig.sum(PER_TOKEN), 0.01);
    close(rig.sum(USAGE), 2.0);
}

#[tokio::test(start_paused = true)]
async fn or_lines() {
    let rig = Rig::new();
    let frames = [
        (10, "{\"response\":\"a\"}\n"),
        (30, "{\"response\":\"b\"}\n"),
    ];
    stream(&rig, Tokens::PerLine, &frames).await;
    close(rig.sum(FIRST_TOKEN), 0.01);
    close(rig.sum(PER_TOKEN), 0.03);
}

#[tokio::test(start_paused = true)]
async fn without_the_user_s_word_no_event_is_a_token() {
    let rig = Rig::new();
    stream(
        &rig,
        Tokens::Untold,
        &[(10, "data: a\n\n"), (10, "data: b\n\n")],
    )
    .await;
    assert_eq!(rig.scribe.series(FIRST_TOKEN), [""; 0]);
    assert_eq!(rig.scribe.series(PER_TOKEN), [""; 0]);
    assert_eq!(rig.scribe.series(USAGE), [""; 0]);
    assert_eq!(rig.risen(DURATION), [format!("{{{CHAT}}} 1")]);
}

#[tokio::test(start_paused = true)]
async fn one_token_has_no_time_per_token() {
    let rig = Rig::new();
    stream(&rig, Tokens::PerEvent, &[(10, "data: a\n\n")]).await;
    close(rig.sum(FIRST_TOKEN), 0.01);
    assert_eq!(rig.scribe.series(PER_TOKEN), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_did_not_succeed_has_no_times_and_was_paid_for() {
    let rig = Rig::with(marked);
    // Its end marker never came.
    stream(
        &rig,
        Tokens::PerEvent,
        &[(10, "data: a\n\n"), (10, "data: b\n\n")],
    )
    .await;
    assert_eq!(
        rig.risen(DURATION),
        [format!("{{{CHAT},error_type=incomplete}} 1")]
    );
    assert_eq!(rig.scribe.series(FIRST_TOKEN), [""; 0]);
    assert_eq!(rig.scribe.series(PER_TOKEN), [""; 0]);
    close(rig.sum(USAGE), 2.0);
}

#[tokio::test(start_paused = true)]
async fn times_are_since_the_call_began_and_not_since_its_body() {
    let rig = Rig::new();
    let body = rig.chat().run(async |call| {
        tokio::time::sleep(Duration::from_millis(700)).await;
        Ok::<_, Error>(call.stream(Script::data(["data: a\n\n"]), Tokens::PerEvent))
    });
    let mut body = pin!(body.await.expect("a body"));
    advance(Duration::from_millis(50)).await;
    assert!(frame(body.as_mut()).is_ready());
    assert!(frame(body.as_mut()).is_ready());
    close(rig.sum(FIRST_TOKEN), 0.75);
}

#[tokio::test(start_paused = true)]
async fn tokens_may_be_told_by_hand() {
    let rig = Rig::new();
    let run = rig.chat().run(async |call| {
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            call.token();
        }
        call.output_tokens(6);
        Ok::<_, Error>(())
    });
    run.await.expect("no error");
    close(rig.sum(FIRST_TOKEN), 0.02);
    close(rig.sum(PER_TOKEN), 0.02);
    // What was told counts more than what was counted.
    close(rig.sum(USAGE), 6.0);
}

#[tokio::test(start_paused = true)]
async fn or_the_first_alone() {
    let rig = Rig::new();
    let run = rig.chat().run(async |call| {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            call.first_token();
        }
        Ok::<_, Error>(())
    });
    run.await.expect("no error");
    close(rig.sum(FIRST_TOKEN), 0.02);
    assert_eq!(rig.scribe.series(PER_TOKEN), [""; 0]);
    assert_eq!(rig.scribe.series(USAGE), [""; 0]);
}
