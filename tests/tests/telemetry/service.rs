//! Everything at once, as a service would have it.

use bartizan::task::Task;
use bartizan_tests::client::get;
use http_body_util::BodyExt;

use crate::rig::{Rig, listening, page_of, scrape, telemetry, until};

const CONFIG: &str = "
resource:
  service_name: shop
  service_version: '1.2'
  environment: test
  attributes: { team.name: checkout }
metrics:
  listen: 127.0.0.1:0
  labels: { region: eu }
  buckets: { http_server_request_duration_seconds: [0.5, 5] }
scan: { interval: 50ms }
layers:
  http: { time_to_first_byte: true }
";

#[tokio::test]
async fn a_service_is_seen_in_all_its_parts() {
    let rig = Rig::start(telemetry(CONFIG)).await;
    let page = page_of(&rig.telemetry);
    let mut client = rig.client().await;
    for id in 1..=3 {
        let answer = client.fetch(get(&format!("/users/{id}"))).await;
        assert_eq!(answer.expect("an answer").body, id.to_string());
    }
    let mut streaming = rig.client().await;
    let response = streaming.send(get("/events")).await.expect("a stream");
    let mut body = response.into_body();
    for _ in 0..2 {
        let frame = body.frame().await.expect("a frame").expect("no error");
        assert!(frame.is_data());
    }
    let job = Task::of(rig.telemetry.tasks(), "mail");
    job.run(async { Ok::<_, std::io::Error>(()) })
        .await
        .expect("it works");

    let users = [("http_route", "/users/{id}"), ("region", "eu")];
    let duration = "http_server_request_duration_seconds";
    let scrape = until(page, |scrape| {
        let scanned = scrape.value("bartizan_scan_time_seconds", &[("scan", "streams")]);
        (scrape.count(duration, &users) == 3 && scanned > Some(0.0)).then(|| scrape.clone())
    })
    .await;
    assert_eq!(scrape.edges(duration), [0.5, 5.0]);
    assert_eq!(
        scrape.count("bartizan_http_time_to_first_byte_seconds", &users),
        3
    );
    let value = |name, labels: &[(&str, &str)]| scrape.value(name, labels);
    assert_eq!(
        value("sse_streams_active", &[("http_route", "/events")]),
        Some(1.0)
    );
    assert_eq!(
        value("sse_events_total", &[("event_type", "message")]),
        Some(2.0)
    );
    assert_eq!(value("server_connections_active", &[]), Some(2.0));
    assert_eq!(
        value("task_started_total", &[("task", "mail"), ("region", "eu")]),
        Some(1.0)
    );
    assert_eq!(value("server_drain_start_time_seconds", &[]), Some(0.0));
    assert!(value("process_open_fds", &[]) > Some(3.0));
    assert!(value("process_resident_memory_bytes", &[]) > Some(1e6));
    assert_eq!(
        value("bartizan_exporter_up", &[("signal", "scrape")]),
        Some(1.0)
    );
    assert_eq!(value("bartizan_exporter_up", &[("signal", "traces")]), None);
    let target = [
        ("service_name", "shop"),
        ("service_version", "1.2"),
        ("deployment_environment_name", "test"),
        ("team_name", "checkout"),
        ("telemetry_sdk_language", "rust"),
    ];
    assert_eq!(value("target_info", &target), Some(1.0));
    drop(body);
}

#[tokio::test]
async fn names_are_open_telemetrys_if_they_are_asked_for() {
    let config =
        "metrics: { listen: '127.0.0.1:0', names: opentelemetry, prefix: shop, process: false }";
    let rig = Rig::start(telemetry(config)).await;
    let answer = rig.client().await.fetch(get("/users/1")).await;
    assert_eq!(answer.expect("an answer").head.status, 200);
    let name = "shop_http_server_request_duration";
    let page = page_of(&rig.telemetry);
    let scrape = until(page, |scrape| {
        (scrape.count(name, &[("http_route", "/users/{id}")]) == 1).then(|| scrape.clone())
    })
    .await;
    assert!(
        !scrape.edges(name).is_empty(),
        "it is a histogram and no summary"
    );
    assert_eq!(scrape.value("process_open_fds", &[]), None);
}

#[tokio::test]
async fn a_handler_that_panics_is_a_request_like_others() {
    let rig = Rig::start(listening("")).await;
    let failed = rig.client().await.fetch(get("/panics")).await;
    assert!(failed.is_err(), "hyper closes the connection");
    let labels = [("http_route", "/panics"), ("error_type", "panic")];
    let page = page_of(&rig.telemetry);
    let name = "http_server_request_duration_seconds";
    until(page, |scrape| {
        (scrape.count(name, &labels) == 1).then_some(())
    })
    .await;
    let answer = rig.client().await.fetch(get("/users/1")).await;
    assert_eq!(answer.expect("an answer").head.status, 200);
}

#[tokio::test]
async fn metrics_that_are_off_cost_no_request_and_have_no_page() {
    let rig = Rig::start(telemetry(
        "metrics: { enabled: false, listen: '127.0.0.1:0' }",
    ))
    .await;
    let answer = rig.client().await.fetch(get("/users/1")).await;
    assert_eq!(answer.expect("an answer").head.status, 200);
    let page = page_of(&rig.telemetry);
    for (path, status) in [("/metrics", 404), ("/healthz", 200), ("/readyz", 200)] {
        assert_eq!(
            crate::rig::fetch(page, path).await.head.status,
            status,
            "{path}"
        );
    }
}

#[test]
fn it_is_built_outside_of_any_runtime() {
    let telemetry = listening("");
    let page = page_of(&telemetry);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let scrape = runtime.block_on(scrape(page));
    assert_eq!(
        scrape.value("bartizan_exporter_up", &[("signal", "scrape")]),
        Some(1.0)
    );
    let report = telemetry.shutdown_blocking();
    assert!(!report.is_complete(), "nobody scraped again: {report}");
}
