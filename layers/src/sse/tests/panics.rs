//! A recorder that panics fails no stream, and leaves none behind.

use super::support::{Rig, Stream};

const METRICS: [&str; 14] = [
    "bartizan_label_overflow_total",
    "sse_body_bytes_total",
    "sse_errors_total",
    "sse_event_gap_seconds",
    "sse_event_size_bytes",
    "sse_events_total",
    "sse_frames_total",
    "sse_keepalives_total",
    "sse_reconnects_total",
    "sse_stream_duration_seconds",
    "sse_streams_active",
    "sse_streams_started_total",
    "sse_streams_without_events_total",
    "sse_time_to_first_byte_seconds",
];

/// The rest of a stream's life.
fn live(mut stream: Stream) {
    stream.say("data: x\n\n");
    stream.say(": x\n\n");
    stream.say("event: delta\ndata: x\n\ndata: y\n\n");
    stream.idle();
    stream.fail();
}

#[test]
fn a_recorder_that_panics_from_the_head_on_fails_no_stream() {
    for metric in METRICS {
        let rig = Rig::new();
        rig.recorded.panic_at(Some(metric));
        live(rig.open());
        rig.recorded.panic_at(None);
        assert_eq!(rig.sse.scan().open, 0, "{metric}: it left the registry");
        assert_eq!(rig.risen("sse_streams_active"), [""; 0], "{metric}");
        // And the next one is a stream like any other.
        let next = rig.open();
        assert_eq!(rig.series("sse_streams_active"), ["http_route=/chat 1"]);
        live(next);
        assert_eq!(rig.series("sse_streams_active"), ["http_route=/chat 0"]);
    }
}

#[test]
fn a_recorder_that_panics_while_a_stream_is_open_fails_it_not() {
    for metric in METRICS {
        let rig = Rig::new();
        let stream = rig.open();
        rig.recorded.panic_at(Some(metric));
        live(stream);
        rig.recorded.panic_at(None);
        assert_eq!(rig.sse.scan().open, 0, "{metric}: it left the registry");
        if metric != "sse_streams_active" {
            assert_eq!(
                rig.series("sse_streams_active"),
                ["http_route=/chat 0"],
                "{metric}"
            );
        }
    }
}

#[test]
fn a_stream_whose_events_were_lost_to_a_panic_is_not_called_incomplete() {
    let rig = Rig::with(|options| options.end_data("[DONE]"));
    let mut stream = rig.open();
    rig.recorded.panic_at(Some("sse_event_size_bytes"));
    stream.say("data: x\n\ndata: [DONE]\n\n");
    rig.recorded.panic_at(None);
    stream.end();
    assert_eq!(rig.risen("sse_errors_total"), [""; 0]);
}

#[test]
fn a_scan_whose_recorder_panics_finds_what_there_is() {
    for metric in ["sse_streams_stalled", "bartizan_scan_time_seconds"] {
        let rig = Rig::new();
        let stream = rig.open();
        rig.recorded.panic_at(Some(metric));
        assert_eq!(rig.sse.scan().open, 1, "{metric}");
        rig.recorded.panic_at(None);
        live(stream);
        assert_eq!(rig.sse.scan().open, 0, "{metric}");
    }
}
