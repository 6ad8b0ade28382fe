//! Many streams that are ended in every way, by the server and by real clients, all at once.
//!
//! `BARTIZAN_STREAMS` says how many (2,000), `BARTIZAN_SEED` how the dice fall.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use bartizan_tests::{
    AnyBody, Protocol,
    client::{Client, get},
    dice::Dice,
    script::{Failed, Script, Step},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;

use crate::{
    expect,
    line::Line,
    number, reads_to_the_end,
    rig::{Framework, Rig, Setup, event_stream},
};

/// How a stream is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killer {
    /// The service ends it.
    Ends,
    /// The service fails.
    Fails,
    /// A layer fails it.
    LayerFails,
    /// A layer ends it.
    LayerEnds,
    /// The service panics; HTTP/2, where it is the stream's own matter.
    Panics,
    /// The client resets it; HTTP/2.
    Resets,
    /// The client closes its connection, or resets it, in a flood or out of silence.
    Leaves { resets: bool, flood: bool },
}

// === impl Killer ===

impl Killer {
    const ALL: [Self; 10] = [
        Self::Ends,
        Self::Fails,
        Self::LayerFails,
        Self::LayerEnds,
        Self::Panics,
        Self::Resets,
        Self::leaves(false, false),
        Self::leaves(false, true),
        Self::leaves(true, false),
        Self::leaves(true, true),
    ];

    const fn leaves(resets: bool, flood: bool) -> Self {
        Self::Leaves { resets, flood }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Ends => "/stream/ends",
            Self::Fails => "/stream/fails",
            Self::LayerFails => "/stream/layer-fails",
            Self::LayerEnds => "/stream/layer-ends",
            Self::Panics => "/stream/panics",
            Self::Leaves { flood: true, .. } => "/stream/floods",
            Self::Resets | Self::Leaves { flood: false, .. } => "/stream/hangs",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Ends => "completed",
            Self::Fails => "body_error",
            Self::LayerFails | Self::LayerEnds => "layer_error",
            Self::Panics => "panic",
            Self::Resets | Self::Leaves { .. } => "client_disconnect",
        }
    }
}

/// The stream of a path, after its first event.
fn body(path: &str) -> AnyBody {
    let first = Step::data("data: first\n\n");
    let steps = match path {
        "/stream/ends" => vec![first, Step::Pend, Step::End],
        // The client has the head before it fails.
        "/stream/fails" => vec![first, Step::Pend, Step::Pend, Step::Fail],
        "/stream/panics" => vec![first, Step::Pend, Step::Pend, Step::Panic],
        "/stream/layer-fails" => vec![first, Step::Pend, Step::data("data: fail\n\n"), Step::Hang],
        "/stream/layer-ends" => vec![first, Step::Pend, Step::data("data: end\n\n"), Step::Hang],
        "/stream/hangs" => vec![first, Step::Hang],
        "/stream/floods" => {
            let event = Bytes::from_static(b"data: more and more\n\n");
            let flood = stream::repeat_with(move || Ok(Frame::data(event.clone())));
            return StreamBody::new(flood.then(async |frame| {
                tokio::task::yield_now().await;
                frame
            }))
            .boxed_unsync();
        }
        other => unreachable!("{other}"),
    };
    Script::new(steps).silent().any()
}

/// A layer that fails and ends bodies at its word.
fn obeying(body: AnyBody) -> AnyBody {
    let frames = stream::unfold(Some(body), |body| async {
        let mut body = body?;
        let frame = body.frame().await?;
        let word = match &frame {
            Ok(frame) => frame.data_ref().cloned().unwrap_or_default(),
            Err(_) => return Some((frame, None)),
        };
        match &word[..] {
            b"data: fail\n\n" => Some((Err(Failed.into()), None)),
            b"data: end\n\n" => None,
            _ => Some((frame, Some(body))),
        }
    });
    StreamBody::new(frames).boxed_unsync()
}

async fn first(client: &Client, killer: Killer) -> Option<Incoming> {
    let response = client.send_beside(get(killer.path())).await;
    begun(response, killer).await
}

/// Waits for the first event. A stream that fails may be gone before it is here.
async fn begun(
    response: Result<http::Response<Incoming>, hyper::Error>,
    killer: Killer,
) -> Option<Incoming> {
    let fails = matches!(killer, Killer::Fails | Killer::LayerFails | Killer::Panics);
    let mut body = match response {
        Ok(response) => response.into_body(),
        Err(error) => {
            assert!(fails, "{killer:?}: {error}");
            return None;
        }
    };
    match body.frame().await {
        Some(Ok(_)) => Some(body),
        Some(Err(error)) => {
            assert!(fails, "{killer:?}: {error}");
            None
        }
        None => panic!("{killer:?}: no event"),
    }
}

/// One stream on a connection of HTTP/1.
async fn over_http1(rig: &Rig, killer: Killer) {
    let (line, mut client) = Line::client(rig.address(), Protocol::Http1).await;
    let response = client.send(get(killer.path())).await;
    let body = begun(response, killer).await;
    match killer {
        Killer::Leaves { resets: true, .. } => line.reset(),
        Killer::Leaves { resets: false, .. } => line.close(),
        _ => {
            if let Some(body) = body {
                reads_to_the_end(body).await;
            }
            line.close();
        }
    }
    client.leave().await;
}

/// Several streams on a connection of HTTP/2, and then the connection is left with those that stay.
async fn over_http2(rig: &Rig, killers: &[Killer], resets: bool) {
    let (line, client) = Line::client(rig.address(), Protocol::Http2).await;
    let client = Arc::new(client);
    let mut streams = Vec::new();
    for &killer in killers {
        let client = Arc::clone(&client);
        streams.push(tokio::spawn(async move {
            let body = first(&client, killer).await;
            match killer {
                // It is let go of here.
                Killer::Resets => None,
                Killer::Leaves { .. } => body,
                _ => {
                    if let Some(body) = body {
                        reads_to_the_end(body).await;
                    }
                    None
                }
            }
        }));
    }
    let mut left = Vec::new();
    for stream in streams {
        left.push(stream.await.expect("no panic"));
    }
    if resets {
        line.reset();
    } else {
        line.close();
    }
    drop(left);
}

async fn storm(framework: Framework, streams: u64, dice: &mut Dice) {
    let setup = Setup::guarded(framework).between(obeying);
    let setup = setup.answering(async |request| event_stream(body(request.uri().path())));
    let rig = Arc::new(setup.start().await);
    let mut wanted = BTreeMap::<&str, u64>::new();
    let mut left = streams;
    let mut tasks = tokio::task::JoinSet::new();
    while left > 0 {
        // So many connections at once.
        while tasks.len() >= 32 {
            tasks.join_next().await.expect("a task").expect("no panic");
        }
        let rig = Arc::clone(&rig);
        let mut killer = || Killer::ALL[dice.below(10) as usize];
        if streams - left < streams / 3 {
            let killer = match killer() {
                Killer::Panics | Killer::Resets => Killer::Ends,
                killer => killer,
            };
            *wanted.entry(killer.reason()).or_default() += 1;
            tasks.spawn(async move { over_http1(&rig, killer).await });
            left -= 1;
        } else {
            let most = left.min(25);
            let killers: Vec<_> = (0..most).map(|_| killer()).collect();
            for killer in &killers {
                *wanted.entry(killer.reason()).or_default() += 1;
            }
            left -= most;
            let resets = dice.below(2) == 0;
            tasks.spawn(async move { over_http2(&rig, &killers, resets).await });
        }
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("no panic");
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    let scrape = rig.closes(&wanted).await;
    assert_eq!(expect::total(&scrape, expect::STARTED, &[]), streams);
    assert_eq!(rig.sse.scan().open, 0);
    let rig = Arc::into_inner(rig).expect("no task is left");
    let recorder = rig.recorder.clone();
    rig.stop().await;
    let scrape = recorder.scrape();
    expect::reasons(&scrape, &wanted);
    assert_eq!(scrape.value("server_connections_active", &[]), Some(0.0));
    let accepted = expect::total(&scrape, "server_connections_accepted_total", &[]);
    assert_eq!(
        scrape.count("server_connection_duration_seconds", &[]),
        accepted
    );
}

#[test]
fn streams_that_are_ended_in_every_way() {
    let streams = number("BARTIZAN_STREAMS").unwrap_or(2_000);
    let seed = number("BARTIZAN_SEED").unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.expect("a clock that is set").subsec_nanos().into()
    });
    let again = format!("BARTIZAN_STREAMS={streams} BARTIZAN_SEED={seed}");
    let mut dice = Dice::new(seed);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let storm = std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async {
            storm(Framework::Hyper, streams / 2, &mut dice).await;
            storm(Framework::Axum, streams / 2, &mut dice).await;
        });
    });
    if let Err(panic) = std::panic::catch_unwind(storm) {
        #[allow(clippy::print_stderr, reason = "it is how to have the same again")]
        {
            eprintln!("the same again: {again}");
        }
        std::panic::resume_unwind(panic);
    }
}
