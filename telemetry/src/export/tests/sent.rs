//! What arrives.

use std::collections::BTreeMap;

use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};

use super::support::{Collector, Scene, millis};
use crate::config::{Sampler, TraceExporter, Tracing};

fn pair(key: &str, value: Value) -> (String, Option<Value>) {
    (key.to_owned(), Some(value))
}

fn pairs(pairs: &[KeyValue]) -> BTreeMap<String, Option<Value>> {
    let pair = |pair: &KeyValue| {
        (
            pair.key.clone(),
            pair.value.clone().and_then(|value| value.value),
        )
    };
    pairs.iter().map(pair).collect()
}

fn arrives(exporter: TraceExporter, path: &str) {
    let scene = Scene::new();
    let collector = Collector::default();
    let to = collector.url(&scene, path);
    let config = Tracing {
        headers: BTreeMap::from([("x-api-key".to_owned(), "secret".to_owned())]),
        ..Scene::tracing(exporter, &to, millis(5_000))
    };
    let provider = scene.provider(&config);
    let began = collector.requests();
    Scene::spans(&provider, 3);
    assert_eq!(began, 0, "a batch waits");
    provider.force_flush().expect("spans that arrive");

    let request = collector.span_requests().pop().expect("a request");
    let [of_resource] = request.resource_spans.as_slice() else {
        panic!("one resource: {request:?}");
    };
    let resource = of_resource.resource.clone().expect("a resource");
    let text = |text: &str| Value::StringValue(text.to_owned());
    let expected = [
        pair("service.name", text("shop")),
        pair("team", text("checkout")),
    ];
    assert_eq!(pairs(&resource.attributes), BTreeMap::from(expected));
    let scope = of_resource.scope_spans[0].scope.clone().expect("a scope");
    assert_eq!(scope.name, "tests");
    let spans = collector.spans();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["span 0", "span 1", "span 2"]);
    let expected = [pair("id", Value::IntValue(2))];
    assert_eq!(pairs(&spans[2].attributes), BTreeMap::from(expected));

    let headers = collector.headers().pop().expect("headers");
    assert_eq!(headers["x-api-key"], "secret");
    let agent = headers["user-agent"].to_str().expect("a text");
    assert!(agent.starts_with("bartizan-telemetry/"), "{agent}");
    scene.assert_figures("traces", 1, 0, 0);
    provider.shutdown().expect("nothing is left");
}

#[test]
fn spans_arrive_over_grpc() {
    arrives(TraceExporter::OtlpGrpc, "");
}

#[test]
fn spans_arrive_over_http() {
    arrives(TraceExporter::OtlpHttp, "/v1/traces");
}

/// The collector knows no other path than that of the protocol.
#[test]
fn an_endpoint_needs_no_path() {
    for path in ["", "/"] {
        arrives(TraceExporter::OtlpHttp, path);
    }
}

#[test]
fn a_batch_is_no_larger_than_it_may_be_and_goes_by_itself_when_it_is_full() {
    let scene = Scene::new();
    let collector = Collector::default();
    let mut config = Scene::tracing(
        TraceExporter::OtlpGrpc,
        &collector.url(&scene, ""),
        millis(5_000),
    );
    config.batch.size = 10;
    let provider = scene.provider(&config);
    Scene::spans(&provider, 35);
    provider.shutdown().expect("spans that arrive");
    assert_eq!(collector.spans().len(), 35);
    for request in collector.span_requests() {
        assert!(request.resource_spans[0].scope_spans[0].spans.len() <= 10);
    }
    scene.assert_figures("traces", 1, 0, 0);
}

/// The share of traces that are sampled: those that begin here, those whose caller sampled, those whose caller did not.
fn shares(sampler: Sampler, ratio: f64) -> [f64; 3] {
    use opentelemetry::trace::{Span, SpanContext, SpanId, TraceFlags, TraceId, TraceState};

    let scene = Scene::new();
    let config = Tracing {
        sampler,
        ratio,
        ..Scene::tracing(TraceExporter::OtlpHttp, "http://127.0.0.1:9/", millis(50))
    };
    let provider = scene.provider(&config);
    let tracer = provider.tracer("tests");
    let share = |flags: Option<TraceFlags>| {
        let sampled = (1..=1_000u128).filter(|id| {
            // Spread as random ids are.
            let trace = TraceId::from(id.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
            let state = TraceState::default();
            let caller =
                flags.map(|flags| SpanContext::new(trace, SpanId::from(1), flags, true, state));
            let context = opentelemetry::Context::new();
            let context = match caller {
                Some(caller) => context.with_remote_span_context(caller),
                None => context,
            };
            tracer
                .start_with_context("span", &context)
                .span_context()
                .is_sampled()
        });
        sampled.count() as f64 / 1_000.0
    };
    [None, Some(TraceFlags::SAMPLED), Some(TraceFlags::default())].map(share)
}

#[test]
fn the_sampler_decides_as_it_is_named() {
    assert_eq!(shares(Sampler::AlwaysOn, 0.0), [1.0, 1.0, 1.0]);
    assert_eq!(shares(Sampler::AlwaysOff, 1.0), [0.0, 0.0, 0.0]);
    assert_eq!(shares(Sampler::ParentBasedAlwaysOn, 0.0), [1.0, 1.0, 0.0]);
    assert_eq!(shares(Sampler::ParentBasedAlwaysOff, 1.0), [0.0, 1.0, 0.0]);
    let [root, sampled, not] = shares(Sampler::ParentBasedTraceIdRatio, 0.3);
    assert!((0.2..0.4).contains(&root), "{root}");
    assert_eq!((sampled, not), (1.0, 0.0));
    for share in shares(Sampler::TraceIdRatio, 0.3) {
        assert!((0.2..0.4).contains(&share), "{share}");
    }
}
