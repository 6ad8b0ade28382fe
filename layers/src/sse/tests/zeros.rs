//! What the first stream of a route registers at 0, so that a first rise shows in a rate.

use super::support::{Rig, event_stream, get, typed};
use crate::{
    label::{End, Fault},
    observe::StreamHandles,
    sse::Cause,
};

/// The close reasons of a stream.
const REASONS: [&str; 12] = [
    "body_error",
    "client_disconnect",
    "completed",
    "dropped",
    "incomplete",
    "layer_error",
    "length_mismatch",
    "panic",
    "server_closed",
    "server_shutdown",
    "timeout",
    "unknown",
];

/// Those of them that are the server's fault, and what is no close reason.
const ERRORS: [&str; 7] = [
    "body_error",
    "incomplete",
    "layer_error",
    "length_mismatch",
    "panic",
    "serialization_error",
    "timeout",
];

fn at_zero(label: &str, values: &[&str]) -> Vec<String> {
    let lines = values.iter();
    lines
        .map(|value| format!("http_route=/chat {label}={value} 0"))
        .collect()
}

fn declared() -> StreamHandles {
    StreamHandles::new()
        .reason("quota", Fault::Client)
        .and_then(|handles| handles.reason("model_error", Fault::Server))
        .and_then(|handles| handles.reason("maintenance", Fault::Planned))
        .expect("names that fit")
}

#[test]
fn the_closed_sets_of_a_route_are_registered_with_its_first_stream() {
    let rig = Rig::new();
    assert_eq!(rig.recorded.all(), [""; 0], "nothing before a stream");
    let _open = rig.open();
    assert_eq!(
        rig.series("sse_streams_without_events_total"),
        at_zero("close_reason", &REASONS)
    );
    assert_eq!(rig.series("sse_errors_total"), at_zero("reason", &ERRORS));
    let empty = REASONS.map(|reason| format!("http_route=/chat close_reason={reason} []"));
    assert_eq!(rig.series("sse_stream_duration_seconds"), empty);
    let causes = ["no_event", "no_first_event", "not_polled", "write_blocked"];
    assert_eq!(rig.series("sse_streams_stalled"), at_zero("cause", &causes));
    for name in [
        "sse_keepalives_total",
        "sse_reconnects_total",
        "sse_frames_total",
        "sse_body_bytes_total",
    ] {
        assert_eq!(rig.series(name), ["http_route=/chat 0"], "{name}");
    }
    assert_eq!(
        rig.series("sse_events_total"),
        ["http_route=/chat event_type=message 0"]
    );
    assert_eq!(
        rig.series("bartizan_label_overflow_total"),
        ["label=event_type 0"]
    );
}

#[test]
fn a_second_stream_registers_nothing_and_a_second_route_its_own() {
    let rig = Rig::new();
    rig.open().end();
    let series = rig.recorded.all().len();
    rig.open().end();
    assert_eq!(rig.recorded.all().len(), series);
    rig.request(get("/feed/1"), event_stream()).end();
    assert_eq!(
        rig.recorded.all().len(),
        2 * series - 1,
        "all but the overflow"
    );
    rig.request(get("/other"), event_stream()).end();
    assert_eq!(
        rig.risen("sse_streams_started_total"),
        [
            "http_route=/chat 2",
            "http_route=/feed/{id} 1",
            "http_route={unmatched} 1"
        ]
    );
}

#[test]
fn declared_reasons_are_registered_too_and_as_errors_if_they_are_the_servers() {
    let rig = Rig::new().handles(declared());
    let _open = rig.open();
    let mut reasons = REASONS.to_vec();
    reasons.extend(["quota", "model_error", "maintenance"]);
    reasons.sort_unstable();
    assert_eq!(
        rig.series("sse_streams_without_events_total"),
        at_zero("close_reason", &reasons)
    );
    assert_eq!(rig.series("sse_stream_duration_seconds").len(), 15);
    let mut errors = ERRORS.to_vec();
    errors.push("model_error");
    errors.sort_unstable();
    assert_eq!(rig.series("sse_errors_total"), at_zero("reason", &errors));
}

#[test]
fn the_sets_are_those_of_the_vocabulary() {
    let before_the_head = [End::CancelledBeforeResponse, End::ServiceError];
    let ends = End::ALL.iter().filter(|end| !before_the_head.contains(end));
    let mut words: Vec<_> = ends.map(|end| end.as_str()).collect();
    words.sort_unstable();
    assert_eq!(words, REASONS);
    let mut faults: Vec<_> = End::ALL
        .iter()
        .filter(|end| end.fault() == Some(Fault::Server) && **end != End::ServiceError)
        .map(|end| end.as_str())
        .collect();
    faults.push("serialization_error");
    faults.sort_unstable();
    assert_eq!(faults, ERRORS);
    assert_eq!(Cause::ALL.len(), 4);
}

#[test]
fn what_is_no_stream_registers_nothing() {
    let rig = Rig::new();
    for content_type in ["application/json", "text/event-streams", "text/plain"] {
        let mut plain = rig.request(get("/chat"), typed(content_type));
        plain.say("data: x\n\n");
        plain.end();
    }
    assert_eq!(rig.recorded.all(), [""; 0]);
    assert_eq!(rig.sse.scan().open, 0);
}
