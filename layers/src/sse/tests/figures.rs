//! Every figure of streams whose script is known.

use std::time::Duration;

use http::Request;
use tower::{Service, service_fn};
use tower_layer::Layer;

use super::support::{Error, Rig, Step, Stream, advance, event_stream, get};

#[tokio::test(start_paused = true)]
async fn a_stream_is_started_and_open_until_its_end() {
    let rig = Rig::new();
    let one = rig.open();
    let two = rig.request(get("/feed/7"), event_stream());
    assert_eq!(
        rig.series("sse_streams_active"),
        ["http_route=/chat 1", "http_route=/feed/{id} 1"]
    );
    one.end();
    drop(two);
    assert_eq!(
        rig.series("sse_streams_active"),
        ["http_route=/chat 0", "http_route=/feed/{id} 0"]
    );
    assert_eq!(
        rig.series("sse_streams_started_total"),
        ["http_route=/chat 1", "http_route=/feed/{id} 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn times_are_counted_from_the_request_and_durations_from_the_head() {
    let rig = Rig::new();
    let mut stream = rig.open();
    advance(250).await;
    stream.say(": hello\n\n");
    advance(750).await;
    stream.say("data: one\n\n");
    advance(500).await;
    stream.say("event: ping\ndata: x\n\n");
    advance(500).await;
    stream.say("data: two\n\ndata: three\n\n");
    advance(2000).await;
    stream.say("data: half");
    advance(1000).await;
    stream.say("\n\n");
    advance(1000).await;
    stream.end();
    let one = |name, value| assert_eq!(rig.risen(name), [format!("http_route=/chat {value}")]);
    one("sse_time_to_first_byte_seconds", "[0.25]");
    one("sse_time_to_first_event_seconds", "[1]");
    one("sse_event_gap_seconds", "[1,3]");
    assert_eq!(
        rig.risen("sse_stream_duration_seconds"),
        ["http_route=/chat close_reason=completed [6]"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_head_that_takes_its_time_is_in_the_times_and_not_in_the_duration() {
    let rig = Rig::new();
    let response = event_stream();
    let feed = response.body().clone();
    let mut response = Some(response);
    let mut service = rig.layer.layer(service_fn(move |_: Request<()>| {
        let response = response.take().expect("one request");
        async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok::<_, Error>(response)
        }
    }));
    let answer = service.call(get("/chat")).await;
    let mut stream = Stream {
        body: answer.expect("a response").into_body(),
        feed,
        handle: None,
    };
    advance(1000).await;
    stream.say("data: x\n\n");
    stream.end();
    let one = |name, value| assert_eq!(rig.risen(name), [format!("http_route=/chat {value}")]);
    one("sse_time_to_first_byte_seconds", "[3]");
    one("sse_time_to_first_event_seconds", "[3]");
    assert_eq!(
        rig.risen("sse_stream_duration_seconds"),
        ["http_route=/chat close_reason=completed [1]"]
    );
}

#[tokio::test(start_paused = true)]
async fn events_that_come_with_the_request_are_the_first_ones() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say("data: at once\n\n");
    stream.say("data: and again\n\n");
    advance(1000).await;
    stream.say("data: later\n\n");
    assert_eq!(
        rig.risen("sse_time_to_first_event_seconds"),
        ["http_route=/chat [0]"],
        "one first event, and no more"
    );
    assert_eq!(
        rig.risen("sse_event_gap_seconds"),
        ["http_route=/chat [0,1]"]
    );
}

#[tokio::test(start_paused = true)]
async fn frames_bytes_events_and_keepalives_are_counted_as_they_pass() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say("data: one\n\n");
    stream.say(": a comment\n\n");
    stream.say("event: ping\ndata: 1\n\nevent: heartbeat\ndata: 2\n\n");
    stream.say(
        "event: delta\ndata: a\n\nevent: delta\ndata: b\n\ndata: c\n\nevent: delta\ndata: d\n\n",
    );
    stream.say("event: delta\nda");
    stream.say("ta: cut\n\n");
    let one = |name, value| assert_eq!(rig.risen(name), [format!("http_route=/chat {value}")]);
    one("sse_frames_total", 6);
    one("sse_body_bytes_total", 11 + 13 + 47 + 75 + 15 + 9);
    one("sse_keepalives_total", 3);
    assert_eq!(
        rig.series("sse_events_total"),
        [
            "http_route=/chat event_type=delta 4",
            "http_route=/chat event_type=message 2"
        ]
    );
    assert_eq!(
        stream.feed.polls(),
        6,
        "the service is asked as often as the client asks"
    );
    // What is under way counts: nothing waits for the end.
    assert_eq!(rig.series("sse_streams_active"), ["http_route=/chat 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_size_is_what_the_event_takes_on_the_wire() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say("data: one\n\n");
    stream.say(": comment\nid: 7\ndata: x\n\n");
    stream.say("data: x\r\n\r\n");
    stream.say("event: ping\ndata: none\n\n");
    stream.say("data: a");
    stream.say("b\ndata: c\n\n");
    assert_eq!(
        rig.risen("sse_event_size_bytes"),
        ["http_route=/chat [11,25,10,18]"]
    );
}

#[tokio::test(start_paused = true)]
async fn gaps_and_sizes_can_be_left_out_and_sizes_told_apart() {
    let script = |rig: &Rig| {
        let mut stream = rig.open();
        stream.say("data: one\n\n");
        stream.say("event: delta\ndata: two\n\n");
    };
    let rig = Rig::with(|options| options.event_gap(false).event_size(false));
    script(&rig);
    assert_eq!(rig.series("sse_event_gap_seconds"), [""; 0]);
    assert_eq!(rig.series("sse_event_size_bytes"), [""; 0]);
    let rig = Rig::with(|options| options.size_by_type());
    script(&rig);
    assert_eq!(
        rig.risen("sse_event_size_bytes"),
        [
            "http_route=/chat event_type=delta [24]",
            "http_route=/chat event_type=message [11]"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_comes_back_says_so_with_the_last_event_id() {
    let rig = Rig::new();
    rig.open().end();
    assert_eq!(rig.series("sse_reconnects_total"), ["http_route=/chat 0"]);
    for value in ["7", ""] {
        let mut request = get("/chat");
        let value = value.parse().expect("a value");
        request.headers_mut().insert("Last-Event-ID", value);
        rig.request(request, event_stream()).end();
    }
    assert_eq!(rig.series("sse_reconnects_total"), ["http_route=/chat 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_a_tenth_of_a_second_is_backpressure_and_a_shorter_one_is_not() {
    let rig = Rig::new();
    let mut stream = rig.open();
    advance(1).await;
    stream.say("data: x\n\n");
    advance(99).await;
    stream.say("data: x\n\n");
    assert_eq!(rig.risen("sse_backpressure_seconds"), [""; 0]);
    advance(100).await;
    stream.say("data: x\n\n");
    advance(2500).await;
    stream.idle();
    // Nothing is handed over now: the service is waited for, and not the client.
    advance(9000).await;
    stream.say("data: x\n\n");
    stream.idle();
    assert_eq!(
        rig.risen("sse_backpressure_seconds"),
        ["http_route=/chat [0.1,2.5]"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_handed_over_with_the_request_waits_as_long_as_any() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say("data: x\n\n");
    advance(100).await;
    stream.idle();
    assert_eq!(
        rig.risen("sse_backpressure_seconds"),
        ["http_route=/chat [0.1]"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_keepalives_alone_is_one_without_events() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say(": still here\n\n");
    stream.say("event: ping\ndata: x\n\n");
    stream.say("data: cut off");
    drop(stream);
    rig.open().fail();
    let mut stream = rig.open();
    stream.say("data: x\n\n");
    stream.end();
    assert_eq!(
        rig.risen("sse_streams_without_events_total"),
        [
            "http_route=/chat close_reason=body_error 1",
            "http_route=/chat close_reason=dropped 1"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn durations_tell_why_and_errors_whose_fault_is_the_servers() {
    let rig = Rig::new();
    rig.open().end();
    rig.open().fail();
    drop(rig.open());
    let mut late = rig.open();
    late.feed.push(Step::TimedOut);
    assert!(late.poll().is_ready());
    let mut stream = rig.open();
    stream.feed.push(Step::Panic);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(stream.poll())));
    assert!(panicked.is_err());
    drop(stream);
    let ends = ["body_error", "completed", "dropped", "panic", "timeout"];
    assert_eq!(
        rig.risen("sse_stream_duration_seconds"),
        ends.map(|end| format!("http_route=/chat close_reason={end} [0]"))
    );
    let faults = ["body_error", "panic", "timeout"];
    assert_eq!(
        rig.risen("sse_errors_total"),
        faults.map(|end| format!("http_route=/chat reason={end} 1"))
    );
    assert_eq!(rig.series("sse_streams_active"), ["http_route=/chat 0"]);
}
