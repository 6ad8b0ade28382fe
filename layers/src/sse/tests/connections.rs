//! Streams on an observed connection: what blocks, what fails, what never leaves.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

use http::{Request, Version};
use tokio::io::{AsyncWrite, DuplexStream, duplex};

use super::support::{Rig, Stream, advance, event_stream, get};
use crate::conn::{ConnHandle, Connections, ObservedIo};

/// A connection whose kernel takes so many bytes.
fn connection(takes: usize) -> (ObservedIo<DuplexStream>, DuplexStream) {
    let (ours, theirs) = duplex(takes);
    (Connections::new().observe(ours), theirs)
}

/// The server writes; how many bytes are taken.
fn write(io: &mut ObservedIo<DuplexStream>, bytes: usize) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    let bytes = vec![b'x'; bytes];
    match Pin::new(io).poll_write(&mut context, &bytes) {
        Poll::Ready(taken) => taken.unwrap_or(0),
        Poll::Pending => 0,
    }
}

fn flush(io: &mut ObservedIo<DuplexStream>) {
    let mut context = Context::from_waker(Waker::noop());
    assert!(Pin::new(io).poll_flush(&mut context).is_ready());
}

fn request(handle: ConnHandle, version: Version) -> Request<()> {
    let mut request = get("/chat");
    *request.version_mut() = version;
    request.extensions_mut().insert(handle);
    request
}

fn open(rig: &Rig, io: &ObservedIo<DuplexStream>, version: Version) -> Stream {
    rig.request(request(io.handle(), version), event_stream())
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

#[tokio::test(start_paused = true)]
async fn a_connection_that_takes_no_bytes_stalls_its_streams_after_5_seconds() {
    let rig = Rig::new();
    let (mut io, theirs) = connection(4);
    let mut stream = open(&rig, &io, Version::HTTP_11);
    let _other = rig.open();
    stream.say("data: x\n\n");
    stream.idle();
    assert_eq!(write(&mut io, 9), 4);
    assert_eq!(write(&mut io, 5), 0);
    advance(5_000).await;
    assert_eq!(rig.sse.scan().stalled, [0, 0, 0, 0], "at the edge");
    advance(1).await;
    assert_eq!(rig.sse.scan().stalled, [0, 0, 1, 0]);
    assert_eq!(
        rig.risen("sse_streams_stalled"),
        ["http_route=/chat cause=write_blocked 1"]
    );
    drop(theirs);
    drop(stream);
    assert_eq!(rig.sse.scan().stalled, [0; 4]);
    assert_eq!(rig.risen("sse_streams_stalled"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn events_that_the_socket_never_took_are_undelivered() {
    let rig = Rig::new();
    let (mut io, _theirs) = connection(1024);
    let mut stream = open(&rig, &io, Version::HTTP_11);
    stream.say("data: one\n\n");
    assert_eq!(write(&mut io, 11), 11);
    stream.say("event: delta\ndata: two\n\nevent: delta\ndata: three\n\n");
    stream.say(": no event\n\n");
    stream.say("event: done\ndata: four\n\n");
    assert_eq!(rig.risen("sse_events_undelivered_total"), [""; 0]);
    drop(stream);
    assert_eq!(
        rig.risen("sse_events_undelivered_total"),
        [""; 0],
        "not known yet"
    );
    drop(io);
    assert_eq!(
        rig.risen("sse_events_undelivered_total"),
        [
            "http_route=/chat event_type=delta 2",
            "http_route=/chat event_type=done 1"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_flushed_is_delivered_as_far_as_anyone_can_tell() {
    let rig = Rig::new();
    let (mut io, _theirs) = connection(1024);
    let mut stream = open(&rig, &io, Version::HTTP_11);
    stream.say("data: one\n\n");
    drop(stream);
    flush(&mut io);
    drop(io);
    assert_eq!(rig.risen("sse_events_undelivered_total"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_undelivered_count_is_a_lower_bound_within_a_frame() {
    let rig = Rig::new();
    let (mut io, _theirs) = connection(1024);
    let mut stream = open(&rig, &io, Version::HTTP_11);
    // Four events of 10 bytes in one frame, three of which were taken.
    stream.say("data: 01\n\ndata: 02\n\ndata: 03\n\ndata: 04\n\n");
    assert_eq!(write(&mut io, 30), 30);
    drop(stream);
    drop(io);
    let lines = rig.risen("sse_events_undelivered_total");
    let counted: u64 = lines
        .iter()
        .map(|line| {
            line.rsplit(' ')
                .next()
                .expect("a value")
                .parse::<u64>()
                .expect("a number")
        })
        .sum();
    assert!(counted <= 1, "one was not taken, and {counted} are counted");
}

#[tokio::test(start_paused = true)]
async fn on_http_2_no_one_knows_what_was_delivered() {
    let rig = Rig::new();
    let (io, _theirs) = connection(1024);
    let mut stream = open(&rig, &io, Version::HTTP_2);
    stream.say("data: one\n\n");
    drop(stream);
    drop(io);
    assert_eq!(rig.risen("sse_events_undelivered_total"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn more_frames_than_a_server_holds_back_are_not_all_remembered() {
    let rig = Rig::new();
    let (io, _theirs) = connection(1024);
    let mut stream = open(&rig, &io, Version::HTTP_11);
    for _ in 0..40 {
        stream.say("data: x\n\n");
    }
    stream.say("data: x\n\nevent: delta\ndata: x\n\n");
    drop(stream);
    drop(io);
    assert_eq!(
        rig.risen("sse_events_undelivered_total"),
        [
            "http_route=/chat event_type=_OTHER 2",
            "http_route=/chat event_type=message 15"
        ],
        "the last 16 frames, of which one has several types"
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_failed_in_writing_is_a_write_error_of_its_streams() {
    let rig = Rig::new();
    let (mut io, theirs) = connection(4);
    let stream = open(&rig, &io, Version::HTTP_11);
    drop(theirs);
    assert_eq!(write(&mut io, 9), 0);
    drop(io);
    drop(stream);
    assert_eq!(
        rig.risen("sse_write_errors_total"),
        ["http_route=/chat error_type=broken_pipe 1"]
    );
    assert_eq!(reasons(&rig), ["client_disconnect"]);
    assert_eq!(
        rig.risen("sse_errors_total"),
        [""; 0],
        "diagnostic, and no error"
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_tells_why_a_stream_was_let_go_of() {
    let rig = Rig::new();
    // The connection lives: a layer let go.
    let (io, _theirs) = connection(4);
    drop(open(&rig, &io, Version::HTTP_11));
    assert_eq!(reasons(&rig), ["layer_error"]);
    // The server let go of the connection.
    let stream = open(&rig, &io, Version::HTTP_11);
    drop(io);
    drop(stream);
    // On HTTP/2 a living connection tells nothing.
    let (io, _theirs) = connection(4);
    drop(open(&rig, &io, Version::HTTP_2));
    assert_eq!(reasons(&rig), ["layer_error", "server_closed", "unknown"]);
}
