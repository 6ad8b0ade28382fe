//! HTTP/2, frame by frame.

use bartizan::conn::Outcome;
use bartizan_tests::{
    Protocol,
    client::get,
    scrape::Scrape,
    wait::{PATIENCE, eventually},
};
use http_body_util::BodyExt;
use tokio::{io::AsyncReadExt, time::timeout};

use crate::{
    everywhere, expect,
    feed::Exchange,
    line::{Line, Raw},
    rig::{Framework, Rig, Setup},
};

everywhere! {
    ;
    http1: ;
    http2: a_frame_that_breaks_the_protocol, a_goaway_ends_no_stream,
        a_reset_behind_the_request, a_reset_that_comes_byte_by_byte,
        a_reset_while_the_window_is_full;
}

const PREFACE: &str = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const ACK: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short payload");
    let mut frame = length.to_be_bytes()[1..].to_vec();
    frame.extend_from_slice(&[kind, flags]);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// A GET that is all there.
pub(crate) fn headers(stream: u32) -> Vec<u8> {
    // `:method: GET`.
    frame(HEADERS, 0x05, stream, &head(0x82, "/stream/a"))
}

/// A call of gRPC that is all there, with an empty message.
pub(crate) fn call(stream: u32, path: &str) -> Vec<u8> {
    // `:method: POST`.
    let mut head = head(0x83, path);
    // `content-type` as a literal.
    head.extend_from_slice(&[0x0f, 0x10, 0x10]);
    head.extend_from_slice(b"application/grpc");
    let (head, message) = (
        frame(HEADERS, 0x04, stream, &head),
        frame(DATA, 0x01, stream, &[0; 5]),
    );
    [head, message].concat()
}

fn head(method: u8, path: &str) -> Vec<u8> {
    let length = u8::try_from(path.len()).expect("a short path");
    // `:scheme: http`, `:path` and `:authority` as literals.
    let mut head = vec![method, 0x86, 0x04, length];
    head.extend_from_slice(path.as_bytes());
    head.extend_from_slice(&[0x41, 0x01, b'a']);
    head
}

pub(crate) fn reset(stream: u32, code: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &code.to_be_bytes())
}

/// What a client says first.
pub(crate) fn hello() -> Vec<u8> {
    [PREFACE.as_bytes(), &frame(SETTINGS, 0, 0, &[])].concat()
}

/// What a client says first that takes all that may come.
pub(crate) fn hello_without_windows() -> Vec<u8> {
    // SETTINGS_INITIAL_WINDOW_SIZE, and what is missing to as much for the connection.
    let window = 0x7fff_ffff_u32;
    let setting = [&[0, 4], &window.to_be_bytes()[..]].concat();
    let more = (window - 65_535).to_be_bytes();
    let (setting, more) = (
        frame(SETTINGS, 0, 0, &setting),
        frame(WINDOW_UPDATE, 0, 0, &more),
    );
    [PREFACE.as_bytes(), &setting, &more].concat()
}

/// Answers so many pings, and reads over what else comes.
pub(crate) async fn answers_pings(raw: &mut Raw, pings: u32) {
    let answering = async {
        let mut answered = 0;
        while answered < pings {
            let mut head = [0; 9];
            raw.socket.read_exact(&mut head).await.expect("a frame");
            let [a, b, c, kind, flags, ..] = head;
            let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
            raw.socket.read_exact(&mut payload).await.expect("a frame");
            if kind == PING && flags & ACK == 0 {
                raw.bytes(&frame(PING, ACK, 0, &payload)).await;
                answered += 1;
            }
        }
    };
    timeout(PATIENCE, answering).await.expect("pings");
}

/// A client that has said hello.
pub(crate) async fn connect(rig: &Rig) -> Raw {
    let mut raw = Raw::send(rig.address(), PREFACE).await;
    raw.bytes(&frame(SETTINGS, 0, 0, &[])).await;
    raw
}

async fn open(rig: &mut Rig, raw: &mut Raw, stream: u32) -> Exchange {
    raw.bytes(&headers(stream)).await;
    let exchange = rig.opened().await;
    let event = format!("data: event of {stream}\n\n");
    exchange.sends(event.clone());
    raw.reads(&event).await;
    exchange
}

async fn a_reset_that_comes_byte_by_byte(framework: Framework, _: Protocol) {
    let mut rig = Setup::of(framework).start().await;
    let mut raw = connect(&rig).await;
    raw.socket.set_nodelay(true).expect("an option");
    for (round, stream) in (1..=5).zip((1..).step_by(2)) {
        let exchange = open(&mut rig, &mut raw, stream).await;
        for byte in reset(stream, stream) {
            raw.bytes(&[byte]).await;
            tokio::task::yield_now().await;
        }
        exchange.let_go().await;
        rig.closes(&[("client_disconnect", round)]).await;
    }
    drop(raw);
    rig.stop().await;
}

/// It cannot be told from a reset of a sibling, but it is no one's fault either.
async fn a_reset_behind_the_request(framework: Framework, _: Protocol) {
    let rig = Setup::guarded(framework).start().await;
    let mut raw = connect(&rig).await;
    for (round, stream) in (1..=10).zip((1..).step_by(2)) {
        raw.bytes(&[headers(stream), reset(stream, 8)].concat())
            .await;
        let ended = |scrape: &Scrape| scrape.ended() == round && expect::active(scrape) == 0.0;
        let scrape = rig.recorder.once(ended).await;
        assert_eq!(expect::total(&scrape, expect::ERRORS, &[]), 0);
    }
    drop(raw);
    let recorder = rig.recorder.clone();
    rig.stop().await;
    let scrape = recorder.scrape();
    let count = format!("{}_count", expect::DURATION);
    let reasons = expect::by(&scrape, &count, "close_reason");
    let honest = ["client_disconnect", "unknown"];
    assert!(
        reasons.keys().all(|reason| honest.contains(&&**reason)),
        "{reasons:?}"
    );
    assert_eq!(
        expect::total(&scrape, expect::STARTED, &[]),
        expect::closed(&scrape)
    );
}

async fn a_goaway_ends_no_stream(framework: Framework, _: Protocol) {
    let mut rig = Setup::of(framework).start().await;
    let mut raw = connect(&rig).await;
    let exchange = open(&mut rig, &mut raw, 1).await;
    // The last stream 0, PROTOCOL_ERROR.
    raw.bytes(&frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 1]))
        .await;
    let connection = exchange.connection();
    let gone = || connection.is_peer_going_away().then_some(());
    eventually(gone, || format!("{connection:?}")).await;
    exchange.sends("data: still here\n\n");
    raw.reads("data: still here\n\n").await;
    assert_eq!(expect::active(&rig.recorder.scrape()), 1.0);
    drop(raw);
    exchange.let_go().await;
    rig.closes(&[("client_disconnect", 1)]).await;
    rig.stop().await;
}

async fn a_frame_that_breaks_the_protocol(framework: Framework, _: Protocol) {
    let mut rig = Setup::of(framework).start().await;
    let mut raw = connect(&rig).await;
    let exchange = open(&mut rig, &mut raw, 1).await;
    // DATA on no stream.
    raw.bytes(&frame(DATA, 0, 0, b"garbage")).await;
    exchange.let_go().await;
    rig.closes(&[("server_closed", 1)]).await;
    let connection = exchange.connection();
    if framework == Framework::Hyper {
        let outcome = || connection.outcome();
        let outcome = eventually(outcome, String::new).await;
        assert_eq!(outcome, Outcome::ProtocolError);
    }
    drop(raw);
    rig.stop().await;
}

async fn a_reset_while_the_window_is_full(framework: Framework, protocol: Protocol) {
    let mut rig = Setup::guarded(framework).start().await;
    let (_line, mut client) = Line::client(rig.address(), protocol).await;
    let response = client.send(get("/stream/a")).await.expect("a head");
    let exchange = rig.opened().await;
    for _ in 0..400 {
        exchange.sends(format!("data: {}\n\n", "x".repeat(16_000)));
    }
    let mut body = response.into_body();
    body.frame().await.expect("a frame").expect("no error");
    // What a window takes passes, and no more.
    let mut before = 0;
    let stands = || {
        let now = expect::total(&rig.recorder.scrape(), expect::FRAMES, &[]);
        (now == std::mem::replace(&mut before, now) && now > 10).then_some(now)
    };
    let frames = eventually(stands, || rig.recorder.text()).await;
    assert!(frames < 400);
    drop(body);
    exchange.let_go().await;
    rig.closes(&[("client_disconnect", 1)]).await;
    client.leave().await;
    rig.stop().await;
}
