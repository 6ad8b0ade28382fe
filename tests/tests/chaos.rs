//! Thousands of exchanges that end at random, by both sides' doing: each is measured once, and nothing is
//! left under way.

use std::{
    convert::Infallible,
    future::pending,
    net::SocketAddr,
    panic,
    sync::{
        Arc, Once,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, routing::any};
use bartizan::{observe::ObserveLayer, route::RouteSources};
use bartizan_tests::{
    AnyBody, BoxError, Protocol,
    client::{Client, get, text},
    dice::Dice,
    recorder::{DURATION, Recorder},
    scrape::Scrape,
    script::{Script, Step, ticks},
    server::Server,
};
use futures_util::{StreamExt, future::join_all, stream};
use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{sleep, timeout};
use tower::{ServiceBuilder, service_fn};
use tower_http::timeout::{ResponseBodyTimeoutLayer, TimeoutLayer};

/// How many exchanges each test makes, at the least.
const EXCHANGES: u64 = 6_000;
/// How many connections there are at a time.
const AT_A_TIME: usize = 22;
/// How many exchanges share a connection of HTTP/2.
const STREAMS: u64 = 8;

const MS: Duration = Duration::from_millis(1);

/// Ends as the path says; the number after it is for a bit of chance.
async fn end_somehow<B>(request: Request<B>) -> Result<Response<AnyBody>, BoxError> {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let (kind, chance) = path.split_once('/').unwrap_or((&path, ""));
    let chance: u32 = chance.parse().unwrap_or_default();
    sleep(MS * (chance % 4)).await;
    let chunks = |last| Script::new([Step::data("one"), Step::Pend, Step::data("two"), last]).any();
    let mut response = Response::new(match kind {
        "whole" => text("whole"),
        "chunks" => chunks(Step::trailer("x-done")),
        "error" => return Err("the path says so".into()),
        "fail" => chunks(Step::Fail),
        "panic" => panic!("chaos: in the handler"),
        "burst" => chunks(Step::Panic),
        "hang" => pending().await,
        "stay" => chunks(Step::Hang),
        _ => ticks("tick", MS * (1 + chance % 3)),
    });
    match kind {
        "whole" if chance.is_multiple_of(3) => *response.status_mut() = StatusCode::BAD_GATEWAY,
        "ticks" if chance.is_multiple_of(2) => {
            response
                .headers_mut()
                .insert(CONTENT_TYPE, "text/event-stream".parse()?);
        }
        _ => {}
    }
    Ok(response)
}

const KINDS: [&str; 9] = [
    "whole", "chunks", "error", "fail", "panic", "burst", "hang", "stay", "ticks",
];

fn routes() -> RouteSources {
    RouteSources::new()
        .table(["/{kind}/{chance}"])
        .expect("a table")
}

/// Counts the exchanges that reach it.
fn counted(calls: &Arc<AtomicU64>) -> impl Fn() + Clone + Send + Sync + 'static {
    let calls = Arc::clone(calls);
    move || {
        calls.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads a response to its end, or leaves it: that resets a stream of HTTP/2, and closes a connection
/// of HTTP/1.
async fn read(
    response: impl Future<Output = Result<Response<Incoming>, hyper::Error>>,
    patience: Duration,
) {
    let read = async {
        let mut body = response.await?.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        Ok::<_, hyper::Error>(())
    };
    let _ = timeout(patience, read).await;
}

/// A connection, and what happens on it. Returns how many exchanges were begun.
async fn connection(server: SocketAddr, number: u64) -> u64 {
    let mut dice = Dice::new(number);
    let protocol = Protocol::BOTH[number as usize % 2];
    let mut client = Client::connect(server, protocol).await;
    let mut roll = || {
        let kind = KINDS[dice.below(KINDS.len() as u64) as usize];
        let request = get(&format!("/{kind}/{}", dice.below(100)));
        (request, MS * dice.below(25) as u32)
    };
    if protocol == Protocol::Http1 {
        let (request, patience) = roll();
        read(client.send(request), patience).await;
        client.leave().await;
        return 1;
    }
    let requests: Vec<_> = (0..STREAMS).map(|_| roll()).collect();
    let patience = MS * dice.below(40) as u32;
    let streams = requests
        .into_iter()
        .map(|(request, patience)| read(client.send_beside(request), patience));
    // Some connections break while their streams are under way.
    let _ = timeout(patience, join_all(streams)).await;
    client.leave().await;
    STREAMS
}

async fn chaos(server: Server, recorder: &Recorder, calls: &AtomicU64) -> Scrape {
    let address = server.address();
    let connections = stream::iter(0..).map(|number| {
        let connection = tokio::spawn(connection(address, number));
        async { connection.await.expect("clients do not panic") }
    });
    let mut made = 0;
    let mut connections = Box::pin(connections.buffer_unordered(AT_A_TIME));
    while made < EXCHANGES {
        made += connections.next().await.expect("there is no last one");
    }
    drop(connections);
    recorder
        .once(|scrape| scrape.idle() && scrape.ended() == calls.load(Ordering::Relaxed))
        .await;
    server.stop().await;
    let (scrape, calls) = (recorder.scrape(), calls.load(Ordering::Relaxed));
    assert_eq!(scrape.ended(), calls);
    assert!(scrape.idle());
    assert!(
        calls > EXCHANGES / 2,
        "only {calls} exchanges reached the service"
    );
    scrape
}

/// Panics that are meant are not worth a line each.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let payload = info.payload().downcast_ref::<&str>().copied();
            if !["chaos: in the handler", "the script says so"]
                .contains(&payload.unwrap_or_default())
            {
                hook(info);
            }
        }));
    });
}

/// Whether each of these ends was met.
fn assert_met(scrape: &Scrape, ends: &[&str]) {
    for end in ends {
        assert!(
            scrape.count(DURATION, &[("error_type", end)]) > 0,
            "no {end} in {:?}",
            scrape.records()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hyper() {
    hush();
    let (recorder, calls) = (Recorder::new(), Arc::new(AtomicU64::new(0)));
    let count = counted(&calls);
    let service = service_fn(move |request: Request<Incoming>| {
        count();
        end_somehow(request)
    });
    let service = ServiceBuilder::new()
        .layer(recorder.layer().routes(routes()))
        .timeout(MS * 15)
        .service(service);
    let scrape = chaos(Server::hyper(service).await, &recorder, &calls).await;
    let ends = [
        "502",
        "service_error",
        "body_error",
        "panic",
        "cancelled_before_response",
        "dropped",
        "timeout",
    ];
    assert_met(&scrape, &ends);
    assert_eq!(scrape.values(DURATION, "http_route"), ["/{kind}/{chance}"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axum() {
    hush();
    let (recorder, calls) = (Recorder::new(), Arc::new(AtomicU64::new(0)));
    let count = counted(&calls);
    let handler = move |request: axum::extract::Request| {
        count();
        async {
            end_somehow(request)
                .await
                .map_or_else(|_| Response::default(), |r| r.map(Body::new))
        }
    };
    let router = Router::new()
        .route("/{kind}/{chance}", any(handler))
        .layer(recorder.layer())
        .layer(ResponseBodyTimeoutLayer::new(MS * 10))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            MS * 12,
        ));
    let scrape = chaos(Server::axum(router).await, &recorder, &calls).await;
    assert_met(
        &scrape,
        &[
            "502",
            "body_error",
            "panic",
            "cancelled_before_response",
            "dropped",
        ],
    );
    assert_eq!(scrape.values(DURATION, "http_route"), ["/{kind}/{chance}"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_recorders_that_shall_both_see_everything_see_the_same() {
    hush();
    let (outer, inner, calls) = (
        Recorder::new(),
        Recorder::new(),
        Arc::new(AtomicU64::new(0)),
    );
    let count = counted(&calls);
    let service = service_fn(move |request: Request<_>| {
        count();
        end_somehow(request)
    });
    let layer = |recorder: &Recorder| {
        let metrics = recorder
            .http()
            .time_to_first_byte()
            .build()
            .expect("options that fit");
        ObserveLayer::new(metrics)
            .routes(routes())
            .independent()
            .count_request_bodies()
    };
    let service = ServiceBuilder::new()
        .layer(layer(&outer))
        .layer(layer(&inner))
        .service(service);
    let scrape = chaos(Server::hyper(service).await, &outer, &calls).await;
    assert_eq!(inner.scrape().records(), scrape.records());
    assert!(inner.scrape().idle());
}

#[tokio::test]
async fn an_error_of_the_clients_own_does_not_reach_the_service() {
    let (recorder, calls) = (Recorder::new(), Arc::new(AtomicU64::new(0)));
    let count = counted(&calls);
    let service = service_fn(move |_: Request<Incoming>| {
        count();
        std::future::ready(Ok::<_, Infallible>(Response::new(text(""))))
    });
    let server = Server::hyper(tower::Layer::layer(&recorder.layer(), service)).await;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    for garbage in [
        &b"GET\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut socket = tokio::net::TcpStream::connect(server.address())
            .await
            .unwrap();
        socket.write_all(garbage).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
    }
    server.stop().await;
    assert_eq!(
        (recorder.scrape().series(), calls.load(Ordering::Relaxed)),
        (0, 0)
    );
}
