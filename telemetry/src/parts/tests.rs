//! What a configuration makes of the layers, seen in what they record.

use std::{collections::BTreeMap, convert::Infallible};

use bartizan::{meter::Meter, task::Task};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use metrics_util::debugging::{DebuggingRecorder, Snapshotter};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tower::{Layer, ServiceExt, service_fn};

use super::Parts;
use crate::Config;

/// What was recorded.
struct Seen {
    /// The series by the metric's name, their labels as `name=value`.
    series: BTreeMap<String, Vec<String>>,
    spans: Vec<SpanData>,
}

// === impl Seen ===

impl Seen {
    fn of(snapshotter: &Snapshotter, exporter: &InMemorySpanExporter) -> Self {
        let mut series = BTreeMap::<String, Vec<String>>::new();
        for (key, ..) in snapshotter.snapshot().into_vec() {
            let key = key.key();
            let labels = key
                .labels()
                .map(|label| format!("{}={}", label.key(), label.value()));
            let of_metric = series.entry(key.name().to_owned()).or_default();
            of_metric.extend(labels);
        }
        let spans = exporter.get_finished_spans().expect("it is not shut down");
        Self { series, spans }
    }

    fn labels(&self, metric: &str) -> &[String] {
        self.series.get(metric).map_or(&[], Vec::as_slice)
    }

    fn has(&self, metric: &str, label: &str) -> bool {
        self.labels(metric).iter().any(|known| known == label)
    }
}

const DURATION: &str = "http_server_request_duration_seconds";

/// Sends requests through the layers of a configuration, and sees what they record.
async fn seen(text: &str, traces: bool, requests: &[(&str, &str)]) -> Seen {
    let config = Config::from_yaml(text).expect(text);
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let meter = Meter::builder()
        .recorder(recorder)
        .build()
        .expect("it is right");
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let parts = Parts::new(&config, &meter, traces.then_some(&provider)).expect(text);
    let service = parts
        .stack
        .layer(service_fn(async |request: Request<String>| {
            let content_type = match request.uri().path() {
                "/events" => "text/event-stream",
                "/lines" => "application/x-ndjson",
                path if path.starts_with("/shop.") => "application/grpc",
                _ => "text/plain",
            };
            let response = Response::builder()
                .status(StatusCode::OK)
                .header("content-type", content_type)
                .header(
                    "grpc-status",
                    if request.uri().path().ends_with("Gone") {
                        "12"
                    } else {
                        "0"
                    },
                )
                .body(String::from("event: tick\ndata: 1\n\n"));
            Ok::<_, Infallible>(response.expect("it is right"))
        }));
    for (method, path) in requests {
        let mut request = Request::builder().method(*method).uri(*path);
        if path.starts_with("/shop.") {
            request = request.header("content-type", "application/grpc");
        }
        let request = request.header("x-tenant", "acme").body(String::new());
        let answer = service.clone().oneshot(request.expect("it is right")).await;
        let Ok(response) = answer;
        response
            .into_body()
            .collect()
            .await
            .expect("a text has no errors");
    }
    let job = Task::of(&parts.tasks, "mail").any_output();
    job.run(async {}).await;
    Seen::of(&snapshotter, &exporter)
}

#[tokio::test]
async fn by_default_all_of_it_is_on() {
    let seen = seen("", true, &[("GET", "/users/7"), ("GET", "/events")]).await;
    assert!(seen.has(DURATION, "http_route={unmatched}"));
    assert!(seen.has(DURATION, "url_scheme=http"));
    assert!(seen.series.contains_key("sse_streams_started_total"));
    assert!(seen.series.contains_key("task_duration_seconds"));
    let names: Vec<&str> = seen.spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, ["GET", "GET", "mail"]);
}

#[tokio::test]
async fn each_part_can_be_left_out() {
    let text = "layers: { spans: { enabled: false }, http: { enabled: false }, sse: { enabled: false } }\n\
                tasks: { spans: false }";
    let seen = seen(text, true, &[("GET", "/events")]).await;
    assert!(!seen.series.contains_key(DURATION));
    assert!(!seen.series.contains_key("sse_streams_started_total"));
    assert_eq!(seen.spans, []);
}

#[tokio::test]
async fn without_a_provider_there_are_no_spans_and_without_metrics_no_requests() {
    let off = "metrics: { enabled: false }";
    let seen = seen(off, false, &[("GET", "/a"), ("POST", "/shop.Orders/Get")]).await;
    assert_eq!(seen.spans, []);
    assert!(!seen.series.contains_key(DURATION));
    assert!(!seen.series.contains_key("rpc_server_call_duration_seconds"));
}

#[tokio::test]
async fn routes_come_from_where_they_are_said_to() {
    let table = "routes: { table: [\"/users/{id}\"] }\nlayers: { scheme: https }";
    let requests = [("GET", "/users/7"), ("GET", "/users/7/x")];
    let known = seen(table, true, &requests).await;
    assert!(known.has(DURATION, "http_route=/users/{id}"));
    assert!(known.has(DURATION, "http_route={unmatched}"));
    assert!(known.has(DURATION, "url_scheme=https"));
    assert_eq!(known.spans[0].name, "GET /users/{id}");

    let twice = [("GET", "/t/acme/users/7"); 3];
    let guess = "routes: { guess: { mark: false }, rules: [{ segment: \"*\", after: t, action: rewrite, to: \"{tenant}\" }] }";
    let guessed = seen(guess, true, &twice).await;
    assert!(
        guessed.has(DURATION, "http_route=/t/{tenant}/users/{int}"),
        "{:?}",
        guessed.labels(DURATION)
    );

    let limit = "routes: { guess: true, limit: 1 }";
    let requests = [
        ("GET", "/a"),
        ("GET", "/a"),
        ("GET", "/b"),
        ("GET", "/b"),
        ("GET", "/b"),
    ];
    let limited = seen(limit, true, &requests).await;
    assert!(
        limited.has(DURATION, "http_route={overflow}"),
        "{:?}",
        limited.labels(DURATION)
    );
}

#[tokio::test]
async fn what_is_skipped_is_told_nowhere() {
    let text = "layers: { skip: [/healthz, \"/internal/{*rest}\"] }\nroutes: { table: [/a] }";
    let seen = seen(
        text,
        true,
        &[("GET", "/healthz"), ("GET", "/internal/a/b"), ("GET", "/a")],
    )
    .await;
    assert!(!seen.has(DURATION, "http_route={unmatched}"));
    assert!(seen.has(DURATION, "http_route=/a"));
    assert_eq!(
        seen.spans.len(),
        2,
        "one request and one job: {:?}",
        seen.spans
    );
}

#[tokio::test]
async fn options_reach_their_parts() {
    let text = "layers:\n  methods: [PURGE]\n  stream_types: [application/x-ndjson]\n  \
                spans: { request_headers: [x-tenant], url_path: route, body_sizes: true }\n  \
                http: { time_to_first_byte: true, protocol_version: true, response_size: false, duration: { stream: never } }\n  \
                sse: { event_types: [other], event_size: false }\n  \
                grpc: { methods: [shop.Orders/Get] }\n";
    let requests = [
        ("GET", "/a"),
        ("PURGE", "/a"),
        ("GET", "/lines"),
        ("GET", "/events"),
        ("POST", "/shop.Orders/Get"),
    ];
    let seen = seen(text, true, &requests).await;
    assert!(seen.has(DURATION, "http_request_method=PURGE"));
    assert!(seen.has(DURATION, "http_request_method=_OTHER"));
    assert!(seen.has(DURATION, "network_protocol_version=1.1"));
    assert!(
        seen.series
            .contains_key("bartizan_http_time_to_first_byte_seconds")
    );
    assert!(
        !seen
            .series
            .contains_key("http_server_response_body_size_bytes")
    );
    assert!(seen.has("sse_events_total", "event_type=_OTHER"));
    assert!(!seen.series.contains_key("sse_event_size_bytes"));
    assert!(seen.has(
        "rpc_server_call_duration_seconds",
        "rpc_method=shop.Orders/Get"
    ));
    let attributes = |name: &str| {
        let of_span = seen.spans[0].attributes.iter();
        let found = of_span.filter(|pair| pair.key.as_str() == name);
        found.map(|pair| pair.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(attributes("http.request.header.x-tenant"), ["[\"acme\"]"]);
    assert_eq!(attributes("url.path"), ["{unmatched}"]);
    assert_eq!(attributes("http.response.body.size").len(), 1);
}

#[tokio::test]
async fn declared_calls_are_routes_where_metrics_are_off_too() {
    for (enabled, name) in [(true, "shop.Orders/Gone"), (false, "grpc")] {
        let text = format!(
            "metrics: {{ enabled: false }}\nlayers: {{ grpc: {{ enabled: {enabled}, methods: [shop.Orders/Gone] }} }}"
        );
        let seen = seen(&text, true, &[("POST", "/shop.Orders/Gone")]).await;
        assert_eq!(seen.spans[0].name, name, "{:?}", seen.spans[0]);
    }
}

#[test]
fn faults_of_all_parts_are_told_with_their_paths() {
    let mut config = Config::default();
    config.layers.skip = vec!["x".into()];
    config.tasks.task_cap = 0;
    config.models.tool_cap = 0;
    config.vitals.max_rate = 0;
    let provider = SdkTracerProvider::default();
    let refused = Parts::new(&config, &Meter::default(), Some(&provider)).expect_err("four faults");
    let paths: Vec<&str> = refused.faults().iter().map(|fault| fault.path()).collect();
    assert_eq!(
        paths,
        [
            "layers.skip",
            "tasks.task_cap",
            "models.tool_cap",
            "vitals.max_rate"
        ]
    );
}
