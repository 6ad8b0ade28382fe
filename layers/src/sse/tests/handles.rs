//! What a handler says about its stream, and reads of it.

use super::{
    formats::of_lines,
    support::{Rig, Step, Stream, get, typed},
};
use crate::{
    label::Fault,
    observe::{StreamHandle, StreamHandles},
};

const ERRORS: &str = "sse_errors_total";

fn handle(stream: &Stream) -> StreamHandle {
    stream.handle.clone().expect("the layer was asked for it")
}

fn with_reasons() -> Rig {
    let handles = StreamHandles::new()
        .reason("quota", Fault::Client)
        .and_then(|handles| handles.reason("model_error", Fault::Server))
        .and_then(|handles| handles.reason("maintenance", Fault::Planned))
        .and_then(|handles| handles.reason("who_knows", Fault::Unknown));
    Rig::new().handles(handles.expect("names that fit"))
}

fn reasons(rig: &Rig) -> Vec<String> {
    let lines = rig.risen("sse_stream_duration_seconds").into_iter();
    lines
        .map(|line| line.replace("http_route=/chat close_reason=", ""))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn without_asking_there_is_no_handle() {
    assert!(Rig::new().open().handle.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_report_is_counted_with_the_next_frame_while_the_stream_goes_on() {
    let rig = Rig::new().handles(StreamHandles::new());
    let mut stream = rig.open();
    let handle = handle(&stream);
    stream.say("data: x\n\n");
    handle.serialization_error();
    handle.serialization_error();
    assert_eq!(rig.risen(ERRORS), [""; 0]);
    stream.say("data: x\n\n");
    let errors = |count: u32| {
        [format!(
            "http_route=/chat reason=serialization_error {count}"
        )]
    };
    assert_eq!(rig.risen(ERRORS), errors(2));
    stream.say("data: x\n\n");
    assert_eq!(rig.risen(ERRORS), errors(2), "once each");
    handle.serialization_error();
    stream.end();
    assert_eq!(rig.risen(ERRORS), errors(3));
    handle.serialization_error();
    assert_eq!(rig.risen(ERRORS), errors(3), "too late");
    assert_eq!(reasons(&rig), ["completed [0]"], "it is no end");
}

#[tokio::test(start_paused = true)]
async fn a_report_at_the_end_is_counted_however_it_ends() {
    let rig = Rig::new().handles(StreamHandles::new());
    let stream = rig.open();
    handle(&stream).serialization_error();
    drop(stream);
    let stream = rig.open();
    handle(&stream).serialization_error();
    stream.fail();
    assert_eq!(
        rig.risen(ERRORS),
        [
            "http_route=/chat reason=body_error 1",
            "http_route=/chat reason=serialization_error 2"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_report_before_the_head_is_counted() {
    use std::future::ready;

    use tower::{Service, service_fn};
    use tower_layer::Layer;

    let rig = Rig::new().handles(StreamHandles::new());
    let feed = super::support::event_stream();
    let inside = feed.body().clone();
    let mut feed = Some(feed);
    let mut service = rig
        .layer
        .layer(service_fn(move |request: http::Request<()>| {
            let handle = request.extensions().get::<StreamHandle>();
            handle.expect("a handle").serialization_error();
            ready(Ok::<_, super::support::Error>(
                feed.take().expect("one request"),
            ))
        }));
    let answer = std::pin::pin!(service.call(get("/chat")));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Ok(response)) = answer.poll(&mut context) else {
        panic!("the service was to answer at once");
    };
    let mut stream = Stream {
        body: response.into_body(),
        feed: inside,
        handle: None,
    };
    assert_eq!(rig.risen(ERRORS), [""; 0]);
    stream.say("data: x\n\n");
    assert_eq!(
        rig.risen(ERRORS),
        ["http_route=/chat reason=serialization_error 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_declared_reason_replaces_completed_and_body_error() {
    let rig = with_reasons();
    for name in ["quota", "model_error", "maintenance", "who_knows"] {
        let stream = rig.open();
        handle(&stream).end_with(name).expect("it is declared");
        stream.end();
        let stream = rig.open();
        handle(&stream).end_with(name).expect("it is declared");
        stream.fail();
    }
    assert_eq!(
        reasons(&rig),
        [
            "maintenance [0,0]",
            "model_error [0,0]",
            "quota [0,0]",
            "who_knows [0,0]"
        ]
    );
    assert_eq!(
        rig.risen(ERRORS),
        ["http_route=/chat reason=model_error 2"],
        "the fault is that of the reason, of a body's error too"
    );
    assert_eq!(
        rig.risen("sse_streams_without_events_total").len(),
        4,
        "under the declared names"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_server_cannot_choose_stands() {
    let rig = with_reasons();
    let stream = rig.open();
    handle(&stream).end_with("quota").expect("it is declared");
    drop(stream);
    let mut stream = rig.open();
    handle(&stream).end_with("quota").expect("it is declared");
    stream.feed.push(Step::TimedOut);
    assert!(stream.poll().is_ready());
    let mut stream = rig.open();
    handle(&stream).end_with("quota").expect("it is declared");
    stream.feed.push(Step::Panic);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(stream.poll())));
    assert!(panicked.is_err());
    drop(stream);
    assert_eq!(reasons(&rig), ["dropped [0]", "panic [0]", "timeout [0]"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_word_counts_and_what_is_not_declared_is_refused() {
    let rig = with_reasons();
    let stream = rig.open();
    let handle = handle(&stream);
    handle.end_with("quota").expect("it is declared");
    handle.end_with("maintenance").expect("it is declared");
    assert!(handle.end_with("completed").is_err());
    assert!(handle.end_with("").is_err());
    stream.end();
    assert_eq!(reasons(&rig), ["maintenance [0]"]);
    handle.end_with("quota").expect("it is declared");
    assert_eq!(reasons(&rig), ["maintenance [0]"], "too late");
}

#[tokio::test(start_paused = true)]
async fn counts_are_what_has_passed() {
    let rig = Rig::new().handles(StreamHandles::new());
    let mut stream = rig.open();
    let handle = handle(&stream);
    assert_eq!(handle.counts(), Default::default());
    stream.say("data: x\n\n: x\n\nevent: ping\ndata: x\n\ndata: y\n\n");
    let counts = handle.counts();
    assert_eq!((counts.frames, counts.bytes), (1, 44));
    assert_eq!((counts.events, counts.keepalives), (2, 2));
    stream.say("data: half");
    let counts = handle.counts();
    assert_eq!((counts.frames, counts.bytes, counts.events), (2, 54, 2));
    stream.end();
    assert_eq!(handle.counts(), counts);
}

#[tokio::test(start_paused = true)]
async fn counts_hold_the_last_line_whatever_the_reason() {
    for declared in [false, true] {
        let rig = of_lines(with_reasons());
        let mut stream = rig.request(get("/chat"), typed("application/x-ndjson"));
        let handle = handle(&stream);
        stream.say("one\ntwo");
        assert_eq!(handle.counts().events, 1);
        if declared {
            handle.end_with("quota").expect("it is declared");
        }
        stream.end();
        assert_eq!(handle.counts().events, 2, "declared: {declared}");
        assert_eq!(
            rig.series("sse_events_total"),
            ["http_route=/chat event_type=message 2"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn layers_made_of_one_base_know_their_own_reasons() {
    let base = Rig::new();
    let one = StreamHandles::new().reason("quota", Fault::Client);
    let two = StreamHandles::new().reason("model_error", Fault::Server);
    for (handles, name) in [(one, "quota"), (two, "model_error")] {
        let layer = base.layer.clone().stream_handles(handles.expect("a name"));
        let stream = super::support::send(&layer, get("/chat"), super::support::event_stream());
        handle(&stream).end_with(name).expect("it is declared");
        stream.end();
    }
    assert_eq!(reasons(&base), ["model_error [0]", "quota [0]"]);
    assert_eq!(
        base.risen(ERRORS),
        ["http_route=/chat reason=model_error 1"]
    );
}
