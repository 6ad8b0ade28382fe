//! What was handed over and never reached the socket: on HTTP/1 it is known afterwards.

use bartizan_tests::{Protocol, client::get, scrape::Scrape, wait::eventually};
use bytes::Bytes;
use http_body_util::BodyExt;
use socket2::SockRef;

use crate::{
    everywhere, expect,
    feed::Exchange,
    line::{Line, Raw},
    reads_to_the_end,
    rig::{Framework, Rig, Setup},
};

everywhere! {
    ;
    http1: a_client_that_reads_late_gets_all, bytes_that_a_reset_destroys,
        bytes_that_a_reset_destroys_in_an_open_stream,
        the_second_stream_of_a_connection;
    http2: nothing_is_said_of_http2;
}

const FRAMES: u64 = 15;
const SIZE: u64 = 16 * 1024;

/// An event that is a frame of 16 KiB.
fn big(event_type: &str) -> Bytes {
    let start = format!("event: {event_type}\ndata: ");
    let filling = "x".repeat(SIZE as usize - start.len() - 2);
    format!("{start}{filling}\n\n").into()
}

async fn narrow(framework: Framework) -> Rig {
    let setup = Setup {
        socket: |io| {
            let socket = SockRef::from(io);
            socket.set_send_buffer_size(16 * 1024).expect("an option");
        },
        ..Setup::of(framework)
    };
    setup.start().await
}

/// The streams whose frames did not all go into the socket: fewer events than were lost.
fn undelivered(scrape: &Scrape) -> u64 {
    expect::total(scrape, expect::UNDELIVERED, &[])
}

/// How many events the metric shall count when so many bytes were written since the head.
fn lower_bound(written: u64) -> u64 {
    (1..=FRAMES).filter(|frame| frame * SIZE > written).count() as u64
}

async fn stalled(rig: &mut Rig) -> (Raw, Exchange) {
    let raw = Raw::get_with_little_room(rig.address()).await;
    let exchange = rig.opened().await;
    for _ in 0..FRAMES {
        exchange.sends(big("big"));
    }
    let connection = exchange.connection();
    eventually(|| connection.write_blocked_for(), || rig.recorder.text()).await;
    (raw, exchange)
}

async fn bytes_that_a_reset_destroys(framework: Framework, _: Protocol) {
    let mut rig = narrow(framework).await;
    let (raw, exchange) = stalled(&mut rig).await;
    exchange.ends();
    // It completes while most of it is still here.
    exchange.let_go().await;
    let scrape = rig.closes(&[("completed", 1)]).await;
    assert_eq!(undelivered(&scrape), 0);
    let connection = exchange.connection();
    raw.reset();
    let scrape = rig.recorder.once(|scrape| undelivered(scrape) != 0).await;
    let lost = undelivered(&scrape);
    assert!((5..FRAMES).contains(&lost), "{lost}");
    assert_eq!(lost, lower_bound(connection.bytes_written()));
    assert_eq!(scrape.values(expect::UNDELIVERED, "event_type"), ["big"]);
    expect::reasons(&scrape, &[("completed", 1)]);
    rig.stop().await;
}

async fn bytes_that_a_reset_destroys_in_an_open_stream(framework: Framework, _: Protocol) {
    let mut rig = narrow(framework).await;
    let (raw, exchange) = stalled(&mut rig).await;
    let connection = exchange.connection();
    raw.reset();
    rig.closes(&[("client_disconnect", 1)]).await;
    // It is told after the end.
    let scrape = rig.recorder.once(|scrape| undelivered(scrape) != 0).await;
    assert_eq!(
        undelivered(&scrape),
        lower_bound(connection.bytes_written())
    );
    assert!(undelivered(&scrape) >= 5);
    rig.stop().await;
}

async fn a_client_that_reads_late_gets_all(framework: Framework, _: Protocol) {
    let mut rig = narrow(framework).await;
    let (mut raw, exchange) = stalled(&mut rig).await;
    exchange.ends();
    exchange.let_go().await;
    rig.closes(&[("completed", 1)]).await;
    raw.reads("\r\n0\r\n\r\n").await;
    raw.reset();
    let recorder = rig.recorder.clone();
    rig.stop().await;
    assert_eq!(undelivered(&recorder.scrape()), 0);
}

/// What the first one wrote is not the second one's.
async fn the_second_stream_of_a_connection(framework: Framework, _: Protocol) {
    let mut rig = narrow(framework).await;
    let mut raw = Raw::get_with_little_room(rig.address()).await;
    let first = rig.opened().await;
    for _ in 0..FRAMES {
        first.sends(big("first"));
    }
    first.ends();
    raw.reads("\r\n0\r\n\r\n").await;
    let connection = first.connection();
    // What the server has counted of it may be behind.
    let before = raw.has_read();
    raw.write(crate::line::GET).await;
    let second = rig.opened().await;
    for _ in 0..FRAMES {
        second.sends(big("second"));
    }
    second.ends();
    eventually(|| connection.write_blocked_for(), || rig.recorder.text()).await;
    second.let_go().await;
    rig.closes(&[("completed", 2)]).await;
    raw.reset();
    let scrape = rig.recorder.once(|scrape| undelivered(scrape) != 0).await;
    assert_eq!(scrape.values(expect::UNDELIVERED, "event_type"), ["second"]);
    let written = connection.bytes_written() - before;
    assert_eq!(undelivered(&scrape), lower_bound(written));
    rig.stop().await;
}

async fn nothing_is_said_of_http2(framework: Framework, protocol: Protocol) {
    let mut rig = narrow(framework).await;
    let (line, mut client) = Line::client(rig.address(), protocol).await;
    let response = client.send(get("/stream/a")).await.expect("a head");
    let exchange = rig.opened().await;
    // More than what a stream's window takes.
    for _ in 0..200 {
        exchange.sends(big("big"));
    }
    rig.recorder
        .once(|scrape| expect::total(scrape, expect::EVENTS, &[]) > 20)
        .await;
    line.reset();
    let scrape = rig.closes(&[("client_disconnect", 1)]).await;
    assert_eq!(scrape.value(expect::UNDELIVERED, &[]).unwrap_or(0.0), 0.0);
    drop(response);
    rig.stop().await;
}

/// The types of one frame cannot be told apart afterwards.
#[tokio::test]
async fn a_frame_of_several_types() {
    let mut rig = narrow(Framework::Hyper).await;
    let (raw, exchange) = stalled(&mut rig).await;
    let mixed = [big("a"), big("b")].concat();
    exchange.sends(mixed);
    rig.recorder
        .once(|scrape| expect::total(scrape, expect::FRAMES, &[]) == FRAMES + 1)
        .await;
    raw.reset();
    rig.closes(&[("client_disconnect", 1)]).await;
    let scrape = rig.recorder.once(|scrape| undelivered(scrape) > 2).await;
    let lost = expect::by(&scrape, expect::UNDELIVERED, "event_type");
    assert_eq!(lost["_OTHER"], 2);
    rig.stop().await;
}

#[tokio::test]
async fn what_is_written_in_time_is_not_undelivered() {
    let mut rig = narrow(Framework::Axum).await;
    for _ in 0..crate::rounds() {
        let (line, mut client) = Line::client(rig.address(), Protocol::Http1).await;
        let (response, exchange) =
            tokio::join!(client.send(get("/stream/a")), async { rig.opened().await });
        for _ in 0..FRAMES {
            exchange.sends(big("big"));
        }
        exchange.ends();
        assert!(reads_to_the_end(response.unwrap().into_body()).await);
        line.close();
    }
    let scrape = rig.closes(&[("completed", crate::rounds())]).await;
    assert_eq!(undelivered(&scrape), 0);
    rig.stop().await;
}

/// A client that took everything and then resets loses nothing.
#[tokio::test]
async fn an_idle_stream_that_is_reset_has_nothing_undelivered() {
    let mut rig = narrow(Framework::Hyper).await;
    let (line, mut client) = Line::client(rig.address(), Protocol::Http1).await;
    let mut body = client
        .send(get("/stream/a"))
        .await
        .expect("a head")
        .into_body();
    let exchange = rig.opened().await;
    for _ in 0..40 {
        exchange.sends(big("big"));
        let mut read = 0;
        while read < SIZE {
            let frame = body.frame().await.expect("a frame").expect("no error");
            read += frame.into_data().unwrap().len() as u64;
        }
    }
    line.reset();
    rig.closes(&[("client_disconnect", 1)]).await;
    let recorder = rig.recorder.clone();
    rig.stop().await;
    assert_eq!(undelivered(&recorder.scrape()), 0);
}
