//! The end comes in time, whatever hangs.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::trace::SpanProcessor;

use super::support::{Collector, Hostile, Manner, Scene, millis, span, spent};
use crate::{
    config::{Metrics, OtlpMetrics, OtlpProtocol, Period, TraceExporter},
    export::{self, spans::gate, stdout::Stdout},
    health::Signal,
};

const ALL: [(TraceExporter, &str); 3] = [
    (TraceExporter::OtlpGrpc, ""),
    (TraceExporter::OtlpHttp, "/v1/traces"),
    (TraceExporter::Zipkin, "/api/v2/spans"),
];
/// Longer than a test may take.
const LONG: Duration = Duration::from_secs(60);
const LIMIT: Duration = millis(500);

#[test]
fn an_end_takes_its_limit_while_a_receiver_hangs_and_what_is_left_is_counted() {
    for (exporter, path) in ALL {
        let scene = Scene::new();
        let hostile = Hostile::start(Manner::Hangs);
        let mut config = Scene::tracing(exporter, &hostile.url(path), LONG);
        config.batch.size = 10;
        let provider = scene.provider(&config);
        // Many batches, each of which would take a minute.
        Scene::spans(&provider, 200);
        let end = || provider.shutdown_with_timeout(LIMIT);
        spent(LIMIT / 2, LIMIT, end).expect_err("spans that do not arrive");
        scene.await_figure("traces", "failures", |failures| failures >= 20);
        scene.await_figure("traces", "dropped", |dropped| dropped == 200);
    }
}

#[test]
fn an_end_says_how_many_spans_were_not_sent() {
    let scene = Scene::new();
    let collector = Collector::default();
    collector.will_answer(400, None, "no");
    let to = collector.url(&scene, "/v1/traces");
    let mut config = Scene::tracing(TraceExporter::OtlpHttp, &to, LONG);
    config.batch.size = 512;
    let provider = scene.provider(&config);
    Scene::spans(&provider, 200);
    let ended = provider.shutdown().expect_err("spans that do not arrive");
    let told = ended.to_string();
    assert!(told.contains("200 spans could not be sent"), "{told}");
    scene.assert_figures("traces", 0, 1, 200);
}

#[test]
fn an_end_without_time_waits_for_nothing() {
    let scene = Scene::new();
    let hostile = Hostile::start(Manner::Hangs);
    let to = hostile.url("/v1/traces");
    let provider = scene.provider(&Scene::tracing(TraceExporter::OtlpHttp, &to, LONG));
    Scene::spans(&provider, 20);
    let end = || provider.shutdown_with_timeout(Duration::ZERO);
    spent(Duration::ZERO, Duration::ZERO, end).expect_err("spans that do not arrive");
}

#[test]
fn an_end_with_all_the_time_there_is_is_one() {
    let scene = Scene::new();
    let collector = Collector::default();
    let to = collector.url(&scene, "");
    let provider = scene.provider(&Scene::tracing(
        TraceExporter::OtlpGrpc,
        &to,
        Duration::from_secs(u32::MAX.into()),
    ));
    Scene::spans(&provider, 20);
    let end = || provider.shutdown_with_timeout(Duration::MAX);
    spent(Duration::ZERO, Duration::ZERO, end).expect("spans that arrive");
    assert_eq!(collector.spans().len(), 20);
}

/// The end cuts a batch off that was under way before.
#[test]
fn an_end_does_not_wait_for_what_hangs_already() {
    let scene = Scene::new();
    let hostile = Hostile::start(Manner::Hangs);
    let to = hostile.url("/v1/traces");
    let mut config = Scene::tracing(TraceExporter::OtlpHttp, &to, LONG);
    config.batch.delay = Period::from_millis(1);
    let provider = scene.provider(&config);
    Scene::spans(&provider, 20);
    Scene::until("it comes", || hostile.connections() > 0);
    let end = || provider.shutdown_with_timeout(LIMIT);
    spent(LIMIT / 2, LIMIT, end).expect_err("spans that do not arrive");
}

#[test]
fn an_end_comes_in_time_where_the_runtime_hangs_or_has_ended() {
    let hangs = Scene::new();
    let provider_of = |scene: &Scene| {
        let config = Scene::tracing(TraceExporter::OtlpHttp, "http://127.0.0.1:9/", LONG);
        scene.provider(&config)
    };
    let provider = provider_of(&hangs);
    let (release, released) = mpsc::channel::<()>();
    // It has one thread.
    hangs.runtime().spawn(async move { released.recv() });
    thread::sleep(millis(50));
    Scene::spans(&provider, 20);
    let end = || provider.shutdown_with_timeout(LIMIT);
    spent(LIMIT / 2, LIMIT, end).expect_err("spans that do not arrive");
    hangs.await_figure("traces", "failures", |failures| failures == 1);
    drop(release);

    let scene = Scene::new();
    let gone = Scene::new();
    let config = Scene::tracing(TraceExporter::OtlpHttp, "http://127.0.0.1:9/", LONG);
    let health = scene.health(Signal::Traces);
    let provider = export::spans(
        &config,
        Scene::resource(),
        Some(&health),
        gone.runtime(),
        Vec::new(),
    );
    let provider = provider
        .expect("a good configuration")
        .expect("an exporter");
    drop(gone);
    Scene::spans(&provider, 20);
    let flushed = spent(Duration::ZERO, Duration::ZERO, || provider.force_flush());
    flushed.expect_err("spans that do not arrive");
    scene.assert_figures("traces", 0, 1, 20);
}

/// A reader of standard output that hangs until it is let go, or is gone.
#[derive(Debug)]
struct Pipe {
    gate: Option<mpsc::Receiver<()>>,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(gate) = &self.gate {
            // Until its other end is dropped.
            let _ = gate.recv();
        }
        let mut written = self.written.lock().expect("no panic in here");
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_end_takes_its_limit_while_the_reader_of_standard_output_hangs() {
    let scene = Scene::new();
    let (release, gate_of_pipe) = mpsc::channel();
    let written = Arc::default();
    let pipe = Pipe {
        gate: Some(gate_of_pipe),
        written: Arc::clone(&written),
    };
    let stdout = Stdout::to(pipe, &Scene::resource());
    let mut config = Scene::tracing(TraceExporter::Stdout, "", LONG);
    config.batch.queue = 10;
    config.batch.size = 5;
    let gate = gate(
        Box::new(stdout),
        &config,
        &scene.health(Signal::Traces),
        scene.runtime(),
    );
    let end = |spans: usize| (0..spans).for_each(|_| gate.on_end(span()));
    spent(Duration::ZERO, Duration::ZERO, || end(100));
    assert!(scene.figure("traces", "dropped") >= 85);
    let shut = || gate.shutdown_with_timeout(LIMIT);
    spent(LIMIT / 2, LIMIT, shut).expect_err("lines that nobody reads");
    drop(release);
}

#[test]
fn standard_output_has_a_line_of_json_a_span() {
    let scene = Scene::new();
    let written: Arc<Mutex<Vec<u8>>> = Arc::default();
    let pipe = Pipe {
        gate: None,
        written: Arc::clone(&written),
    };
    let stdout = Stdout::to(pipe, &Scene::resource());
    let config = Scene::tracing(TraceExporter::Stdout, "", LONG);
    let gate = gate(
        Box::new(stdout),
        &config,
        &scene.health(Signal::Traces),
        scene.runtime(),
    );
    gate.on_end(span());
    gate.on_end(span());
    gate.shutdown().expect("lines that are written");
    let text = String::from_utf8(written.lock().expect("no panic in here").clone());
    let text = text.expect("a text");
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let expected = serde_json::json!({
        "name": "GET /users/{id}",
        "kind": "internal",
        "trace_id": "00000000000000000000000001020304",
        "span_id": "000000000000000a",
        "parent_span_id": null,
        "start_time_unix_nano": 1_700_000_000_123_456_789u64,
        "end_time_unix_nano": 1_700_000_000_124_691_356u64,
        "status": "unset",
        "status_description": null,
        "attributes": {},
        "events": [],
        "links": [],
        "scope": "",
        "resource": {"service.name": "shop", "team": "checkout"},
    });
    assert_eq!(lines, [expected.clone(), expected]);
    scene.assert_figures("traces", 1, 0, 0);
}

/// A disk that is full.
#[cfg(target_os = "linux")]
#[test]
fn lines_that_cannot_be_written_are_counted() {
    let scene = Scene::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let stdout = Stdout::to(full.expect("a device"), &Scene::resource());
    let config = Scene::tracing(TraceExporter::Stdout, "", LONG);
    let gate = gate(
        Box::new(stdout),
        &config,
        &scene.health(Signal::Traces),
        scene.runtime(),
    );
    gate.on_end(span());
    gate.force_flush().expect_err("a line that is not written");
    gate.shutdown().expect("nothing is left");
    scene.assert_figures("traces", 0, 1, 1);
}

#[test]
fn metrics_end_in_time_while_a_receiver_hangs() {
    for protocol in [OtlpProtocol::Grpc, OtlpProtocol::Http] {
        let scene = Scene::new();
        let hostile = Hostile::start(Manner::Hangs);
        let otlp = OtlpMetrics {
            protocol,
            endpoint: Some(hostile.url("/")),
            timeout: Period::from_secs(60),
            ..OtlpMetrics::default()
        };
        let health = scene.health(Signal::Metrics);
        let config = Metrics::default();
        let made = export::metrics(&otlp, &config, Scene::resource(), &health, scene.runtime());
        let (_, push) = made.expect("a good configuration");
        push.provider()
            .meter("tests")
            .u64_counter("ours")
            .build()
            .add(1, &[]);
        let end = || push.shutdown_with_timeout(LIMIT);
        spent(LIMIT / 2, LIMIT, end).expect_err("metrics that do not arrive");
        scene.await_figure("metrics", "failures", |failures| failures == 1);
        let end = || push.shutdown_with_timeout(LIMIT);
        spent(Duration::ZERO, Duration::ZERO, end).expect_err("it has ended");
    }
}
