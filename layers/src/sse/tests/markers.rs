//! Declared end markers: a stream that completes without one is incomplete.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};

use super::support::{Rig, Step, Stream, event_stream, get, typed, with_header};
use crate::{label::Fault, observe::StreamHandles, sse::SseBuilder};

/// Why each stream of a rig ended, and what of it is an error.
fn ends(rig: &Rig) -> (Vec<String>, Vec<String>) {
    let strip = |lines: Vec<String>, label: &str| {
        let lines = lines.into_iter();
        lines
            .map(|line| line.replace(&format!("http_route=/chat {label}="), ""))
            .collect()
    };
    (
        strip(rig.risen("sse_stream_duration_seconds"), "close_reason"),
        strip(rig.risen("sse_errors_total"), "reason"),
    )
}

/// How a stream of these frames ends, once the service says that it does.
fn end_of(rig: &Rig, frames: &[&str]) -> String {
    let mut stream = rig.open();
    frames.iter().for_each(|frame| stream.say(frame));
    stream.end();
    let (mut ends, _) = ends(rig);
    assert_eq!(ends.len(), 1, "{ends:?}");
    ends.remove(0).replace(" [0]", "")
}

fn assert_end(options: fn(SseBuilder) -> SseBuilder, frames: &[&str], expected: &str) {
    assert_eq!(end_of(&Rig::with(options), frames), expected, "{frames:?}");
}

#[tokio::test(start_paused = true)]
async fn a_marker_is_a_type() {
    let options = |options: SseBuilder| options.end_type("message_stop");
    let stop = "event: message_stop\ndata: {}\n\n";
    assert_end(options, &["data: x\n\n", stop], "completed");
    assert_end(options, &[stop, "data: x\n\n"], "completed");
    assert_end(
        options,
        &["event: message_", "stop\ndata: {}\n\n"],
        "completed",
    );
    assert_end(options, &["data: x\n\n"], "incomplete");
    assert_end(options, &[], "incomplete");
    assert_end(options, &["event: message_sto\ndata: {}\n\n"], "incomplete");
    assert_end(options, &["event: message_stop\n\n"], "incomplete");
    assert_end(options, &["event: message_stop\ndata: cut\n"], "incomplete");
    assert_end(options, &["data: message_stop\n\n"], "incomplete");
}

#[tokio::test(start_paused = true)]
async fn a_marker_is_data() {
    let options = |options: SseBuilder| options.end_data("[DONE]");
    assert_end(options, &["data: [DONE]\n\n"], "completed");
    assert_end(options, &["data:[DONE]\r\n\r\n"], "completed");
    assert_end(options, &["event: x\ndata: [DONE]\n\n"], "completed");
    assert_end(options, &["data: x\n\ndata: [DO", "NE]\n\n"], "completed");
    assert_end(options, &["data: [DONE] \n\n"], "incomplete");
    assert_end(options, &["data: x[DONE]\n\n"], "incomplete");
    assert_end(options, &["data: [DONE]\ndata: x\n\n"], "incomplete");
    assert_end(options, &["event: [DONE]\ndata: x\n\n"], "incomplete");
    assert_end(options, &[": [DONE]\n\n"], "incomplete");
}

#[tokio::test(start_paused = true)]
async fn any_one_of_several_markers_will_do() {
    let options = |options: SseBuilder| {
        let options = options.end_type("done").end_type("error");
        options.end_data("[DONE]").end_data("0123456789abcdef")
    };
    for last in [
        "event: done\ndata: x\n\n",
        "event: error\ndata: x\n\n",
        "data: [DONE]\n\n",
        "data: 0123456789abcdef\n\n",
    ] {
        assert_end(options, &["event: done1\ndata: x\n\n", last], "completed");
    }
    assert_end(options, &["data: 0123456789abcdefg\n\n"], "incomplete");
}

#[tokio::test(start_paused = true)]
async fn the_marker_may_be_of_the_type_message() {
    let options = |options: SseBuilder| options.end_type("message");
    assert_end(options, &["data: x\n\n"], "completed");
    assert_end(options, &["event: message\ndata: x\n\n"], "completed");
    assert_end(options, &["event: other\ndata: x\n\n"], "incomplete");
}

#[tokio::test(start_paused = true)]
async fn a_marker_of_a_type_that_ran_over_or_is_not_in_the_list_is_one_all_the_same() {
    let over = |options: SseBuilder| options.event_type_cap(1).end_type("done");
    assert_end(
        over,
        &["event: a\ndata: x\n\nevent: done\ndata: x\n\n"],
        "completed",
    );
    let other = |options: SseBuilder| options.event_types(["a"]).end_type("done");
    let frames = ["event: done\ndata: x\n\n", "event: done\ndata: x\n\n"];
    assert_end(other, &frames, "completed");
}

#[tokio::test(start_paused = true)]
async fn without_markers_no_stream_is_incomplete() {
    assert_end(|options| options, &[], "completed");
}

#[tokio::test(start_paused = true)]
async fn only_what_completes_is_incomplete() {
    let rig = Rig::with(|options| options.end_type("done"));
    rig.open().fail();
    drop(rig.open());
    let late = rig.open();
    late.feed.push(Step::TimedOut);
    let mut late = late;
    assert!(late.poll().is_ready());
    let short = with_header(event_stream(), CONTENT_LENGTH, "100");
    rig.request(get("/chat"), short).end();
    let (ends, errors) = ends(&rig);
    assert_eq!(
        ends,
        [
            "body_error [0]",
            "dropped [0]",
            "length_mismatch [0]",
            "timeout [0]"
        ]
    );
    assert_eq!(errors, ["body_error 1", "length_mismatch 1", "timeout 1"]);
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_stream_is_the_servers_fault() {
    let rig = Rig::with(|options| options.end_type("done"));
    rig.open().end();
    let (ends, errors) = ends(&rig);
    assert_eq!(ends, ["incomplete [0]"]);
    assert_eq!(errors, ["incomplete 1"]);
    assert_eq!(
        rig.risen("sse_streams_without_events_total"),
        ["http_route=/chat close_reason=incomplete 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_declared_reason_goes_before_incomplete() {
    let handles = StreamHandles::new().reason("quota", Fault::Client);
    let rig = Rig::with(|options| options.end_type("done")).handles(handles.expect("a name"));
    let end = |stream: Stream| {
        let handle = stream.handle.clone().expect("a handle");
        handle.end_with("quota").expect("it is declared");
        stream.end();
    };
    end(rig.open());
    let (ends, errors) = ends(&rig);
    assert_eq!(ends, ["quota [0]"]);
    assert_eq!(errors, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn where_an_encoding_hides_the_events_a_marker_is_not_missed() {
    let rig = Rig::with(|options| options.end_type("done"));
    let encoded = with_header(event_stream(), CONTENT_ENCODING, "gzip");
    let mut stream = rig.request(get("/chat"), encoded);
    stream.say("data: x\n\n");
    stream.end();
    assert_eq!(ends(&rig).0, ["completed [0]"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_line_of_lines_may_be_the_marker_without_its_newline() {
    for (last, expected) in [("[DONE]", "completed"), ("[DONE", "incomplete")] {
        let rig = Rig::with(|options| options.end_data("[DONE]"));
        let rig = super::formats::of_lines(rig);
        let mut stream = rig.request(get("/chat"), typed("application/x-ndjson"));
        stream.say("{}\n");
        stream.say(last);
        stream.end();
        assert_eq!(ends(&rig).0, [format!("{expected} [0]")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_keepalive_whose_data_are_the_marker_ends_the_stream_too() {
    let options = |options: SseBuilder| options.end_data("[DONE]");
    assert_end(options, &["event: ping\ndata: [DONE]\n\n"], "completed");
}
