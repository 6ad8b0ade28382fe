//! What is a stream, and how its bytes are read.

use http::{Response, StatusCode, header::CONTENT_ENCODING};

use super::support::{Feed, Rig, Step, advance, event_stream, get, head, typed, with_header};
use crate::observe::MediaTypes;

/// The same, and lines are streams too.
pub(super) fn of_lines(rig: Rig) -> Rig {
    let types = MediaTypes::event_streams()
        .and("application/x-ndjson")
        .and_then(|types| types.and("application/vnd.acme.log"))
        .expect("media types");
    Rig {
        layer: rig.layer.streams(types),
        ..rig
    }
}

fn one(rig: &Rig, name: &str, value: impl std::fmt::Display) {
    assert_eq!(
        rig.series(name),
        [format!("http_route=/chat {value}")],
        "{name}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_content_type_is_a_stream_in_any_case_and_with_parameters() {
    for content_type in [
        "text/event-stream",
        "Text/Event-Stream",
        "TEXT/EVENT-STREAM; charset=utf-8",
        "text/event-stream;charset=utf-8",
        "text/event-stream ; x=y",
        "text/event-stream\t",
    ] {
        let rig = Rig::new();
        let mut stream = rig.request(get("/chat"), typed(content_type));
        stream.say("data: x\n\n");
        stream.end();
        one(&rig, "sse_streams_started_total", 1);
        assert_eq!(
            rig.series("sse_events_total"),
            ["http_route=/chat event_type=message 1"],
            "{content_type}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn other_responses_are_untouched() {
    let rig = Rig::new();
    for content_type in [
        "application/x-ndjson",
        "text/event-streaming",
        "text/html, text/event-stream",
        "text",
        "",
    ] {
        let mut plain = rig.request(get("/chat"), typed(content_type));
        plain.say("data: x\n\n");
        plain.end();
    }
    rig.request(get("/chat"), Response::new(Feed::default()))
        .end();
    assert_eq!(rig.recorded.all(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_response_that_has_no_body_is_no_stream() {
    let rig = Rig::new();
    rig.request(head(), event_stream()).end();
    for status in [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED] {
        let mut response = event_stream();
        *response.status_mut() = status;
        drop(rig.request(get("/chat"), response));
    }
    assert_eq!(rig.recorded.all(), [""; 0]);
    // An error's stream is one.
    let mut response = event_stream();
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    rig.request(get("/chat"), response).end();
    one(&rig, "sse_streams_started_total", 1);
}

#[tokio::test(start_paused = true)]
async fn encoded_bytes_are_counted_and_not_read() {
    for encoding in ["gzip", "br", "x-unknown"] {
        let rig = Rig::new();
        let encoded = with_header(event_stream(), CONTENT_ENCODING, encoding);
        let mut stream = rig.request(get("/chat"), encoded);
        stream.say("data: looks like one\n\n");
        stream.say(": x\n\n");
        stream.end();
        one(&rig, "sse_frames_total", 2);
        one(&rig, "sse_body_bytes_total", 27);
        one(&rig, "sse_keepalives_total", 0);
        for name in [
            "sse_events_total",
            "sse_event_size_bytes",
            "sse_event_gap_seconds",
            "sse_time_to_first_event_seconds",
            "sse_streams_without_events_total",
        ] {
            assert_eq!(rig.risen(name), [""; 0], "{name}");
        }
        one(&rig, "sse_time_to_first_byte_seconds", "[0]");
    }
}

#[tokio::test(start_paused = true)]
async fn identity_is_no_encoding() {
    for content_type in [
        "text/event-stream",
        "application/x-ndjson",
        "application/vnd.acme.log",
    ] {
        let rig = of_lines(Rig::new());
        let plain = with_header(typed(content_type), CONTENT_ENCODING, "identity");
        rig.request(get("/chat"), plain).say("data: x\n\n");
        assert_eq!(
            rig.series("sse_events_total"),
            ["http_route=/chat event_type=message 1"],
            "{content_type}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn lines_are_events_of_the_type_message() {
    let rig = of_lines(Rig::new());
    let mut stream = rig.request(get("/chat"), typed("application/x-ndjson"));
    advance(1000).await;
    stream.say("{\"a\":1}\n{\"b\":2}\r\n\n  \n");
    advance(1000).await;
    stream.say("{\"c\":");
    stream.say("3}\n");
    stream.end();
    assert_eq!(
        rig.series("sse_events_total"),
        ["http_route=/chat event_type=message 3"]
    );
    one(&rig, "sse_event_size_bytes", "[8,9,8]");
    one(&rig, "sse_time_to_first_event_seconds", "[1]");
    one(&rig, "sse_event_gap_seconds", "[1]");
    one(&rig, "sse_keepalives_total", 0);
}

#[tokio::test(start_paused = true)]
async fn the_last_line_needs_no_newline() {
    let rig = of_lines(Rig::new());
    let mut stream = rig.request(get("/chat"), typed("application/x-ndjson"));
    advance(1000).await;
    stream.say("{\"a\":1}");
    assert_eq!(rig.risen("sse_events_total"), [""; 0]);
    advance(1000).await;
    stream.end();
    assert_eq!(
        rig.series("sse_events_total"),
        ["http_route=/chat event_type=message 1"]
    );
    one(&rig, "sse_event_size_bytes", "[7]");
    assert_eq!(rig.risen("sse_streams_without_events_total"), [""; 0]);
    one(&rig, "sse_time_to_first_event_seconds", "[2]");
}

#[tokio::test(start_paused = true)]
async fn a_last_line_that_is_let_go_of_is_no_event() {
    let rig = of_lines(Rig::new());
    let mut stream = rig.request(get("/chat"), typed("application/x-ndjson"));
    stream.say("{\"a\":1}");
    drop(stream);
    assert_eq!(
        rig.risen("sse_streams_without_events_total"),
        ["http_route=/chat close_reason=dropped 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_media_type_that_the_user_adds_is_one_of_lines() {
    let rig = of_lines(Rig::new());
    let mut stream = rig.request(get("/chat"), typed("application/VND.acme.log; v=1"));
    stream.say("one\ntwo\n: three\n\n");
    stream.end();
    assert_eq!(
        rig.series("sse_events_total"),
        ["http_route=/chat event_type=message 3"]
    );
    let encoded = with_header(typed("application/vnd.acme.log"), CONTENT_ENCODING, "gzip");
    rig.request(get("/chat"), encoded).say("one\n");
    assert_eq!(
        rig.series("sse_events_total"),
        ["http_route=/chat event_type=message 3"]
    );
}

#[tokio::test(start_paused = true)]
async fn trailers_end_a_stream_and_are_no_frame_of_data() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say("data: x\n\n");
    stream.feed.push(Step::Trailers);
    assert!(stream.poll().is_ready());
    one(&rig, "sse_frames_total", 1);
    one(&rig, "sse_streams_active", 0);
}

#[tokio::test(start_paused = true)]
async fn an_empty_frame_is_a_frame_without_bytes() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say("");
    stream.say("data: x\n\n");
    one(&rig, "sse_frames_total", 2);
    one(&rig, "sse_body_bytes_total", 9);
    one(&rig, "sse_time_to_first_byte_seconds", "[0]");
}
