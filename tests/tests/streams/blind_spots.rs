//! HTTP/1 where hyper does not look at the socket: a client that leaves is noticed at a write, and not
//! before.

use bartizan_tests::{Protocol, client::Client, wait::eventually};
use http_body_util::BodyExt;

use crate::{
    everywhere, expect,
    feed::{Exchange, fed},
    line::{GET, Raw},
    open,
    rig::{Framework, Rig, Setup},
};

everywhere! {
    ;
    http1: a_pipelined_request_hides_the_reset, a_request_body_that_is_not_read_hides_the_end;
    http2: ;
}

/// Ticks until the stream is let go of, each time after the last tick was written; returns how many it
/// took.
async fn ticks(exchange: &Exchange) -> u32 {
    let connection = exchange.connection();
    for tick in 0.. {
        if exchange.is_let_go() || connection.is_closed() {
            return tick;
        }
        let before = connection.bytes_written();
        exchange.sends(format!("data: tick {tick}\n\n"));
        let went = || {
            let went = connection.bytes_written() > before;
            (went || exchange.is_let_go() || connection.is_closed()).then_some(())
        };
        eventually(went, || format!("{connection:?}")).await;
    }
    unreachable!("u32 is not that small")
}

#[tokio::test]
async fn half_closed_connections_are_noticed_by_ticks() {
    for guard in [false, true] {
        let setup = Setup {
            guard,
            http: |http| {
                http.http1().half_close(true);
            },
            ..Setup::of(Framework::Hyper)
        };
        let mut rig = setup.start().await;
        for round in 1..=crate::rounds() {
            let open = open(&mut rig, Protocol::Http1).await;
            open.line.close();
            let ticks = ticks(&open.exchange).await;
            assert!((1..=4).contains(&ticks), "{ticks}");
            rig.closes(&[("client_disconnect", round)]).await;
        }
        rig.stop().await;
    }
}

/// A whole life of another stream has passed meanwhile.
async fn meanwhile(rig: &mut Rig) {
    let open = open(rig, Protocol::Http1).await;
    open.line.close();
    open.exchange.let_go().await;
}

async fn a_request_body_that_is_not_read_hides_the_end(framework: Framework, _: Protocol) {
    for collects in [false, true] {
        let (opened, mut exchanges) = tokio::sync::mpsc::unbounded_channel();
        let answer = fed(opened);
        let setup = Setup::of(framework).answering(move |request| {
            let answer = answer.clone();
            async move {
                let (head, mut body) = request.into_parts();
                if collects {
                    while let Some(Ok(_)) = body.frame().await {}
                }
                let rest = http::Request::from_parts(head, body);
                answer(rest).await
            }
        });
        let rig = setup.start().await;
        let post = "POST /stream/raw HTTP/1.1\r\nhost: a\r\ncontent-length: 200000\r\n\r\n";
        let mut raw = Raw::send(rig.address(), post).await;
        raw.write(&"x".repeat(200_000)).await;
        let exchange = exchanges.recv().await.expect("a request");
        exchange.sends("data: first\n\n");
        raw.reads("data: first\n\n").await;
        drop(raw);
        if !collects {
            let mut other = Setup::of(framework).start().await;
            meanwhile(&mut other).await;
            assert_eq!(expect::active(&rig.recorder.scrape()), 1.0);
            assert!((1..=4).contains(&ticks(&exchange).await));
            other.stop().await;
        }
        rig.closes(&[("client_disconnect", 1)]).await;
        rig.stop().await;
    }
}

async fn a_pipelined_request_hides_the_reset(framework: Framework, _: Protocol) {
    let mut rig = Setup::of(framework).start().await;
    for round in 1..=crate::rounds() {
        let mut raw = Raw::get(rig.address()).await;
        let exchange = rig.opened().await;
        exchange.sends("data: first\n\n");
        raw.reads("data: first\n\n").await;
        raw.write(GET).await;
        raw.reset();
        let ticks = ticks(&exchange).await;
        assert!(ticks <= 2, "{ticks}");
        rig.closes(&[("client_disconnect", round)]).await;
    }
    rig.stop().await;
}

/// The second one begins when the first one is done, on what the first one left.
#[tokio::test]
async fn pipelined_streams_are_closed_one_by_one() {
    let mut rig = Setup::of(Framework::Hyper).start().await;
    let client = Client::connect(rig.address(), Protocol::Http1).await;
    let mut raw = Raw::send(rig.address(), &GET.repeat(3)).await;
    for round in 1..=2 {
        let exchange = rig.opened().await;
        exchange.sends(format!("data: {round}\n\n"));
        raw.reads(&format!("data: {round}\n\n")).await;
        exchange.ends();
        rig.recorder
            .once(|scrape| expect::closed(scrape) == round)
            .await;
    }
    let last = rig.opened().await;
    raw.reset();
    last.let_go().await;
    rig.closes(&[("client_disconnect", 1), ("completed", 2)])
        .await;
    client.leave().await;
    rig.stop().await;
}
