//! What Zipkin gets.

use opentelemetry::{
    Array, InstrumentationScope, KeyValue, Value,
    trace::{Event, Link, SpanId, SpanKind, Status, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::SpanData;
use serde_json::{Value as Json, json};

use super::support::{Collector, Scene, context, millis, span};
use crate::{
    config::TraceExporter,
    export::{courier::Courier, exporter::Deliver, zipkin::Zipkin},
};

/// What arrives of these spans.
fn sent(spans: Vec<SpanData>) -> Vec<Json> {
    let scene = Scene::new();
    let collector = Collector::default();
    let to = collector.url(&scene, "/api/v2/spans");
    let config = Scene::tracing(TraceExporter::Zipkin, &to, millis(5_000));
    let zipkin = Zipkin::new(&config, &Scene::resource(), scene.runtime()).expect("an exporter");
    let courier = Courier::new(scene.runtime().clone(), millis(5_000));
    zipkin.deliver(spans, &courier).expect("spans that arrive");
    let headers = collector.headers().pop().expect("a request");
    assert_eq!(headers["content-type"], "application/json");
    let body = collector.bodies().pop().expect("a request");
    serde_json::from_slice(&body).expect("JSON")
}

#[test]
fn of_a_span_with_nothing_there_is_nothing() {
    assert_eq!(
        sent(vec![span()]),
        [json!({
            "traceId": "00000000000000000000000001020304",
            "id": "000000000000000a",
            "name": "GET /users/{id}",
            "timestamp": 1_700_000_000_123_456u64,
            "duration": 1_234,
            "localEndpoint": {"serviceName": "shop"},
        })]
    );
}

#[test]
fn of_a_span_with_everything_there_is_everything_that_is_mapped() {
    let start = span().start_time;
    let mut full = span();
    full.parent_span_id = SpanId::from(0xb);
    full.span_kind = SpanKind::Client;
    full.end_time = start;
    full.attributes = vec![
        KeyValue::new("server.address", "db"),
        KeyValue::new("ok", true),
        KeyValue::new("ports", Value::Array(Array::I64(vec![1, 2]))),
        KeyValue::new("error", "false"),
    ];
    full.dropped_attributes_count = 1;
    let event = |name: &'static str, attributes| Event::new(name, start, attributes, 0);
    full.events.events = vec![
        event("plain", Vec::new()),
        event(
            "with \"quotes\"",
            vec![KeyValue::new("n", 1), KeyValue::new("s", "t")],
        ),
    ];
    full.events.dropped_count = 2;
    full.links.links = vec![Link::with_context(context(0xc))];
    full.links.dropped_count = 3;
    full.status = Status::error("no row");
    full.instrumentation_scope = InstrumentationScope::builder("sql")
        .with_version("2")
        .build();
    assert_eq!(
        sent(vec![full]),
        [json!({
            "traceId": "00000000000000000000000001020304",
            "id": "000000000000000a",
            "parentId": "000000000000000b",
            "kind": "CLIENT",
            "name": "GET /users/{id}",
            "timestamp": 1_700_000_000_123_456u64,
            "duration": 1,
            "localEndpoint": {"serviceName": "shop"},
            "remoteEndpoint": {"serviceName": "db"},
            "annotations": [
                {"timestamp": 1_700_000_000_123_456u64, "value": "plain"},
                {
                    "timestamp": 1_700_000_000_123_456u64,
                    "value": r#""with \"quotes\"": {"n":1,"s":"t"}"#,
                },
            ],
            "tags": {
                "error": "no row",
                "ok": "true",
                "otel.dropped_attributes_count": "1",
                "otel.dropped_events_count": "2",
                "otel.dropped_links_count": "3",
                "otel.scope.name": "sql",
                "otel.scope.version": "2",
                "otel.status_code": "ERROR",
                "ports": "[1,2]",
                "server.address": "db",
            },
        })]
    );
}

#[test]
fn kinds_are_told_and_the_other_end_of_those_that_call() {
    let kinds = [
        (SpanKind::Client, json!("CLIENT"), true),
        (SpanKind::Producer, json!("PRODUCER"), true),
        (SpanKind::Server, json!("SERVER"), false),
        (SpanKind::Consumer, json!("CONSUMER"), false),
        (SpanKind::Internal, Json::Null, false),
    ];
    for (kind, expected, has_remote) in kinds {
        let mut span = span();
        span.span_kind = kind;
        span.attributes = vec![KeyValue::new("peer.service", "db")];
        let sent = sent(vec![span]).remove(0);
        assert_eq!(sent["kind"], expected);
        assert_eq!(sent["remoteEndpoint"].is_object(), has_remote, "{sent}");
    }
}

#[test]
fn only_a_span_that_failed_has_an_error() {
    let statuses = [
        (Status::Unset, Json::Null, Json::Null),
        (Status::Ok, json!("OK"), Json::Null),
        (Status::error(""), json!("ERROR"), json!("")),
        (Status::error("late"), json!("ERROR"), json!("late")),
    ];
    for (status, code, error) in statuses {
        for attribute in ["false", "true", "of its own"] {
            let mut span = span();
            span.status = status.clone();
            span.attributes = vec![KeyValue::new("error", attribute), KeyValue::new("a", "b")];
            let tags = sent(vec![span]).remove(0)["tags"].clone();
            assert_eq!(tags["otel.status_code"], code);
            assert_eq!(tags["error"], error);
        }
    }
}

#[test]
fn spans_of_a_provider_arrive() {
    let scene = Scene::new();
    let collector = Collector::default();
    let to = collector.url(&scene, "/api/v2/spans");
    let provider = scene.provider(&Scene::tracing(TraceExporter::Zipkin, &to, millis(5_000)));
    provider.tracer("tests").in_span("work", |_| {});
    provider.force_flush().expect("spans that arrive");
    let body = collector.bodies().pop().expect("a request");
    let spans: Json = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(spans[0]["name"], "work");
    scene.assert_figures("traces", 1, 0, 0);
}
