//! Whose child a span is.

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer},
};

use super::support::{Reply, Traces, exchange, get, layer, ok, with};
use crate::span::Span;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

fn serve(span: Span, headers: &[(&'static str, &str)]) -> http::HeaderMap {
    exchange(&layer(span), with(headers), |_| Reply::Answer(ok([])))
}

#[test]
fn a_public_endpoint_starts_a_trace_and_links_the_caller_s() {
    for parent in [PARENT, UNSAMPLED] {
        let traces = Traces::new();
        let headers = [
            ("traceparent", parent),
            ("tracestate", "a=1"),
            ("baggage", "b=2"),
        ];
        serve(traces.with(|options| options.public_endpoint()), &headers);
        let span = traces.only();
        assert_eq!(span.parent_span_id, SpanId::INVALID);
        let trace = span.span_context.trace_id().to_string();
        assert_ne!(trace, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(span.span_context.is_sampled());
        assert_eq!(span.links.len(), 1);
        let linked = &span.links[0].span_context;
        assert_eq!(linked.span_id().to_string(), "00f067aa0ba902b7");
        assert_eq!(linked.trace_state().get("a"), Some("1"));
    }
    let traces = Traces::new();
    serve(
        traces.with(|options| options.public_endpoint()),
        &[("traceparent", "nonsense")],
    );
    assert!(traces.only().links.is_empty());
}

#[test]
fn without_a_caller_the_parent_is_what_is_active() {
    let traces = Traces::new();
    let here = Context::current_with_span(traces.tracer().start("around"));
    let around = here.span().span_context().span_id();
    {
        let _here = here.attach();
        serve(traces.span(), &[]);
        serve(traces.span(), &[("traceparent", PARENT)]);
        serve(traces.with(|options| options.public_endpoint()), &[]);
    }
    let parents: Vec<_> = traces
        .finished()
        .iter()
        .map(|span| span.parent_span_id)
        .collect();
    let caller = SpanId::from(0x00f0_67aa_0ba9_02b7);
    assert_eq!(parents, [around, caller, SpanId::INVALID, SpanId::INVALID]);
}

#[test]
fn where_telemetry_is_suppressed_there_is_no_span() {
    let traces = Traces::new();
    let suppressed = Context::enter_telemetry_suppressed_scope();
    serve(traces.span(), &[("traceparent", PARENT)]);
    serve(traces.with(|options| options.public_endpoint()), &[]);
    drop(suppressed);
    assert!(traces.finished().is_empty());
}

/// Takes the caller's ids from a header of its own.
#[derive(Debug)]
struct Own;

impl TextMapPropagator for Own {
    fn inject_context(&self, _: &Context, _: &mut dyn Injector) {}

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let id = extractor.get("x-own").and_then(|id| id.parse::<u64>().ok());
        assert!(extractor.keys().contains(&"x-own"));
        assert_eq!(extractor.get_all("x-own").map(|all| all.len()), Some(1));
        let Some(id) = id else {
            return context.clone();
        };
        let (trace, span) = (TraceId::from(1), SpanId::from(id));
        let state = TraceState::NONE;
        let caller = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, state);
        context.with_remote_span_context(caller)
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&[])
    }
}

#[test]
fn another_propagator_is_asked_instead() {
    let headers = [("x-own", "7"), ("traceparent", PARENT)];
    let traces = Traces::new();
    serve(traces.with(|options| options.propagator(Own)), &headers);
    assert_eq!(traces.only().parent_span_id, SpanId::from(7));

    let traces = Traces::new();
    serve(
        traces.with(|options| options.propagator(Own).public_endpoint()),
        &headers,
    );
    let span = traces.only();
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_eq!(span.links[0].span_context.span_id(), SpanId::from(7));

    opentelemetry::global::set_text_map_propagator(Own);
    let traces = Traces::new();
    serve(traces.with(|options| options.global_propagator()), &headers);
    assert_eq!(traces.only().parent_span_id, SpanId::from(7));

    let traces = Traces::new();
    serve(traces.with(|options| options.no_propagation()), &headers);
    assert_eq!(traces.only().parent_span_id, SpanId::INVALID);
}

#[test]
fn the_response_names_the_span_if_it_is_asked_to() {
    for parent in [PARENT, UNSAMPLED] {
        let traces = Traces::new();
        let mut inside = String::new();
        let span = traces.with(|options| options.traceresponse());
        let headers = exchange(&layer(span), with(&[("traceparent", parent)]), |_| {
            let here = Context::current();
            let here = here.span().span_context().clone();
            let flags = here.trace_flags().to_u8();
            inside = format!("00-{}-{}-{flags:02x}", here.trace_id(), here.span_id());
            Reply::Answer(ok([]))
        });
        assert_eq!(headers["traceresponse"], inside);
        assert!(inside.ends_with(&parent[52..]));
    }
    let traces = Traces::new();
    assert!(serve(traces.span(), &[("traceparent", PARENT)]).is_empty());
    exchange(&traces.layer(), get("/users/7"), |_| Reply::Answer(ok([])));
}
