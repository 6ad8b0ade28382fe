//! Streams that a drain ends, and bodies that it leaves alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Poll, Wake, Waker},
};

use http::{
    Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};
use http_body::Body;
use tower::Layer;

use super::{
    formats::of_lines,
    support::{Feed, Rig, Step, Stream, event_stream, get, send, typed, with_header},
};
use crate::{
    conn::Drain,
    label::Fault,
    observe::{ObservedBody, StreamHandles},
    sse::{DrainBody, DrainLayer, Sse},
};

const LAST: &str = "event: bye\ndata: x\n\n";

fn layer(drain: &Drain) -> DrainLayer {
    let layer = DrainLayer::new(drain).last_event(LAST);
    layer.expect("a whole event")
}

fn open(drain: &Drain, response: Response<Feed>) -> Stream<DrainBody<Feed>> {
    send(&layer(drain), get("/chat"), response)
}

/// The same, observed.
fn observed(
    rig: &Rig,
    drain: &Drain,
    response: Response<Feed>,
) -> Stream<ObservedBody<DrainBody<Feed>, Sse>> {
    let (outer, inner) = (rig.layer.clone(), layer(drain));
    let both = tower::layer::layer_fn(move |service| outer.layer(inner.layer(service)));
    send(&both, get("/chat"), response)
}

fn reasons(rig: &Rig) -> Vec<String> {
    let lines = rig.risen("sse_stream_duration_seconds").into_iter();
    lines
        .map(|line| {
            line.replace("http_route=/chat close_reason=", "")
                .replace(" [0]", "")
        })
        .collect()
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn an_idle_stream_is_woken_gets_the_last_event_and_ends() {
    let drain = Drain::new();
    let mut stream = open(&drain, event_stream());
    stream.say("data: x\n\n");
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    assert!(stream.poll_with(&waker).is_pending());
    assert_eq!(woken.0.load(Ordering::Relaxed), 0);
    drain.fire();
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    assert!(!stream.body.is_end_stream());
    assert_eq!(stream.take().as_deref(), Some(LAST.as_bytes()));
    assert!(stream.body.is_end_stream());
    assert_eq!(stream.body.size_hint().exact(), Some(0));
    assert_eq!(stream.take(), None);
    assert_eq!(stream.take(), None, "and so it stays");
}

#[test]
fn without_a_last_event_a_stream_just_ends() {
    let drain = Drain::new();
    let layer = DrainLayer::new(&drain);
    let mut stream = send(&layer, get("/chat"), event_stream());
    stream.idle();
    drain.fire();
    assert_eq!(stream.take(), None);
    assert!(stream.body.is_end_stream());
}

#[test]
fn between_two_events_the_service_is_not_asked_any_more() {
    let drain = Drain::new();
    let mut stream = open(&drain, event_stream());
    stream.say("data: x\n\n");
    let polls = stream.feed.polls();
    stream.feed.push(Step::Data("data: never\n\n".into()));
    drain.fire();
    assert_eq!(stream.take().as_deref(), Some(LAST.as_bytes()));
    assert_eq!(stream.feed.polls(), polls);
}

#[test]
fn in_the_middle_of_an_event_the_rest_passes_if_it_is_ready() {
    let drain = Drain::new();
    let mut stream = open(&drain, event_stream());
    stream.say("data: a\ndata: ");
    drain.fire();
    stream.say("b\n");
    stream.say("\n");
    assert_eq!(stream.take().as_deref(), Some(LAST.as_bytes()));
    assert_eq!(stream.take(), None);
}

#[test]
fn in_the_middle_of_an_event_without_a_rest_no_other_is_appended() {
    let drain = Drain::new();
    let mut stream = open(&drain, event_stream());
    stream.say("data: a\n");
    stream.idle();
    drain.fire();
    assert_eq!(stream.take(), None, "the client drops what was cut");
    assert!(stream.body.is_end_stream());
}

#[test]
fn a_stream_that_opens_while_the_server_drains_ends_at_once() {
    let drain = Drain::new();
    drain.fire();
    let mut stream = open(&drain, event_stream());
    assert_eq!(stream.take().as_deref(), Some(LAST.as_bytes()));
    assert_eq!(stream.take(), None);
    assert_eq!(stream.feed.polls(), 0);
}

#[test]
fn lines_end_between_two_lines_and_get_no_event() {
    let drain = Drain::new();
    let mut stream = open(&drain, typed("application/x-ndjson"));
    stream.say("{\"a\":1}\n{\"b\"");
    drain.fire();
    stream.say(":2}\n");
    assert_eq!(stream.take(), None);
}

#[test]
fn encoded_bytes_end_where_they_are() {
    let drain = Drain::new();
    let encoded = with_header(event_stream(), CONTENT_ENCODING, "gzip");
    let mut stream = open(&drain, encoded);
    stream.say("data: looks like the middle");
    drain.fire();
    assert_eq!(stream.take(), None);
}

#[test]
fn a_declared_length_and_what_is_no_stream_pass_as_they_are() {
    let declared = || with_header(event_stream(), CONTENT_LENGTH, "9");
    for response in [declared(), typed("text/plain"), typed("application/json")] {
        let drain = Drain::new();
        let mut plain = open(&drain, response);
        drain.fire();
        plain.idle();
        plain.say("data: x\n\n");
        plain.end();
    }
    let drain = Drain::new();
    drain.fire();
    let full = http_body_util::Full::new(bytes::Bytes::from_static(b"data: x\n\n"));
    let response = Response::builder().header("content-type", "text/event-stream");
    let mut response = Some(response.body(full).expect("a response"));
    let mut service = layer(&drain).layer(tower::service_fn(move |_: http::Request<()>| {
        std::future::ready(Ok::<_, ()>(response.take().expect("one request")))
    }));
    let answer = std::pin::pin!(tower::Service::call(&mut service, get("/chat")));
    let mut context = std::task::Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(response)) = answer.poll(&mut context) else {
        panic!("the service was to answer at once");
    };
    let mut body = response.into_body();
    assert_eq!(body.size_hint().exact(), Some(9));
    let frame = std::pin::Pin::new(&mut body).poll_frame(&mut context);
    assert!(matches!(frame, Poll::Ready(Some(Ok(_)))));
    assert!(body.is_end_stream());
}

#[test]
fn an_open_stream_promises_no_length() {
    let stream = open(&Drain::new(), event_stream());
    assert_eq!(stream.body.size_hint().lower(), 0);
    assert_eq!(stream.body.size_hint().upper(), None);
    assert!(!stream.body.is_end_stream());
    let none = DrainBody::<http_body_util::Full<bytes::Bytes>>::default();
    assert!(none.is_end_stream());
    assert_eq!(none.size_hint().exact(), Some(0));
}

#[test]
fn after_its_own_end_a_stream_says_nothing_more() {
    for step in [Step::End, Step::Error, Step::Trailers] {
        let what = format!("{step:?}");
        let drain = Drain::new();
        let mut stream = open(&drain, event_stream());
        stream.say("data: x\n\n");
        stream.feed.push(step);
        assert!(stream.poll().is_ready());
        drain.fire();
        let after = stream.poll();
        assert!(
            !matches!(&after, Poll::Ready(Some(Ok(frame))) if frame.is_data()),
            "after {what}: {after:?}"
        );
    }
}

#[test]
fn a_stream_that_is_let_go_of_is_woken_no_more() {
    let drain = Drain::new();
    let mut stream = open(&drain, event_stream());
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    assert!(stream.poll_with(&waker).is_pending());
    drop(stream);
    drain.fire();
    assert_eq!(woken.0.load(Ordering::Relaxed), 0);
    assert_eq!(Arc::strong_count(&woken), 2, "the waker here, and no other");
}

#[test]
fn the_last_task_to_ask_is_the_one_that_is_woken() {
    let drain = Drain::new();
    let mut stream = open(&drain, event_stream());
    let woken = [(); 2].map(|()| Arc::new(Woken::default()));
    for woken in &woken {
        let waker = Waker::from(Arc::clone(woken));
        assert!(stream.poll_with(&waker).is_pending());
    }
    drain.fire();
    let wakes = woken.map(|woken| woken.0.load(Ordering::Relaxed));
    assert_eq!(wakes, [0, 1]);
}

#[test]
fn a_last_event_is_whole_or_refused() {
    let drain = Drain::new();
    let given = |event: &str| DrainLayer::new(&drain).last_event(event);
    for event in [
        "data:\n\n",
        "data\n\n",
        "event: bye\ndata: x\r\n\r\n",
        "data: x\r\r",
        "data: one\n\ndata: two\n\n",
        ": a comment\ndata: x\n\n",
        "retry: 5000\n\ndata: x\n\n",
    ] {
        assert!(given(event).is_ok(), "{event:?}");
    }
    for event in [
        "",
        "\n",
        "data: x",
        "data: x\n",
        "event: bye\n\n",
        ": a comment\n\n",
        "data: x\n\ndata: cut",
        "data: x\n\nevent: cut\n",
        "data: x\n\nid: 7\n",
        "shutdown\n\n",
        "\u{feff}data: x\n\n",
    ] {
        let error = given(event).expect_err("not whole");
        assert_eq!(error.given, event);
        assert!(error.to_string().contains("whole events are accepted"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_drained_stream_is_a_server_shutdown_and_its_last_event_is_counted() {
    let drain = Drain::new();
    let rig = Rig::with(|options| options.end_type("done"));
    let mut stream = observed(&rig, &drain, event_stream());
    stream.say("data: x\n\n");
    drain.fire();
    assert_eq!(stream.take().as_deref(), Some(LAST.as_bytes()));
    assert_eq!(stream.take(), None);
    assert_eq!(
        reasons(&rig),
        ["server_shutdown"],
        "planned, and not incomplete"
    );
    assert_eq!(rig.risen("sse_errors_total"), [""; 0]);
    assert_eq!(
        rig.risen("sse_events_total"),
        [
            "http_route=/chat event_type=bye 1",
            "http_route=/chat event_type=message 1"
        ]
    );
    // In the middle of an event, too.
    let rig = Rig::new();
    let drain = Drain::new();
    let mut stream = observed(&rig, &drain, event_stream());
    stream.say("data: x");
    drain.fire();
    assert_eq!(stream.take(), None);
    assert_eq!(reasons(&rig), ["server_shutdown"]);
}

#[tokio::test(start_paused = true)]
async fn what_ends_by_itself_while_the_server_drains_is_no_shutdown() {
    let drain = Drain::new();
    let rig = Rig::new();
    let mut stream = observed(&rig, &drain, event_stream());
    stream.say("data: cut");
    drain.fire();
    stream.end();
    let drain = Drain::new();
    let mut stream = observed(&rig, &drain, event_stream());
    stream.say("data: cut");
    drain.fire();
    stream.fail();
    let drain = Drain::new();
    let stream = observed(&rig, &drain, event_stream());
    drain.fire();
    drop(stream);
    assert_eq!(reasons(&rig), ["body_error", "completed", "dropped"]);
}

#[tokio::test(start_paused = true)]
async fn a_drain_goes_before_a_declared_reason() {
    let drain = Drain::new();
    let handles = StreamHandles::new().reason("quota", Fault::Client);
    let rig = Rig::new().handles(handles.expect("a name"));
    let mut stream = observed(&rig, &drain, event_stream());
    let handle = stream.handle.clone().expect("a handle");
    handle.end_with("quota").expect("it is declared");
    drain.fire();
    assert!(stream.take().is_some());
    assert_eq!(stream.take(), None);
    assert_eq!(reasons(&rig), ["server_shutdown"]);
}

#[tokio::test(start_paused = true)]
async fn drained_lines_are_a_shutdown_without_a_line_more() {
    let drain = Drain::new();
    let rig = of_lines(Rig::new());
    let mut stream = observed(&rig, &drain, typed("application/x-ndjson"));
    stream.say("one\ntwo\n");
    drain.fire();
    assert_eq!(stream.take(), None);
    assert_eq!(reasons(&rig), ["server_shutdown"]);
    assert_eq!(
        rig.risen("sse_events_total"),
        ["http_route=/chat event_type=message 2"]
    );
}

#[cfg(feature = "http")]
#[tokio::test(start_paused = true)]
async fn a_drain_between_two_exchanges_is_no_fault_of_the_servers() {
    let drain = Drain::new();
    let rig = Rig::new();
    let (middle, inner) = (layer(&drain), rig.layer.clone());
    let outer = crate::observe::ObserveLayer::new(crate::http::HttpMetrics::new());
    let stack =
        tower::layer::layer_fn(move |service| outer.layer(middle.layer(inner.layer(service))));
    let mut stream = send(&stack, get("/chat"), event_stream());
    stream.say("data: x\n\n");
    drain.fire();
    assert!(stream.take().is_some());
    assert_eq!(stream.take(), None);
    drop(stream);
    assert_eq!(rig.risen("sse_errors_total"), [""; 0]);
    assert_eq!(reasons(&rig), ["server_shutdown"]);
}
