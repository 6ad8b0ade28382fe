//! Clients of HTTP/2 that do not answer pings any more.
//!
//! `axum::serve` sends none: it has no such option. All goes on one thread, where hyper says goodbye before
//! a stream's own task comes to its end; on another thread that may be first, and shows nothing then.

use std::time::Duration;

use bartizan::conn::Outcome;
use bartizan_tests::wait::eventually;
use bytes::Bytes;
use hyper_util::rt::TokioTimer;

use crate::{
    expect, h2,
    line::Raw,
    rig::{Framework, Rig, Setup},
};

/// It is short, and what answers in time has a second for it.
async fn keep_alive(guard: bool) -> Rig {
    let setup = Setup {
        guard,
        http: |http| {
            http.http2()
                .timer(TokioTimer::new())
                .keep_alive_interval(Duration::from_millis(50))
                .keep_alive_timeout(Duration::from_secs(1));
        },
        ..Setup::of(Framework::Hyper)
    };
    setup.start().await
}

/// What the server may do while nobody is at home.
#[derive(Clone, Copy, PartialEq)]
enum Meanwhile {
    Idle,
    /// It writes what nobody answers to.
    Ticks,
    /// A sibling was reset before, so the connection has seen a reset.
    AfterReset,
}

/// It accepts, answers for a while, and then nobody is at home.
#[tokio::test]
async fn a_peer_that_stops_to_answer() {
    for guard in [false, true] {
        for meanwhile in [Meanwhile::Idle, Meanwhile::Ticks, Meanwhile::AfterReset] {
            let mut rig = keep_alive(guard).await;
            let mut raw = h2::connect(&rig).await;
            raw.bytes(&h2::headers(1)).await;
            let exchange = rig.opened().await;
            let mut reasons = vec![("server_closed", 1)];
            if meanwhile == Meanwhile::AfterReset {
                raw.bytes(&h2::headers(3)).await;
                let sibling = rig.opened().await;
                raw.bytes(&h2::reset(3, 8)).await;
                sibling.let_go().await;
                reasons.push(("client_disconnect", 1));
            }
            h2::answers_pings(&mut raw, 3).await;
            assert_eq!(expect::active(&rig.recorder.scrape()), 1.0);
            if meanwhile == Meanwhile::Ticks {
                for _ in 0..10 {
                    exchange.sends("data: tick\n\n");
                }
            }
            exchange.let_go().await;
            rig.closes(&reasons).await;
            let connection = exchange.connection();
            assert_eq!(connection.cause(), None);
            let closed = expect::connections(&rig.recorder, 1).await;
            assert_eq!(closed, [("peer_timeout".to_owned(), 1)].into());
            assert_eq!(connection.outcome(), Some(Outcome::KeepAliveTimeout));
            drop(raw);
            rig.stop().await;
        }
    }
}

/// What says goodbye cannot be written, so the streams end before anything of the connection's end shows;
/// the connection itself stays until the system, or the client, ends it.
#[tokio::test]
async fn a_peer_that_takes_nothing() {
    let mut rig = keep_alive(true).await;
    let mut raw = Raw::with_little_room(rig.address()).await;
    raw.bytes(&h2::hello_without_windows()).await;
    raw.bytes(&h2::headers(1)).await;
    let exchange = rig.opened().await;
    let connection = exchange.connection();
    let event = Bytes::from(format!("data: {}\n\n", "x".repeat(64 * 1024)));
    for _ in 0..200 {
        exchange.sends(event.clone());
    }
    eventually(|| connection.write_blocked_for(), || rig.recorder.text()).await;
    exchange.let_go().await;
    rig.closes(&[("unknown", 1)]).await;
    assert_eq!((connection.cause(), connection.is_closed()), (None, false));
    drop(raw);
    let closed = expect::connections(&rig.recorder, 1).await;
    assert_eq!(closed, [("client_closed".to_owned(), 1)].into());
    rig.stop().await;
}

/// A client that reads nothing of the stream answers pings all the same.
#[tokio::test]
async fn a_client_that_is_at_home() {
    let mut rig = keep_alive(true).await;
    let open = crate::open(&mut rig, bartizan_tests::Protocol::Http2).await;
    let connection = open.exchange.connection();
    let before = connection.bytes_written();
    // A ping has 17 bytes, and nothing else is written.
    let pinged = || (connection.bytes_written() >= before + 10 * 17).then_some(());
    eventually(pinged, || format!("{connection:?}")).await;
    assert_eq!(expect::active(&rig.recorder.scrape()), 1.0);
    open.exchange.ends();
    assert!(crate::reads_to_the_end(open.body).await);
    rig.closes(&[("completed", 1)]).await;
    open.client.leave().await;
    drop(open.line);
    rig.stop().await;
}
