//! Event streams on real servers with real clients: what passes is counted, and each end has its reason.

mod adapters;
mod blind_spots;
mod cable;
mod chaos;
mod compression;
mod counts;
mod ends;
mod expect;
mod feed;
mod gone;
mod grpc;
mod guard;
mod h2;
mod handles;
mod leaving;
mod let_go;
mod line;
mod mixed;
mod obeying;
mod panics;
mod pings;
mod rig;
mod serve;
mod settle;
mod shutdown;
mod stack;
mod stalls;
mod tls;

use bartizan_tests::{
    Protocol,
    client::{Client, get},
};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::{feed::Exchange, line::Line, rig::Rig};

/// A test for each server and protocol.
macro_rules! everywhere {
    ($($both:ident),* $(,)?) => { $crate::everywhere! { $($both),*; http1: ; http2: ; } };
    ($($both:ident),* $(,)?; http1: $($one:ident),*; http2: $($two:ident),*;) => {
        mod http1 { $crate::everywhere! { @on Http1: $($both)* $($one)* } }
        mod http2 { $crate::everywhere! { @on Http2: $($both)* $($two)* } }
    };
    (@on $protocol:ident: $($name:ident)*) => {
        mod hyper { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                use {bartizan_tests::Protocol, crate::rig::Framework};
                super::super::$name(Framework::Hyper, Protocol::$protocol).await;
            }
        )* }
        mod axum { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                use {bartizan_tests::Protocol, crate::rig::Framework};
                super::super::$name(Framework::Axum, Protocol::$protocol).await;
            }
        )* }
    };
}
pub(crate) use everywhere;

/// How often a test that may meet a race is repeated: `BARTIZAN_ROUNDS`, or 20 times.
fn rounds() -> u64 {
    number("BARTIZAN_ROUNDS").unwrap_or(20)
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a number"))
}

/// A stream from both sides: one event has gone through.
struct Open {
    line: Line,
    client: Client,
    exchange: Exchange,
    body: Incoming,
}

/// Opens a stream on a connection of its own, and waits until its first event is here.
async fn open(rig: &mut Rig, protocol: Protocol) -> Open {
    let (line, mut client) = Line::client(rig.address(), protocol).await;
    let response = client.send(get("/stream/first")).await.expect("a head");
    let exchange = rig.opened().await;
    let mut body = response.into_body();
    exchange.sends("data: first\n\n");
    reads(&mut body, "data: first\n\n").await;
    Open {
        line,
        client,
        exchange,
        body,
    }
}

/// Reads frames until they end with this text.
async fn reads(body: &mut Incoming, text: &str) {
    let mut read = Vec::new();
    while !read.ends_with(text.as_bytes()) {
        let frame = body.frame().await.expect("more to come").expect("no error");
        read.extend_from_slice(&frame.into_data().expect("data"));
    }
}

/// Reads to the end, and returns whether it was a clean one.
async fn reads_to_the_end(body: Incoming) -> bool {
    body.collect().await.is_ok()
}
