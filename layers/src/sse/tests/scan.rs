//! Stalled streams, as a scan finds them.

use std::time::Duration;

use super::{
    recorder::Recorded,
    support::{Rig, Step, advance, event_stream, get, routes, send},
};
use crate::{
    meter::Meter,
    observe::ObserveLayer,
    sse::{Cause, Scan, Sse, StallThresholds},
};

const STALLED: &str = "sse_streams_stalled";

/// How many streams a scan found stalled by a cause.
fn stalled(scan: Scan, cause: Cause) -> u64 {
    scan.stalled[cause as usize]
}

fn gauge(rig: &Rig, cause: &str) -> String {
    let start = format!("http_route=/chat cause={cause} ");
    let series = rig.series(STALLED);
    let line = series.iter().find_map(|line| line.strip_prefix(&start));
    line.expect("it is registered").to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_scan_without_streams_finds_nothing_and_leaves_its_time() {
    let rig = Rig::new();
    assert_eq!(rig.sse.scan(), Scan::default());
    let [time] = &rig.series("bartizan_scan_time_seconds")[..] else {
        panic!("one series");
    };
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    let since = since.expect("after 1970").as_secs();
    let (scan, time) = time.rsplit_once(' ').expect("a label and a value");
    assert_eq!(scan, "scan=streams");
    let time: u64 = time.parse().expect("a number");
    assert!(time <= since && since - time < 60, "{time}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_a_first_event_is_stalled_after_10_seconds() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say(": only a comment\n\n");
    stream.say("event: ping\ndata: x\n\n");
    stream.idle();
    advance(10_000).await;
    assert_eq!(
        stalled(rig.sse.scan(), Cause::NoFirstEvent),
        0,
        "at the edge"
    );
    advance(1).await;
    let scan = rig.sse.scan();
    assert_eq!(scan.stalled, [1, 0, 0, 0]);
    assert_eq!(gauge(&rig, "no_first_event"), "1");
    stream.say("data: x\n\n");
    stream.idle();
    assert_eq!(rig.sse.scan().stalled, [0; 4]);
    assert_eq!(gauge(&rig, "no_first_event"), "0");
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_an_event_is_stalled_after_30_seconds() {
    let rig = Rig::new();
    let mut stream = rig.open();
    advance(5_000).await;
    stream.say("data: x\n\n");
    stream.idle();
    advance(29_000).await;
    stream.say(": still here\n\n");
    stream.idle();
    advance(1_000).await;
    assert_eq!(rig.sse.scan().stalled, [0; 4], "at the edge");
    advance(1).await;
    assert_eq!(rig.sse.scan().stalled, [0, 1, 0, 0]);
    assert_eq!(gauge(&rig, "no_event"), "1");
    drop(stream);
    assert_eq!(gauge(&rig, "no_event"), "1", "as old as the last scan");
    assert_eq!(rig.sse.scan(), Scan::default());
    assert_eq!(gauge(&rig, "no_event"), "0");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_not_polled_is_stalled_after_5_seconds() {
    for head in [0, 3_000] {
        let rig = Rig::new();
        let mut stream = rig.open();
        advance(head).await;
        stream.say("data: x\n\n");
        advance(5_000).await;
        assert_eq!(rig.sse.scan().stalled, [0; 4], "at the edge");
        advance(1).await;
        assert_eq!(rig.sse.scan().stalled, [0, 0, 0, 1]);
        assert_eq!(gauge(&rig, "not_polled"), "1");
        stream.idle();
        assert_eq!(rig.sse.scan().stalled, [0; 4]);
        assert_eq!(gauge(&rig, "not_polled"), "0");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_never_polled_is_stalled_for_want_of_an_event_alone() {
    let rig = Rig::new();
    let _stream = rig.open();
    advance(60_000).await;
    assert_eq!(rig.sse.scan().stalled, [1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_event_in_the_requests_own_instant_is_seen_by_a_scan() {
    let rig = Rig::new();
    let mut stream = rig.open();
    stream.say("data: x\n\n");
    stream.idle();
    advance(10_001).await;
    assert_eq!(rig.sse.scan().stalled, [0; 4], "there was a first event");
    advance(20_000).await;
    assert_eq!(rig.sse.scan().stalled, [0, 1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn causes_overlap_and_thresholds_can_be_told() {
    let thresholds = StallThresholds {
        no_first_event: Duration::from_millis(100),
        no_event: Duration::from_millis(200),
        write_blocked: Duration::from_millis(300),
        not_polled: Duration::ZERO,
    };
    let rig = Rig::with(|options| options.stall_thresholds(thresholds));
    let mut silent = rig.open();
    silent.idle();
    let mut stream = rig.open();
    advance(1).await;
    stream.say("data: x\n\n");
    assert_eq!(rig.sse.scan().stalled, [0; 4], "none of no time");
    advance(100).await;
    assert_eq!(rig.sse.scan().stalled, [1, 0, 0, 1]);
    advance(101).await;
    assert_eq!(rig.sse.scan().stalled, [1, 1, 0, 1]);
    assert_eq!(
        rig.series(STALLED),
        [
            "http_route=/chat cause=no_event 1",
            "http_route=/chat cause=no_first_event 1",
            "http_route=/chat cause=not_polled 1",
            "http_route=/chat cause=write_blocked 0"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_oldest_and_the_idlest_need_not_be_one() {
    let rig = Rig::new();
    let mut old = rig.open();
    advance(4_000).await;
    let mut idle = rig.open();
    advance(1_000).await;
    old.say("data: x\n\n");
    idle.say("data: x\n\n");
    advance(2_000).await;
    old.say("data: x\n\n");
    let scan = rig.sse.scan();
    assert_eq!(scan.open, 2);
    assert_eq!(scan.oldest, Some(Duration::from_secs(7)));
    assert_eq!(scan.idlest, Some(Duration::from_secs(2)));
    old.feed.push(Step::End);
    assert_eq!(old.take(), None);
    let scan = rig.sse.scan();
    assert_eq!(scan.open, 1, "it ended, though its body is still held");
    assert_eq!(scan.oldest, Some(Duration::from_secs(3)));
    drop(idle);
    assert_eq!(rig.sse.scan(), Scan::default());
}

#[tokio::test(start_paused = true)]
async fn encoded_streams_are_not_called_silent_for_what_no_one_reads() {
    use http::header::CONTENT_ENCODING;

    let rig = Rig::new();
    let encoded = super::support::with_header(event_stream(), CONTENT_ENCODING, "gzip");
    let mut stream = rig.request(get("/chat"), encoded);
    stream.say("compressed");
    stream.idle();
    advance(60_000).await;
    assert_eq!(rig.sse.scan().stalled, [0; 4]);
}

#[tokio::test(start_paused = true)]
async fn two_layers_with_one_set_of_metrics_add_up_in_a_route_that_both_have() {
    let recorded = Recorded::default();
    let meter = Meter::builder().recorder(recorded.clone()).build();
    let sse = Sse::builder().meter(meter.expect("a meter")).build();
    let sse = sse.expect("no options");
    let layers = [(); 2].map(|()| ObserveLayer::new(sse.clone()).routes(routes()));
    let open = |layer| send(layer, get("/chat"), event_stream());
    let first = open(&layers[0]);
    advance(20_000).await;
    let stalled = || {
        sse.scan();
        recorded.risen(STALLED)
    };
    let lines = |count: u32| [format!("http_route=/chat cause=no_first_event {count}")];
    assert_eq!(stalled(), lines(1));
    let second = open(&layers[1]);
    assert_eq!(
        recorded.risen(STALLED),
        lines(1),
        "a stream that opens hides no other"
    );
    advance(20_000).await;
    assert_eq!(stalled(), lines(2));
    drop(second);
    assert_eq!(stalled(), lines(1));
    drop(first);
    assert_eq!(stalled(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn past_the_cap_of_label_sets_the_stalled_streams_add_up() {
    let rig = Rig::made(|meter| meter.max_label_sets(4), |options| options);
    let open = |path| rig.request(get(path), event_stream());
    let _streams = [open("/a"), open("/b"), open("/b"), open("/c")];
    advance(20_000).await;
    rig.sse.scan();
    assert_eq!(
        rig.risen(STALLED),
        [
            "http_route=/a cause=no_first_event 1",
            "http_route={overflow} cause={overflow} 3"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_registered_at_0_past_the_cap_is_no_hit_of_it() {
    // The 12 close reasons of two routes, 24 label sets, do not fit; their frames and events do.
    let rig = Rig::made(|meter| meter.max_label_sets(13), |options| options);
    let mut streams = ["/a", "/b"].map(|path| rig.request(get(path), event_stream()));
    for stream in &mut streams {
        stream.say("data: x\n\n");
    }
    assert_eq!(rig.risen("bartizan_label_overflow_total"), [""; 0]);
    let [a, b] = streams;
    drop(a);
    assert_eq!(rig.risen("bartizan_label_overflow_total"), [""; 0]);
    drop(b);
    assert_eq!(
        rig.risen("bartizan_label_overflow_total"),
        ["label=sse_stream_duration_seconds 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_began_without_a_recorder_is_stalled_in_its_own_route() {
    let rig = Rig::of(Meter::new(), Recorded::default(), |options| options);
    let mut stream = rig.open();
    stream.idle();
    advance(20_000).await;
    metrics::with_local_recorder(&rig.recorded, || rig.sse.scan());
    assert_eq!(
        rig.risen(STALLED),
        ["http_route=/chat cause=no_first_event 1"]
    );
    assert_eq!(rig.risen("bartizan_label_overflow_total"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_route_whose_registration_panicked_is_still_told_apart() {
    let rig = Rig::new();
    rig.recorded
        .panic_at(Some("sse_streams_without_events_total"));
    drop(rig.open());
    rig.recorded.panic_at(None);
    let _stream = rig.open();
    advance(20_000).await;
    rig.sse.scan();
    assert_eq!(
        rig.risen(STALLED),
        ["http_route=/chat cause=no_first_event 1"]
    );
    assert_eq!(rig.risen("bartizan_label_overflow_total"), [""; 0]);
}
