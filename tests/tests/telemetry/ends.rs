//! The end: what is seen of it, and how long it may take.

use std::{
    net::{SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use bartizan::task::Task;
use bartizan_telemetry::{Ended, Telemetry};
use bartizan_tests::{client::get, dice::Dice};
use http_body_util::BodyExt;
use tokio::time::{Instant, sleep};

use crate::rig::{Rig, listening, page_of, scrape, telemetry};

/// What a limit of a second may come to on a machine that is busy.
const SECOND: std::ops::Range<Duration> = Duration::from_millis(700)..Duration::from_millis(1_500);
const AT_ONCE: Duration = Duration::from_millis(700);

/// Takes connections, and answers none.
fn hung() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

fn job(telemetry: &Telemetry) {
    let job = Task::of(telemetry.tasks(), "mail");
    let _ = job.call(|| Ok::<_, std::io::Error>(()));
}

#[tokio::test]
async fn the_last_scrape_sees_the_last_closes() {
    let rig = Rig::start(listening("shutdown: { timeout: 20s }")).await;
    let page = page_of(&rig.telemetry);
    let response = rig
        .client()
        .await
        .send(get("/events"))
        .await
        .expect("a stream");
    let body = tokio::spawn(response.into_body().collect());
    let active = [("http_route", "/events")];
    crate::rig::until(page, |scrape| {
        (scrape.value("sse_streams_active", &active) == Some(1.0)).then_some(())
    })
    .await;

    rig.telemetry.drain().fire();
    body.await
        .expect("it does not panic")
        .expect("the stream ends whole");
    let telemetry = rig.ended().await;
    let started = Instant::now();
    let ending = {
        let telemetry = telemetry.clone();
        tokio::spawn(async move { telemetry.shutdown().await })
    };
    sleep(Duration::from_millis(200)).await;
    assert!(!ending.is_finished(), "it waits for a scrape");
    let scrape = scrape(page).await;
    let closed = [
        ("http_route", "/events"),
        ("close_reason", "server_shutdown"),
    ];
    assert_eq!(scrape.count("sse_stream_duration_seconds", &closed), 1);
    assert_eq!(scrape.value("sse_streams_active", &active), Some(0.0));
    assert!(scrape.value("server_drain_start_time_seconds", &[]) > Some(0.0));
    let report = ending.await.expect("it does not panic");
    assert_eq!(report.scrape, Ended::Done);
    assert!(report.is_complete(), "{report}");
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "it waits no longer"
    );
}

#[tokio::test]
async fn a_scrape_that_does_not_come_costs_the_time_and_no_more() {
    let telemetry = listening("shutdown: { timeout: 1s }");
    scrape(page_of(&telemetry)).await;
    let started = Instant::now();
    let report = telemetry.shutdown().await;
    assert!(
        SECOND.contains(&started.elapsed()),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(report.scrape, Ended::TimedOut);
    assert_eq!(
        report.to_string(),
        "last scrape: timed out, spans: absent, metrics: absent, lines: absent"
    );
}

#[tokio::test]
async fn a_scrape_that_is_due_too_late_is_not_waited_for() {
    let telemetry = listening("shutdown: { timeout: 1s }");
    scrape(page_of(&telemetry)).await;
    sleep(Duration::from_secs(2)).await;
    scrape(page_of(&telemetry)).await;
    let started = Instant::now();
    let report = telemetry.shutdown().await;
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    assert_eq!(report.scrape, Ended::NotAwaited);
    assert!(!report.is_complete(), "nobody saw the last figures");
    assert_eq!(
        report.to_string(),
        "last scrape: due too late to wait for, spans: absent, metrics: absent, lines: absent"
    );
}

#[tokio::test]
async fn who_was_never_asked_or_does_not_want_it_waits_for_no_scrape() {
    let unasked = listening("");
    let unwilling = listening("shutdown: { last_scrape: false }");
    scrape(page_of(&unwilling)).await;
    for telemetry in [unasked, unwilling] {
        let started = Instant::now();
        let report = telemetry.shutdown().await;
        assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
        assert_eq!(report.scrape, Ended::Absent);
    }
}

#[tokio::test]
async fn collectors_that_hang_cost_no_request_and_no_more_than_the_time() {
    for (spans, metrics) in [
        ("otlp-http", "http"),
        ("otlp-grpc", "grpc"),
        ("zipkin", "http"),
    ] {
        let (_listener, collector) = hung();
        let rig = Rig::start(telemetry(&format!(
            "
metrics:
  listen: 127.0.0.1:0
  otlp: {{ enabled: true, protocol: {metrics}, endpoint: 'http://{collector}', interval: 100ms }}
tracing:
  exporter: {spans}
  endpoint: 'http://{collector}'
  sampler: always_on
  batch: {{ delay: 10ms, size: 4, queue: 8 }}
shutdown: {{ timeout: 1s }}
"
        )))
        .await;
        let page = page_of(&rig.telemetry);
        let mut client = rig.client().await;
        let started = Instant::now();
        for id in 0..200 {
            let answer = client.fetch(get(&format!("/users/{id}"))).await;
            assert_eq!(answer.expect("an answer").head.status, 200);
        }
        assert!(
            started.elapsed() < Duration::from_secs(2),
            "{spans}: {:?}",
            started.elapsed()
        );
        let page = scrape(page).await;
        let dropped = page.value("bartizan_export_dropped_total", &[("signal", "traces")]);
        // 8 wait, and a batch of 4 is under way.
        assert!(dropped >= Some(188.0), "{spans}: {dropped:?}");
        drop(client);

        let started = Instant::now();
        let report = rig.telemetry.shutdown().await;
        assert!(
            SECOND.contains(&started.elapsed()),
            "{spans}: {:?}",
            started.elapsed()
        );
        let is_over = |ended: &Ended| matches!(ended, Ended::TimedOut | Ended::Failed(_));
        assert!(
            is_over(&report.spans) && is_over(&report.metrics),
            "{spans}: {report}"
        );
    }
}

#[tokio::test]
async fn to_drop_it_waits_for_nobody() {
    let (_listener, collector) = hung();
    let telemetry = telemetry(&format!(
        "
metrics: {{ listen: '127.0.0.1:0' }}
tracing: {{ exporter: otlp-http, endpoint: 'http://{collector}', sampler: always_on }}
"
    ));
    scrape(page_of(&telemetry)).await;
    job(&telemetry);
    let started = Instant::now();
    drop(telemetry);
    assert!(
        started.elapsed() < Duration::from_millis(100),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn it_may_block_the_only_thread_of_a_runtime() {
    let telemetry = listening("shutdown: { timeout: 1s }");
    scrape(page_of(&telemetry)).await;
    let started = Instant::now();
    let report = telemetry.shutdown_blocking();
    assert!(
        SECOND.contains(&started.elapsed()),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(telemetry.shutdown().await, report, "it ends once");
}

#[tokio::test]
async fn what_is_recorded_after_the_end_harms_nothing() {
    let rig = Rig::start(telemetry(
        "
metrics: { listen: null }
tracing: { exporter: stdout, sampler: always_off }
",
    ))
    .await;
    assert!(rig.telemetry.shutdown().await.is_complete());
    let telemetry = rig.ended().await;
    job(&telemetry);
    let page = bartizan_tests::server::Server::hyper(telemetry.metrics_service()).await;
    let scrape = scrape(page.address()).await;
    assert_eq!(
        scrape.value("task_started_total", &[("task", "mail")]),
        Some(1.0)
    );
}

#[test]
fn clones_end_and_are_dropped_in_any_order() {
    for seed in 0..20 {
        let mut dice = Dice::new(seed);
        let telemetry = listening("shutdown: { timeout: 1s }");
        let clones: Vec<_> = (0..8).map(|_| telemetry.clone()).collect();
        let mut threads = Vec::new();
        drop(telemetry);
        for clone in clones {
            let (what, wait) = (dice.below(4), dice.below(3));
            threads.push(thread::spawn(move || {
                thread::sleep(Duration::from_millis(wait));
                job(&clone);
                match what {
                    0 => Some(clone.shutdown_blocking()),
                    1 => {
                        let runtime = tokio::runtime::Builder::new_current_thread().build();
                        Some(runtime.expect("a runtime").block_on(clone.shutdown()))
                    }
                    2 => {
                        clone.drain().fire();
                        None
                    }
                    _ => None,
                }
            }));
        }
        let reports = threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"));
        let reports: Vec<_> = reports.flatten().collect();
        for report in &reports {
            assert_eq!(report, &reports[0], "seed {seed}");
            assert!(report.is_complete(), "seed {seed}: {report}");
        }
    }
}
