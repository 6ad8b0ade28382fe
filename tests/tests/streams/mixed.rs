//! Ends of many kinds, beside and behind each other: none takes another's reason.

use std::time::Duration;

use bartizan_tests::{
    Protocol,
    client::{Client, get},
    script::Step,
    wait::eventually,
};
use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::{Response, body::Incoming};
use tower_http::timeout::TimeoutBody;

use crate::{
    everywhere, expect,
    feed::Exchange,
    line::Line,
    obeying::{INSTEAD, obeying},
    open, reads_to_the_end,
    rig::{Between, Framework, Setup},
};

everywhere! {
    time_outs_on_both_sides,
    time_outs_without_a_guard;
    http1: ends_one_after_another;
    http2: ends_of_all_kinds_on_one_connection;
}

/// How a stream ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// The service ends it.
    Ends,
    /// The service fails it.
    Fails,
    /// The client resets it.
    Reset,
    /// A layer outside has this done to it.
    Layer(&'static str),
}

const WAYS: [(Way, &str); 8] = [
    (Way::Reset, "client_disconnect"),
    (Way::Layer("fail"), "layer_error"),
    (Way::Ends, "completed"),
    (Way::Layer("end"), "layer_error"),
    (Way::Layer("late"), "layer_error"),
    (Way::Fails, "body_error"),
    (Way::Layer("instead"), "layer_error"),
    (Way::Layer("panic"), "panic"),
];

// === impl Way ===

impl Way {
    /// Ends a stream; what it returns is to be read.
    fn take(self, exchange: &Exchange, response: Response<Incoming>) -> Option<Incoming> {
        match self {
            Self::Ends => exchange.ends(),
            Self::Fails => exchange.does(Step::Fail),
            Self::Layer(word) => exchange.sends(format!("data: {word}\n\n")),
            Self::Reset => return None,
        }
        Some(response.into_body())
    }

    /// Whether the client gets a clean end, however it came about.
    fn is_clean(self) -> bool {
        matches!(self, Self::Ends | Self::Layer("end" | "instead"))
    }
}

/// Ten of each kind as they come, and ten that are open when the connection goes.
async fn ends_of_all_kinds_on_one_connection(framework: Framework, protocol: Protocol) {
    let mut rig = obeying(Setup::guarded(framework)).start().await;
    let (line, client) = Line::client(rig.address(), protocol).await;
    let mut streams = Vec::new();
    for _ in 0..90 {
        let response = client.send_beside(get("/stream/a")).await.expect("a head");
        streams.push((response, rig.opened().await));
    }
    rig.active(90).await;
    let (mut bodies, mut held) = (Vec::new(), Vec::new());
    for (number, (response, exchange)) in streams.into_iter().enumerate() {
        match WAYS.get(number % 9) {
            Some((way, _)) => bodies.extend(way.take(&exchange, response).map(|body| (*way, body))),
            None => held.push((response, exchange)),
        }
    }
    for (way, body) in bodies {
        assert_eq!(reads_to_the_end(body).await, way.is_clean(), "{way:?}");
    }
    rig.active(10).await;
    line.reset();
    rig.closes(&[
        ("body_error", 10),
        ("client_disconnect", 20),
        ("completed", 10),
        ("layer_error", 40),
        ("panic", 10),
    ])
    .await;
    drop(held);
    rig.stop().await;
}

/// Those that the connection outlives, with and without a guard; the last one is reset.
async fn ends_one_after_another(framework: Framework, protocol: Protocol) {
    for guard in [false, true] {
        let setup = Setup {
            guard,
            ..Setup::of(framework)
        };
        let mut rig = obeying(setup).start().await;
        let (line, mut client) = Line::client(rig.address(), protocol).await;
        let (mut completed, mut cut) = (0, 0);
        for (way, reason) in WAYS
            .iter()
            .filter(|(way, _)| way.is_clean())
            .cycle()
            .take(9)
        {
            let response = client.send(get("/stream/a")).await.expect("a head");
            let exchange = rig.opened().await;
            let body = way.take(&exchange, response).expect("what is to be read");
            let whole = body.collect().await.expect("a clean end").to_bytes();
            assert_eq!(whole == INSTEAD, *way == Way::Layer("instead"));
            match *reason {
                "completed" => completed += 1,
                _ => cut += 1,
            }
            rig.closes(&[("completed", completed), ("layer_error", cut)])
                .await;
        }
        let response = client.send(get("/stream/a")).await.expect("a head");
        let exchange = rig.opened().await;
        line.reset();
        exchange.let_go().await;
        rig.closes(&[
            ("client_disconnect", 1),
            ("completed", 3),
            ("layer_error", 6),
        ])
        .await;
        drop(response);
        rig.stop().await;
    }
}

const SOON: Duration = Duration::from_millis(5);
const NEVER: Duration = Duration::from_secs(3600);

/// The first one that strikes has the say.
async fn time_outs_on_both_sides(framework: Framework, protocol: Protocol) {
    for (inside, outside, reason) in [(SOON, NEVER, "timeout"), (NEVER, SOON, "layer_error")] {
        let setup = Setup {
            between: Between::Timeout(outside),
            ..Setup::guarded(framework)
        };
        let setup = setup.streaming(move || {
            let first = stream::iter([Ok(Frame::data(Bytes::from_static(b"data: 1\n\n")))]);
            let late = async move {
                let late = tokio::time::timeout(inside, std::future::pending::<()>()).await;
                Err(late.expect_err("it is never ready").into())
            };
            StreamBody::new(stream::StreamExt::chain(first, stream::once(late))).boxed_unsync()
        });
        let rig = setup.start().await;
        for round in 1..=5 {
            let mut client = Client::connect(rig.address(), protocol).await;
            assert!(client.fetch(get("/stream/a")).await.is_err());
            rig.closes(&[(reason, round)]).await;
            client.leave().await;
        }
        rig.stop().await;
    }
}

/// HTTP/1 tells that the connection was alive when the body was let go of. HTTP/2 does not.
async fn time_outs_without_a_guard(framework: Framework, protocol: Protocol) {
    let reason = match protocol {
        Protocol::Http1 => "layer_error",
        Protocol::Http2 => "unknown",
    };
    let mut rig = obeying(Setup::of(framework)).start().await;
    for round in 1..=5 {
        let open = open(&mut rig, protocol).await;
        open.exchange.sends("data: late\n\n");
        assert!(!reads_to_the_end(open.body).await);
        rig.closes(&[(reason, round)]).await;
        open.client.leave().await;
    }
    rig.stop().await;
}

/// tower-http's time-out does not say what it is.
#[tokio::test]
async fn a_time_out_of_tower_http_inside() {
    for framework in [Framework::Hyper, Framework::Axum] {
        for protocol in Protocol::BOTH {
            let rig = Setup::guarded(framework).streaming(|| {
                let hangs = [Step::data("data: 1\n\n"), Step::Hang];
                let hangs = bartizan_tests::script::Script::new(hangs);
                TimeoutBody::new(SOON, hangs).boxed_unsync()
            });
            let rig = rig.start().await;
            let mut client = Client::connect(rig.address(), protocol).await;
            assert!(client.fetch(get("/stream/a")).await.is_err());
            rig.closes(&[("body_error", 1)]).await;
            client.leave().await;
            rig.stop().await;
        }
    }
}

/// Siblings were reset, and that says nothing of those whose connection the server lets go of.
///
/// It goes on one thread: h2 tells the streams before it lets go of the socket, and there they come after.
#[tokio::test]
async fn a_connection_that_is_let_go_of_after_resets() {
    for guard in [false, true] {
        let setup = Setup {
            guard,
            ..Setup::of(Framework::Hyper)
        };
        let mut rig = setup.start().await;
        let client = Client::connect(rig.address(), Protocol::Http2).await;
        let (mut held, mut exchanges) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            held.push(client.send_beside(get("/stream/a")).await.expect("a head"));
            exchanges.push(rig.opened().await);
        }
        held.truncate(10);
        rig.active(10).await;
        rig.closed(10).await;
        rig.abort();
        rig.closes(&[("client_disconnect", 10), ("server_closed", 10)])
            .await;
        client.leave().await;
        rig.stop().await;
    }
}

/// Nothing of what is not written yet makes it the client's doing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_let_go_of_while_it_is_blocked() {
    let event = Bytes::from(format!("data: {}\n\n", "x".repeat(64 * 1024)));
    for guard in [false, true] {
        let setup = Setup {
            guard,
            ..Setup::of(Framework::Hyper)
        };
        let mut rig = setup.start().await;
        let raw = crate::line::Raw::get_with_little_room(rig.address()).await;
        let exchange = rig.opened().await;
        for _ in 0..200 {
            exchange.sends(event.clone());
        }
        let connection = exchange.connection();
        eventually(|| connection.write_blocked_for(), || rig.recorder.text()).await;
        rig.abort();
        exchange.let_go().await;
        let scrape = rig.closes(&[("server_closed", 1)]).await;
        assert_eq!(connection.cause(), None);
        assert_eq!(expect::total(&scrape, expect::WRITE_ERRORS, &[]), 0);
        drop(raw);
        rig.stop().await;
    }
}
