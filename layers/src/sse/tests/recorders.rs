//! Recorders that come late, that are refreshed, that are named otherwise, and full budgets of series.

use metrics::with_local_recorder;

use super::{
    recorder::Recorded,
    support::{Rig, event_stream, get, routes, send},
};
use crate::{
    meter::{Meter, Naming},
    observe::{ObserveLayer, StreamHandles},
    sse::Sse,
};

/// Metrics of the global recorder, which there is none of but within `with_local_recorder`.
fn without_a_recorder() -> Rig {
    Rig::of(Meter::new(), Recorded::default(), |options| options)
}

#[test]
fn without_a_recorder_a_stream_passes_and_is_scanned() {
    let rig = without_a_recorder();
    let mut stream = rig.open();
    stream.say("data: x\n\n");
    assert_eq!(rig.sse.scan().open, 1);
    stream.end();
    assert_eq!(rig.sse.scan().open, 0);
}

#[test]
fn a_recorder_that_comes_late_gets_the_frames_and_no_gauge_falls_below_nothing() {
    let rig = without_a_recorder();
    let recorder = rig.recorded.clone();
    let mut stream = rig.open();
    stream.say("data: before\n\n");
    with_local_recorder(&recorder, || {
        stream.say("data: after\n\n");
        stream.say(": x\n\n");
        assert_eq!(rig.series("sse_frames_total"), ["http_route=/chat 2"]);
        assert_eq!(rig.series("sse_body_bytes_total"), ["http_route=/chat 18"]);
        assert_eq!(
            rig.series("sse_events_total"),
            ["http_route=/chat event_type=message 1"]
        );
        assert_eq!(rig.series("sse_errors_total").len(), 7, "registered at 0");
        stream.end();
        assert_eq!(rig.risen("sse_streams_active"), [""; 0]);
        assert_eq!(rig.risen("sse_streams_started_total"), [""; 0]);
        let mut next = rig.open();
        assert_eq!(rig.series("sse_streams_active"), ["http_route=/chat 1"]);
        next.say("data: x\n\n");
        next.end();
        assert_eq!(rig.series("sse_streams_active"), ["http_route=/chat 0"]);
        assert_eq!(
            rig.series("sse_streams_started_total"),
            ["http_route=/chat 1"]
        );
    });
    assert_eq!(rig.sse.scan().open, 0);
}

#[test]
fn a_recorder_that_comes_with_the_end_is_told_of_no_fall() {
    let rig = without_a_recorder();
    let recorder = rig.recorded.clone();
    let stream = rig.open();
    with_local_recorder(&recorder, || stream.end());
    assert_eq!(rig.risen("sse_streams_active"), [""; 0]);
    assert_eq!(rig.risen("sse_stream_duration_seconds"), [""; 0]);
}

#[test]
fn a_handle_counts_without_a_recorder() {
    let rig = without_a_recorder().handles(StreamHandles::new());
    let mut stream = rig.open();
    let handle = stream.handle.clone().expect("a handle");
    stream.say("data: x\n\n: x\n\n");
    let counts = handle.counts();
    assert_eq!((counts.frames, counts.bytes), (1, 14));
    assert_eq!((counts.events, counts.keepalives), (1, 1));
}

#[test]
fn a_report_on_a_stream_that_began_without_a_recorder_is_counted() {
    let rig = without_a_recorder().handles(StreamHandles::new());
    let recorder = rig.recorded.clone();
    let mut stream = rig.open();
    with_local_recorder(&recorder, || {
        stream
            .handle
            .as_ref()
            .expect("a handle")
            .serialization_error();
        stream.say("data: x\n\n");
        stream.end();
    });
    assert_eq!(
        rig.risen("sse_errors_total"),
        ["http_route=/chat reason=serialization_error 1"]
    );
}

fn refreshable() -> (Rig, Meter) {
    let meter = Meter::builder().refreshable().build().expect("a meter");
    let rig = Rig::of(meter.clone(), Recorded::default(), |options| options);
    (rig, meter)
}

#[test]
fn after_a_refresh_an_open_stream_counts_in_series_that_are_registered_anew() {
    let (rig, meter) = refreshable();
    let (first, second) = (Recorded::default(), Recorded::default());
    let mut stream = with_local_recorder(&first, || rig.open());
    with_local_recorder(&first, || stream.say("data: x\n\n"));
    assert!(meter.refresh());
    with_local_recorder(&second, || {
        stream.say("data: y\n\nevent: delta\ndata: y\n\n");
        stream.end();
    });
    let one = |name| assert_eq!(second.risen(name), ["http_route=/chat 1"], "{name}");
    one("sse_frames_total");
    assert_eq!(
        second.risen("sse_events_total"),
        [
            "http_route=/chat event_type=delta 1",
            "http_route=/chat event_type=message 1"
        ]
    );
    assert_eq!(second.risen("sse_stream_duration_seconds").len(), 1);
    // Gauges stay: what was raised there is lowered there.
    assert_eq!(first.series("sse_streams_active"), ["http_route=/chat 0"]);
    assert_eq!(second.series("sse_streams_active"), [""; 0]);
}

#[test]
fn refreshes_make_no_route_known_twice() {
    let (rig, meter) = refreshable();
    let recorder = Recorded::default();
    with_local_recorder(&recorder, || {
        for _ in 0..10 {
            rig.open().end();
            assert!(meter.refresh());
        }
    });
    assert_eq!(rig.sse.inner().known().len(), 1);
}

#[test]
fn past_the_cap_of_label_sets_a_gauge_returns_to_0_in_the_series_that_is_shared() {
    let rig = Rig::made(|meter| meter.max_label_sets(1), |options| options);
    let open = |path| rig.request(get(path), event_stream());
    let streams = [open("/a"), open("/b"), open("/c"), open("/c")];
    assert_eq!(
        rig.series("sse_streams_active"),
        ["http_route=/a 1", "http_route={overflow} 3"]
    );
    streams.into_iter().for_each(drop);
    assert_eq!(
        rig.series("sse_streams_active"),
        ["http_route=/a 0", "http_route={overflow} 0"]
    );
    assert_eq!(
        rig.series("sse_streams_started_total"),
        ["http_route=/a 1", "http_route={overflow} 3"]
    );
    assert_eq!(
        rig.risen("bartizan_label_overflow_total")
            .iter()
            .find(|line| line.starts_with("label=sse_streams_active ")),
        Some(&"label=sse_streams_active 3".to_owned()),
        "once a stream"
    );
}

#[test]
fn past_the_cap_each_frame_and_event_is_counted_and_each_is_a_hit() {
    let rig = Rig::made(|meter| meter.max_label_sets(1), |options| options);
    let _first = rig.request(get("/a"), event_stream());
    let mut folded = rig.request(get("/b"), event_stream());
    let hits = |name: &str| {
        let start = format!("label={name} ");
        let lines = rig.series("bartizan_label_overflow_total");
        let line = lines.iter().find_map(|line| line.strip_prefix(&start));
        line.map_or(0, |count| count.parse::<u64>().expect("a number"))
    };
    let before = (hits("sse_frames_total"), hits("sse_events_total"));
    folded.say("data: x\n\n");
    folded.say("data: x\n\ndata: y\n\n");
    assert_eq!(rig.risen("sse_frames_total"), ["http_route={overflow} 2"]);
    assert_eq!(
        rig.risen("sse_body_bytes_total"),
        ["http_route={overflow} 27"]
    );
    assert_eq!(
        rig.risen("sse_events_total"),
        ["http_route={overflow} event_type={overflow} 3"]
    );
    assert_eq!(
        rig.risen("sse_event_size_bytes"),
        ["http_route={overflow} [9,9,9]"]
    );
    assert_eq!(hits("sse_frames_total"), before.0 + 2);
    assert_eq!(hits("sse_events_total"), before.1 + 3);
}

#[test]
fn opening_and_ending_within_the_caps_runs_over_nothing() {
    let rig = Rig::new();
    for path in ["/a", "/b", "/c"] {
        let mut stream = rig.request(get(path), event_stream());
        stream.say("data: x\n\n");
        stream.end();
    }
    rig.sse.scan();
    assert_eq!(
        rig.series("bartizan_label_overflow_total"),
        ["label=event_type 0"]
    );
}

#[test]
fn names_follow_the_naming() {
    let naming = Naming::opentelemetry().prefixed("shop").expect("a prefix");
    let rig = Rig::made(
        |meter| meter.naming(naming),
        |options| options.event_type_cap(1),
    );
    let mut stream = rig.open();
    stream.say("event: a\ndata: x\n\nevent: b\ndata: x\n\n");
    stream.end();
    rig.sse.scan();
    assert_eq!(
        rig.recorded.names(),
        [
            "shop.bartizan.label.overflow",
            "shop.bartizan.scan_time",
            "shop.sse.body",
            "shop.sse.errors",
            "shop.sse.event.gap",
            "shop.sse.event.size",
            "shop.sse.events",
            "shop.sse.frames",
            "shop.sse.keepalives",
            "shop.sse.reconnects",
            "shop.sse.stream.duration",
            "shop.sse.streams.active",
            "shop.sse.streams.stalled",
            "shop.sse.streams.started",
            "shop.sse.streams.without_events",
            "shop.sse.time_to_first_byte",
            "shop.sse.time_to_first_event"
        ]
    );
    assert_eq!(
        rig.risen("shop.sse.events"),
        [
            "http.route=/chat event.type=a 1",
            "http.route=/chat event.type={overflow} 1"
        ]
    );
    assert_eq!(
        rig.risen("shop.bartizan.label.overflow"),
        ["label=event.type 1"]
    );
    assert!(
        rig.series("shop.sse.streams.without_events")
            .contains(&"http.route=/chat close_reason=completed 0".to_owned())
    );
    assert!(
        rig.series("shop.sse.streams.stalled")
            .contains(&"http.route=/chat cause=no_event 0".to_owned())
    );
    assert!(
        rig.series("shop.sse.errors")
            .contains(&"http.route=/chat reason=panic 0".to_owned())
    );
}

#[test]
fn a_constant_label_is_in_every_series() {
    let rig = Rig::made(
        |meter| meter.constant_label("env", "test"),
        |options| options,
    );
    rig.open().say("data: x\n\n");
    rig.sse.scan();
    let all = rig.recorded.all();
    assert!(all.len() > 30);
    for line in all {
        assert!(line.contains(" env=test "), "{line}");
    }
}

#[test]
fn two_layers_with_one_set_of_metrics_mix_up_no_routes() {
    let recorded = Recorded::default();
    let meter = Meter::builder().recorder(recorded.clone()).build();
    let sse = Sse::builder().meter(meter.expect("a meter")).build();
    let sse = sse.expect("no options");
    let one = ObserveLayer::new(sse.clone()).routes(routes());
    let other = crate::route::RouteSources::new().table(["/z", "/c", "/chat"]);
    let two = ObserveLayer::new(sse.clone()).routes(other.expect("a table"));
    for path in ["/a", "/c", "/chat", "/z"] {
        let mut first = send(&one, get(path), event_stream());
        let mut second = send(&two, get(path), event_stream());
        first.say("data: x\n\n");
        second.say("event: e\ndata: x\n\n");
    }
    assert_eq!(
        recorded.series("sse_frames_total"),
        [
            "http_route=/a 1",
            "http_route=/c 2",
            "http_route=/chat 2",
            "http_route=/z 1",
            "http_route={unmatched} 2"
        ]
    );
    assert_eq!(
        recorded.risen("sse_events_total"),
        [
            "http_route=/a event_type=message 1",
            "http_route=/c event_type=e 1",
            "http_route=/c event_type=message 1",
            "http_route=/chat event_type=e 1",
            "http_route=/chat event_type=message 1",
            "http_route=/z event_type=e 1",
            "http_route={unmatched} event_type=e 1",
            "http_route={unmatched} event_type=message 1"
        ]
    );
}
