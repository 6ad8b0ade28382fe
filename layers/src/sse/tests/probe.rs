//! The probe inside of a layer whose bytes no one outside can read.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::CONTENT_ENCODING};
use http_body::{Body, Frame};
use tower::{Layer, Service};

use super::{
    formats::of_lines,
    recorder::Recorded,
    support::{
        Error, Feed, Rig, Stream, advance, event_stream, get, routes, send, typed, with_header,
    },
};
use crate::{
    meter::Meter,
    observe::{ObserveLayer, ObservedBody, StreamHandles},
    sse::{Sse, SseProbeBody, SseProbeLayer},
};

/// Makes each frame unreadable, and says so.
#[derive(Clone, Debug)]
struct Opaque<S>(S);

#[derive(Debug)]
struct OpaqueBody<B>(B);

impl<S, B> Service<Request<()>> for Opaque<S>
where
    S: Service<Request<()>, Response = Response<B>>,
    S::Future: Send + 'static,
{
    type Response = Response<OpaqueBody<B>>;
    type Error = S::Error;
    type Future =
        futures_util::future::MapOk<S::Future, fn(Response<B>) -> Response<OpaqueBody<B>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        futures_util::TryFutureExt::map_ok(self.0.call(request), |response| {
            let mut response = response.map(OpaqueBody);
            let gzip = HeaderValue::from_static("gzip");
            response.headers_mut().insert(CONTENT_ENCODING, gzip);
            response
        })
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for OpaqueBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.0).poll_frame(cx));
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| frame.map_data(|data| vec![b'#'; data.len() / 2].into()))
        }))
    }
}

type Probed = Stream<ObservedBody<OpaqueBody<SseProbeBody<Feed>>, Sse>>;

fn open(rig: &Rig, response: Response<Feed>) -> Probed {
    let outer = rig.layer.clone();
    let stack = tower::layer::layer_fn(move |service| {
        outer.layer(Opaque(SseProbeLayer::new().layer(service)))
    });
    send(&stack, get("/chat"), response)
}

/// The service says this, and something else passes.
fn say<B>(stream: &mut Stream<B>, text: &'static str)
where
    B: Body<Data = Bytes, Error = Error> + Unpin,
{
    stream.feed.push(super::support::Step::Data(text.into()));
    let frame = stream.take().expect("a frame");
    assert_eq!(frame.len(), text.len() / 2);
}

fn one(rig: &Rig, name: &str, value: impl std::fmt::Display) {
    assert_eq!(
        rig.risen(name),
        [format!("http_route=/chat {value}")],
        "{name}"
    );
}

#[tokio::test(start_paused = true)]
async fn events_are_read_inside_and_frames_and_bytes_outside() {
    let rig = Rig::new();
    let mut stream = open(&rig, event_stream());
    advance(1000).await;
    say(&mut stream, "data: one\n\n: x\n\n");
    advance(1000).await;
    say(
        &mut stream,
        "event: ping\ndata: x\n\nevent: delta\ndata: y\n\n",
    );
    stream.idle();
    one(&rig, "sse_frames_total", 2);
    one(&rig, "sse_body_bytes_total", 8 + 21);
    one(&rig, "sse_keepalives_total", 2);
    one(&rig, "sse_event_size_bytes", "[11,22]");
    one(&rig, "sse_time_to_first_byte_seconds", "[1]");
    one(&rig, "sse_time_to_first_event_seconds", "[1]");
    one(&rig, "sse_event_gap_seconds", "[1]");
    assert_eq!(
        rig.risen("sse_events_total"),
        [
            "http_route=/chat event_type=delta 1",
            "http_route=/chat event_type=message 1"
        ]
    );
    advance(40_000).await;
    assert_eq!(
        rig.sse.scan().stalled,
        [0, 1, 0, 0],
        "a scan knows of the events"
    );
    stream.end();
    assert_eq!(rig.risen("sse_streams_without_events_total"), [""; 0]);
    assert_eq!(rig.series("sse_streams_active"), ["http_route=/chat 0"]);
}

#[tokio::test(start_paused = true)]
async fn a_probed_stream_of_keepalives_is_one_without_events() {
    let rig = Rig::new();
    let mut stream = open(&rig, event_stream());
    say(&mut stream, ": still here\n\n");
    stream.end();
    assert_eq!(
        rig.risen("sse_streams_without_events_total"),
        ["http_route=/chat close_reason=completed 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn end_markers_are_seen_inside() {
    for (last, reason) in [
        ("data: [DONE]\n\n", "completed"),
        ("data: x\n\n", "incomplete"),
    ] {
        let rig = Rig::with(|options| options.end_data("[DONE]"));
        let mut stream = open(&rig, event_stream());
        say(&mut stream, last);
        stream.end();
        assert_eq!(
            rig.risen("sse_stream_duration_seconds"),
            [format!("http_route=/chat close_reason={reason} [0]")]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_line_is_read_inside_when_the_body_ends() {
    let rig = of_lines(Rig::with(|options| options.end_data("[DONE]")));
    let mut stream = open(&rig, typed("application/x-ndjson"));
    say(&mut stream, "one\n");
    say(&mut stream, "[DONE]");
    stream.end();
    assert_eq!(
        rig.risen("sse_events_total"),
        ["http_route=/chat event_type=message 2"]
    );
    assert_eq!(
        rig.risen("sse_stream_duration_seconds"),
        ["http_route=/chat close_reason=completed [0]"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_handle_counts_what_the_probe_reads() {
    let rig = Rig::new().handles(StreamHandles::new());
    let mut stream = open(&rig, event_stream());
    say(&mut stream, "data: x\n\n: x\n\ndata: y\n\n");
    let counts = stream.handle.as_ref().expect("a handle").counts();
    assert_eq!((counts.frames, counts.bytes), (1, 11));
    assert_eq!((counts.events, counts.keepalives), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_encoded_inside_of_the_probe_already_is_not_read() {
    let rig = Rig::new();
    let encoded = with_header(event_stream(), CONTENT_ENCODING, "br");
    let mut stream = open(&rig, encoded);
    say(&mut stream, "data: x\n\n");
    stream.end();
    one(&rig, "sse_frames_total", 1);
    assert_eq!(rig.risen("sse_events_total"), [""; 0]);
    assert_eq!(rig.risen("sse_streams_without_events_total"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_probe_without_a_compression_counts_each_event_once() {
    let rig = Rig::new();
    let outer = rig.layer.clone();
    let stack =
        tower::layer::layer_fn(move |service| outer.layer(SseProbeLayer::new().layer(service)));
    let mut stream = send(&stack, get("/chat"), event_stream());
    stream.say("data: x\n\ndata: y\n\n");
    stream.end();
    one(&rig, "sse_event_size_bytes", "[9,9]");
    assert_eq!(
        rig.risen("sse_events_total"),
        ["http_route=/chat event_type=message 2"]
    );
}

#[test]
fn a_probe_alone_passes_everything_and_records_nothing() {
    let recorded = Recorded::default();
    metrics::with_local_recorder(&recorded, || {
        for response in [event_stream(), typed("text/plain")] {
            let mut stream = send(&SseProbeLayer::new(), get("/chat"), response);
            stream.say("data: x\n\n");
            stream.idle();
            assert!(!stream.body.is_end_stream());
            assert_eq!(stream.body.size_hint().upper(), None);
            stream.end();
        }
        let mut stream = send(&SseProbeLayer::new(), get("/chat"), event_stream());
        stream.say("data: x\n\n");
        stream.fail();
    });
    assert_eq!(recorded.all(), [""; 0]);
    let none = SseProbeBody::<http_body_util::Full<Bytes>>::default();
    assert!(none.is_end_stream());
}

#[tokio::test(start_paused = true)]
async fn two_sets_of_metrics_outside_of_one_probe_both_count_events() {
    let recorders = [(); 2].map(|()| Recorded::default());
    let sse = |recorder: &Recorded| {
        let meter = Meter::builder().recorder(recorder.clone()).build();
        let sse = Sse::builder().meter(meter.expect("a meter")).build();
        sse.expect("no options")
    };
    let both = ObserveLayer::new(sse(&recorders[0])).with(sse(&recorders[1]));
    let outer = both.routes(routes());
    let stack =
        tower::layer::layer_fn(move |service| outer.layer(SseProbeLayer::new().layer(service)));
    let mut stream = send(&stack, get("/chat"), event_stream());
    stream.say("data: x\n\n");
    stream.end();
    for recorded in recorders {
        assert_eq!(
            recorded.risen("sse_events_total"),
            ["http_route=/chat event_type=message 1"]
        );
        assert_eq!(recorded.risen("sse_streams_without_events_total"), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_recorder_that_panics_in_a_probe_fails_no_stream() {
    let rig = Rig::new();
    let mut stream = open(&rig, event_stream());
    rig.recorded.panic_at(Some("sse_event_size_bytes"));
    say(&mut stream, "data: x\n\n");
    rig.recorded.panic_at(None);
    stream.end();
    assert_eq!(rig.sse.scan().open, 0);
    assert_eq!(rig.series("sse_streams_active"), ["http_route=/chat 0"]);
}
