//! Streams that do not get on, as a scan finds them.

use std::time::Duration;

use bartizan::sse::{Cause, Scan, StallThresholds};
use bartizan_tests::{Protocol, client::get, wait::eventually};
use bytes::Bytes;
use http_body_util::BodyExt;
use socket2::SockRef;

use crate::{
    everywhere, expect,
    line::{Line, Raw},
    open,
    rig::{Framework, Rig, Setup},
};

everywhere! {
    a_stream_without_events,
    keepalives_are_no_events;
    http1: a_connection_that_takes_no_more;
    http2: a_window_that_is_full;
}

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(3600);

const NEVER: StallThresholds = StallThresholds {
    no_first_event: LONG,
    no_event: LONG,
    write_blocked: LONG,
    not_polled: LONG,
};

fn number(scan: Scan, cause: Cause) -> u64 {
    let index = Cause::ALL.iter().position(|known| *known == cause);
    scan.stalled[index.expect("a cause")]
}

fn gauge(rig: &Rig, cause: Cause) -> Option<f64> {
    let scrape = rig.recorder.scrape();
    scrape.value(expect::STALLED, &[("cause", cause.as_str())])
}

/// Scans until so many streams are stalled.
async fn found(rig: &Rig, cause: Cause, streams: u64) -> Scan {
    let scan = || Some(rig.sse.scan()).filter(|scan| number(*scan, cause) == streams);
    let scan = eventually(scan, || {
        format!("{:?}\n{}", rig.sse.scan(), rig.recorder.text())
    })
    .await;
    assert_eq!(gauge(rig, cause), Some(streams as f64));
    scan
}

async fn a_stream_without_events(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        sse: |sse| {
            sse.stall_thresholds(StallThresholds {
                no_first_event: SHORT,
                no_event: SHORT,
                ..NEVER
            })
        },
        ..Setup::of(framework)
    };
    let mut rig = setup.start().await;
    assert_eq!(rig.sse.scan(), Scan::default());
    let (line, mut client) = Line::client(rig.address(), protocol).await;
    let mut body = client
        .send(get("/stream/a"))
        .await
        .expect("a head")
        .into_body();
    let exchange = rig.opened().await;
    rig.active(1).await;
    // The series are there before anything is found.
    for cause in Cause::ALL {
        assert_eq!(gauge(&rig, *cause), Some(0.0), "{cause:?}");
    }
    let scan = found(&rig, Cause::NoFirstEvent, 1).await;
    assert_eq!((scan.open, number(scan, Cause::NoEvent)), (1, 0));
    assert!(scan.oldest >= Some(SHORT) && scan.idlest >= Some(SHORT));
    exchange.sends("data: 1\n\n");
    crate::reads(&mut body, "data: 1\n\n").await;
    found(&rig, Cause::NoFirstEvent, 0).await;
    let scan = found(&rig, Cause::NoEvent, 1).await;
    assert!(scan.oldest >= scan.idlest);
    exchange.sends("data: 2\n\n");
    crate::reads(&mut body, "data: 2\n\n").await;
    line.close();
    exchange.let_go().await;
    rig.closes(&[("client_disconnect", 1)]).await;
    let scan = found(&rig, Cause::NoEvent, 0).await;
    assert_eq!((scan.open, scan.oldest, scan.idlest), (0, None, None));
    let scanned = rig
        .recorder
        .scrape()
        .value("bartizan_scan_time_seconds", &[]);
    assert!(scanned > Some(1e9));
    rig.stop().await;
}

async fn keepalives_are_no_events(framework: Framework, protocol: Protocol) {
    let setup = Setup {
        sse: |sse| {
            sse.stall_thresholds(StallThresholds {
                no_event: SHORT,
                ..NEVER
            })
        },
        ..Setup::of(framework)
    };
    let mut rig = setup.start().await;
    let mut open = open(&mut rig, protocol).await;
    for keepalive in [":\n\n", "event: ping\ndata: {}\n\n"] {
        open.exchange.sends(keepalive);
        crate::reads(&mut open.body, keepalive).await;
    }
    let from = rig.sse.scan().idlest;
    open.exchange.sends(":\n\n");
    crate::reads(&mut open.body, ":\n\n").await;
    assert!(rig.sse.scan().idlest >= from);
    found(&rig, Cause::NoEvent, 1).await;
    open.line.close();
    rig.closes(&[("client_disconnect", 1)]).await;
    rig.stop().await;
}

fn blocked(framework: Framework) -> Setup {
    Setup {
        sse: |sse| {
            sse.stall_thresholds(StallThresholds {
                write_blocked: SHORT,
                not_polled: SHORT,
                ..NEVER
            })
        },
        socket: |io| {
            let socket = SockRef::from(io);
            socket.set_tcp_notsent_lowat(16 * 1024).expect("an option");
        },
        ..Setup::of(framework)
    }
}

const FRAMES: usize = 200;
const SIZE: usize = 64 * 1024;

fn big() -> Bytes {
    format!("data: {}\n\n", "x".repeat(SIZE - 8)).into()
}

async fn a_connection_that_takes_no_more(framework: Framework, _: Protocol) {
    let mut rig = blocked(framework).start().await;
    let mut raw = Raw::get_with_little_room(rig.address()).await;
    let exchange = rig.opened().await;
    for _ in 0..FRAMES {
        exchange.sends(big());
    }
    found(&rig, Cause::WriteBlocked, 1).await;
    found(&rig, Cause::NotPolled, 1).await;
    assert!(exchange.connection().write_blocked_for() >= Some(SHORT));
    exchange.ends();
    raw.reads("\r\n0\r\n\r\n").await;
    let scrape = rig.closes(&[("completed", 1)]).await;
    assert!(scrape.count(expect::BACKPRESSURE, &[]) >= 1);
    assert!(scrape.sum(expect::BACKPRESSURE, &[]) >= SHORT.as_secs_f64());
    let blocked = scrape.sum("server_connection_write_blocked_seconds", &[]);
    assert!(blocked >= SHORT.as_secs_f64(), "{blocked}");
    assert_eq!(exchange.connection().write_blocked_for(), None);
    found(&rig, Cause::WriteBlocked, 0).await;
    raw.reset();
    rig.stop().await;
}

async fn a_window_that_is_full(framework: Framework, protocol: Protocol) {
    let mut rig = blocked(framework).start().await;
    let (_line, mut client) = Line::client(rig.address(), protocol).await;
    let response = client.send(get("/stream/a")).await.expect("a head");
    let exchange = rig.opened().await;
    for _ in 0..FRAMES {
        exchange.sends(big());
    }
    exchange.ends();
    let scan = found(&rig, Cause::NotPolled, 1).await;
    assert_eq!(number(scan, Cause::WriteBlocked), 0);
    assert_eq!(exchange.connection().write_blocked_for(), None);
    let whole = response
        .into_body()
        .collect()
        .await
        .expect("a whole body")
        .to_bytes();
    assert_eq!(whole.len(), FRAMES * SIZE);
    let scrape = rig.closes(&[("completed", 1)]).await;
    assert!(scrape.count(expect::BACKPRESSURE, &[]) >= 1);
    assert!(scrape.sum(expect::BACKPRESSURE, &[]) >= SHORT.as_secs_f64());
    client.leave().await;
    rig.stop().await;
}
