//! Collectors that die, hang or have no room left: requests go on as before, and the end comes within its limit.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use tokio::{
    net::TcpListener,
    time::{Instant, sleep},
};

use crate::rig::{Demo, Http, Process, Scratch, free_port, until};

/// How long the end may take: what the configuration says, and the grace of the demo's streams.
const LIMIT: Duration = Duration::from_secs(5 + 3);
/// How many requests are compared.
const REQUESTS: usize = 200;
/// No request takes as long, whatever becomes of its span.
const SLOW: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs rotel"]
async fn a_collector_is_killed_and_comes_back() {
    let scratch = Scratch::new("killed");
    let port = free_port();
    let collector = rotel(&scratch, port);
    let mut demo = Demo::start(&scratch, &config("otlp-grpc", port, "stderr")).await;
    until_shown(&demo, "bartizan_exporter_up{signal=\"traces\"} 1").await;
    let healthy = median(&demo).await;

    drop(collector);
    until_shown(&demo, "bartizan_exporter_up{signal=\"traces\"} 0").await;
    assert_close(healthy, median(&demo).await);

    let _collector = rotel(&scratch, port);
    until_shown(&demo, "bartizan_exporter_up{signal=\"traces\"} 1").await;
    assert_ends(&mut demo).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs rotel"]
async fn a_collector_hangs() {
    let scratch = Scratch::new("hangs");
    let port = free_port();
    let collector = rotel(&scratch, port);
    let mut demo = Demo::start(&scratch, &config("otlp-grpc", port, "stderr")).await;
    until_shown(&demo, "bartizan_exporter_up{signal=\"traces\"} 1").await;
    let healthy = median(&demo).await;

    collector.signal("STOP");
    until_shown(&demo, "bartizan_exporter_up{signal=\"traces\"} 0").await;
    assert_close(healthy, median(&demo).await);
    assert_ends(&mut demo).await;
    collector.signal("CONT");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half a minute"]
async fn a_collector_has_no_room_left() {
    let scratch = Scratch::new("full");
    let (collector, port) = Collector::start().await;
    let mut demo = Demo::start(&scratch, &config("otlp-http", port, "stderr")).await;
    until_shown(&demo, "bartizan_exporter_up{signal=\"traces\"} 1").await;
    let healthy = median(&demo).await;

    collector.is_full(true);
    until_shown(&demo, "bartizan_exporter_up{signal=\"traces\"} 0").await;
    assert_close(healthy, median(&demo).await);

    collector.is_full(false);
    until_shown(&demo, "bartizan_exporter_up{signal=\"traces\"} 1").await;
    collector.is_full(true);
    assert_ends(&mut demo).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half a minute"]
async fn the_services_own_disk_is_full() {
    let scratch = Scratch::new("disk");
    let (_collector, port) = Collector::start().await;
    let baseline = Demo::start(&scratch, &config("otlp-http", port, "stderr")).await;
    let healthy = median(&baseline).await;
    drop(baseline);

    let file = "file\n  file: /dev/full";
    let mut demo = Demo::start(&scratch, &config("otlp-http", port, file)).await;
    until_shown(&demo, "bartizan_exporter_up{signal=\"logs\"} 0").await;
    assert_close(healthy, median(&demo).await);
    assert_ends(&mut demo).await;
}

/// A stand-in for a collector that speaks OTLP over HTTP, and can run out of room.
#[derive(Clone, Debug, Default)]
struct Collector(Arc<AtomicU64>);

// === impl Collector ===

impl Collector {
    async fn start() -> (Self, u16) {
        let collector = Self::default();
        let app = Router::new()
            .route("/v1/traces", post(take))
            .with_state(collector.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.expect("the loopback is there");
        let port = listener.local_addr().expect("it is bound").port();
        tokio::spawn(axum::serve(listener, app).into_future());
        (collector, port)
    }

    fn is_full(&self, full: bool) {
        self.0.store(u64::from(full), Ordering::Relaxed);
    }
}

async fn take(State(collector): State<Collector>, _: Bytes) -> (StatusCode, &'static str) {
    if collector.0.load(Ordering::Relaxed) == 0 {
        (StatusCode::OK, "")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no space left on device")
    }
}

/// A receiver of OTLP that drops what it gets.
fn rotel(scratch: &Scratch, port: u16) -> Process {
    let mut command = Command::new("rotel");
    command
        .args(["start", "--exporter", "blackhole"])
        .arg(format!("--otlp-grpc-endpoint=127.0.0.1:{port}"))
        .arg(format!("--otlp-http-endpoint=127.0.0.1:{}", free_port()));
    Process::start("rotel", &mut command, scratch)
}

/// Every span is sent, soon.
fn config(exporter: &str, port: u16, output: &str) -> String {
    format!(
        "logging:\n  output: {output}\nmetrics:\n  listen: 127.0.0.1:0\ntracing:\n  exporter: {exporter}\n  \
         endpoint: {endpoint}\n  ratio: 1.0\n  timeout: 2s\n  batch:\n    delay: 500ms\n\
         shutdown:\n  timeout: 5s\n  last_scrape: false\n",
        endpoint = match exporter {
            "otlp-http" => format!("http://127.0.0.1:{port}/v1/traces"),
            _ => format!("http://127.0.0.1:{port}"),
        }
    )
}

async fn until_shown(demo: &Demo, wanted: &str) {
    until(wanted, Duration::from_secs(30), async || {
        let page = demo.scrape().await;
        if page.lines().any(|line| line == wanted) {
            return Ok(());
        }
        let about = page.lines().filter(|line| line.contains("bartizan_export"));
        Err(about.collect::<Vec<_>>().join("\n"))
    })
    .await;
}

/// How long a request takes: the median of many, none of which fails or is slow.
async fn median(demo: &Demo) -> Duration {
    let http = Http::new();
    let uri = format!("http://{}/api/users/7", demo.service());
    let mut taken = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let began = Instant::now();
        http.get(&uri).await.expect("the request is answered");
        taken.push(began.elapsed());
        sleep(Duration::from_millis(5)).await;
    }
    taken.sort();
    let slowest = taken[REQUESTS - 1];
    assert!(slowest < SLOW, "a request took {slowest:?}");
    taken[REQUESTS / 2]
}

/// Times on a shared machine: only what waits for something is far from the others.
fn assert_close(healthy: Duration, now: Duration) {
    let most = 5 * healthy + Duration::from_millis(5);
    assert!(now < most, "{now:?}, and {healthy:?} while all was well");
}

/// Has it stop, and measures how long that takes.
async fn assert_ends(demo: &mut Demo) {
    demo.process().signal("TERM");
    let began = Instant::now();
    let code = until("the end", 2 * LIMIT, async || {
        demo.process().exit_code().ok_or("it still runs")
    })
    .await;
    let taken = began.elapsed();
    assert_eq!(code, 0, "{}", demo.process().output());
    assert!(taken < LIMIT, "it took {taken:?}");
    println!("ended within {taken:?}");
}
