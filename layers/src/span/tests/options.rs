//! What can be told, and what is refused.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
};

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, SamplingResult, ShouldSample};

use super::support::{Reply, Traces, attribute, exchange, get, layer, ok, with};
use crate::span::{BaggageLimits, ClientAddress, Span, SpanBuilder, SpanError};

fn refused(builder: SpanBuilder) -> String {
    builder.build().expect_err("it is refused").to_string()
}

#[test]
fn what_does_not_fit_is_refused_by_its_name() {
    let limits = |members, bytes| Span::builder().baggage(BaggageLimits::new(members, bytes));
    for builder in [limits(0, 1), limits(65, 1), limits(1, 0), limits(1, 8_193)] {
        assert!(refused(builder).starts_with("span.baggage: "));
    }
    let elsewhere = Span::builder()
        .baggage(BaggageLimits::default())
        .global_propagator();
    assert_eq!(elsewhere.build().err(), Some(SpanError::BaggageElsewhere));
    for (every, most) in [(0, 1), (1, 0), (1, 101)] {
        let error = refused(Span::builder().stream_events(every, most));
        assert!(error.starts_with("span.stream_events: "), "{error}");
    }
    let error = refused(Span::builder().request_headers(["a b"]));
    assert_eq!(
        error,
        "span.request_headers: \"a b\" is not a header's name"
    );
    let error = refused(Span::builder().response_headers([""]));
    assert_eq!(error, "span.response_headers: \"\" is not a header's name");
    let error = refused(Span::builder().client_address(ClientAddress::header("é", 0)));
    assert_eq!(error, "span.client_address: \"é\" is not a header's name");
    let error = refused(Span::builder().server_address("", None));
    assert!(error.starts_with("span.server_address: "), "{error}");
}

#[test]
fn the_client_is_told_from_where_the_user_says() {
    let header = |hops| ClientAddress::header("X-Forwarded-For", hops);
    let list = "1.1.1.1, 2.2.2.2:99, [2001:db8::1]:80";
    let own = ClientAddress::by(|_| Some(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    for (address, list, told) in [
        (header(0), list, Some("2001:db8::1")),
        (header(1), list, Some("2.2.2.2")),
        (header(2), list, Some("1.1.1.1")),
        (header(3), list, None),
        (header(0), "unknown", None),
        (header(0), "", None),
        (header(0), "[2001:db8::1]", Some("2001:db8::1")),
        (own, list, Some("127.0.0.1")),
    ] {
        let traces = Traces::new();
        let layer = layer(traces.with(|options| options.client_address(address)));
        let request = with(&[("x-forwarded-for", list)]);
        exchange(&layer, request, |_| Reply::Answer(ok([])));
        let client = attribute(&traces.only(), "client.address");
        assert_eq!(client.as_deref(), told, "{list}");
    }
}

#[test]
fn a_given_host_stands_for_the_one_that_is_asked() {
    let traces = Traces::new();
    let span = traces.with(|options| options.server_address("api.example.org", Some(443)));
    exchange(&layer(span), with(&[("host", "evil")]), |_| {
        Reply::Answer(ok([]))
    });
    let span = traces.only();
    assert_eq!(
        attribute(&span, "server.address").as_deref(),
        Some("api.example.org")
    );
    assert_eq!(attribute(&span, "server.port").as_deref(), Some("443"));
}

#[test]
fn requests_can_be_left_out() {
    let traces = Traces::new();
    let skip = |request: crate::observe::RequestHead<'_>| request.uri().path() == "/health";
    let layer = layer(traces.with(|options| options.skip(skip)));
    exchange(&layer, get("/health"), |_| Reply::Answer(ok([])));
    exchange(&layer, get("/users/7"), |_| Reply::Answer(ok([])));
    assert_eq!(traces.only().name, "GET /users/{id}");
}

/// Writes down what it is shown, and decides so.
#[derive(Clone, Debug)]
struct Shown(Arc<Mutex<Vec<String>>>, SamplingDecision);

impl ShouldSample for Shown {
    fn should_sample(
        &self,
        _: Option<&Context>,
        _: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        assert_eq!(*kind, SpanKind::Server);
        let attributes: Vec<_> = attributes.iter().map(|pair| pair.key.as_str()).collect();
        let shown = format!("{name}: {}", attributes.join(" "));
        self.0.lock().expect("no panic").push(shown);
        SamplingResult {
            decision: self.1.clone(),
            attributes: Vec::new(),
            trace_state: TraceState::NONE,
        }
    }
}

#[test]
fn after_one_that_is_left_out_nothing_is_built_before_the_decision() {
    let all = "GET /users/{id}: http.request.method url.scheme url.path network.protocol.version";
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let parents: [&[(&str, &str)]; 2] = [&[], &[("traceparent", parent)]];
    for headers in parents {
        let shown = Shown(Arc::default(), SamplingDecision::Drop);
        let traces = Traces::sampled_by(shown.clone());
        let layer = traces.layer();
        for _ in 0..3 {
            exchange(&layer, with(headers), |_| Reply::Answer(ok([])));
        }
        assert_eq!(*shown.0.lock().expect("no panic"), [all, "GET: ", "GET: "]);
    }

    let shown = Shown(Arc::default(), SamplingDecision::Drop);
    let traces = Traces::sampled_by(shown.clone());
    let layer = layer(traces.with(|options| options.sample_by_attributes()));
    for _ in 0..2 {
        exchange(&layer, get("/users/7"), |_| Reply::Answer(ok([])));
    }
    assert_eq!(*shown.0.lock().expect("no panic"), [all, all]);
}

#[test]
fn what_is_built_after_the_decision_is_the_same() {
    let traces = Traces::sampled_by(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
        0.5,
    ))));
    let layer = traces.layer();
    for _ in 0..200 {
        exchange(&layer, get("/users/7"), |_| Reply::Answer(ok([])));
    }
    let spans = traces.finished();
    assert!(spans.len() > 20 && spans.len() < 180, "{}", spans.len());
    let first = (&spans[0].name, &spans[0].attributes);
    assert!(
        spans
            .iter()
            .all(|span| (&span.name, &span.attributes) == first)
    );
}

#[test]
fn a_span_that_is_recorded_and_not_sampled_is_within_reach() {
    let shown = Shown(Arc::default(), SamplingDecision::RecordOnly);
    let traces = Traces::sampled_by(shown);
    exchange(&traces.layer(), get("/users/7"), |_| Reply::Answer(ok([])));
}
