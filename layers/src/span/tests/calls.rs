//! gRPC calls: name, kind, status and attributes against the conventions, row by row.

use http::HeaderValue;
use opentelemetry::trace::{SpanKind, Status};

use super::support::{Traces, attributes};
use crate::{
    observe::ObserveLayer,
    route::RouteSources,
    rpc::tests::{
        cases::{CASES, Case},
        kit::{OK, Reply, Step, answer, call, exchange, message},
    },
    span::Span,
};

fn declared(span: Span) -> ObserveLayer<Span> {
    let routes = RouteSources::new().grpc_methods(["test.Echo/Say"]);
    ObserveLayer::new(span).routes(routes.expect("a method"))
}

fn said() -> Reply {
    Reply::Answer(answer([message("one"), OK]))
}

/// An answer that is an error alone, from what may stand in front of the methods.
fn denied() -> Reply {
    let mut response = answer([]);
    let status = HeaderValue::from_static("16");
    response.headers_mut().insert("grpc-status", status);
    Reply::Answer(response)
}

fn told(traces: &Traces) -> Vec<(String, String)> {
    attributes(&traces.only()).into_iter().collect()
}

#[test]
fn every_end_is_told_by_the_conventions() {
    for case in CASES {
        let Case {
            name,
            reply,
            status,
            error,
        } = case;
        let traces = Traces::new();
        let reply = reply();
        let http = reply.http_status();
        exchange(&declared(traces.span()), case.request(), reply, || {});
        let span = traces.only();
        assert_eq!(span.span_kind, SpanKind::Server, "{name}");
        let mut wanted = vec![
            ("network.protocol.version", "1.1"),
            ("rpc.method", "test.Echo/Say"),
            ("rpc.system.name", "grpc"),
        ];
        let error = match &http {
            // A client that leaves is no error of the server's.
            None => error.filter(|error| !["cancelled_before_response", "dropped"].contains(error)),
            Some(http) => http.is_server_error().then_some(http.as_str()),
        };
        match &http {
            None => {
                assert_eq!(span.name, "test.Echo/Say", "{name}");
                wanted.push(("rpc.response.status_code", status));
            }
            Some(http) => {
                assert_eq!(span.name, "POST /test.Echo/Say", "{name}");
                wanted.extend([
                    ("http.request.method", "POST"),
                    ("http.response.status_code", http.as_str()),
                    ("http.route", "/test.Echo/Say"),
                    ("url.path", "/test.Echo/Say"),
                    ("url.scheme", "http"),
                ]);
            }
        }
        let failed = match error {
            Some(_) => Status::error(""),
            None => Status::Unset,
        };
        assert_eq!(span.status, failed, "{name}");
        wanted.extend(error.map(|error| ("error.type", error)));
        wanted.sort_unstable();
        let told = attributes(&span);
        let told: Vec<_> = told.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!(told, wanted, "{name}");
    }
}

#[test]
fn an_event_stream_is_no_call_whatever_its_request_says() {
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.span());
    let mut response = answer([Step::Data("data: x\n\n".into())]);
    let events = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert("content-type", events);
    exchange(&layer, call("Say"), Reply::Answer(response), || {});
    let span = traces.only();
    assert_eq!((&*span.name, &span.status), ("POST", &Status::Unset));
    let told = attributes(&span);
    assert_eq!(told["sse.stream.close_reason"], "completed");
    assert_eq!(told["http.response.status_code"], "200");
    assert!(!told.contains_key("rpc.response.status_code"), "{told:?}");
}

#[test]
fn an_answer_names_the_method_of_its_own_span() {
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.span());
    exchange(&layer, call("Say"), said(), || {});
    let span = traces.only();
    assert_eq!(span.name, "test.Echo/Say");
    let told = attributes(&span);
    assert_eq!(told["rpc.method"], "test.Echo/Say");
    assert!(!told.contains_key("rpc.method_original"), "{told:?}");
}

#[test]
fn a_method_that_nothing_stands_for_is_no_name() {
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.span());
    exchange(&layer, call("Say"), denied(), || {});
    assert_eq!(traces.only().name, "grpc");
    let wanted = [
        ("network.protocol.version", "1.1"),
        ("rpc.method", "_OTHER"),
        ("rpc.method_original", "test.Echo/Say"),
        ("rpc.response.status_code", "UNAUTHENTICATED"),
        ("rpc.system.name", "grpc"),
    ];
    let wanted = wanted.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(told(&traces), wanted);
}

#[test]
fn a_method_that_was_vouched_for_before_is_known() {
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.span());
    exchange(&layer, call("Say"), said(), || {});
    exchange(&layer, call("Say"), denied(), || {});
    exchange(&layer, call("Shout"), denied(), || {});
    let names: Vec<_> = traces
        .finished()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert_eq!(names, ["test.Echo/Say", "test.Echo/Say", "grpc"]);
}

#[test]
fn more_methods_than_are_kept_are_named_by_their_own_answers() {
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.span());
    for number in 0..250 {
        exchange(&layer, call(&format!("Say{number}")), said(), || {});
    }
    for (number, span) in traces.finished().iter().enumerate() {
        assert_eq!(span.name, format!("test.Echo/Say{number}"));
    }
}

#[test]
fn a_path_that_is_private_is_not_told_of_a_call() {
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.with(|options| options.url_path_by_route()));
    exchange(&layer, call("Secret"), denied(), || {});
    let told = told(&traces);
    assert!(
        told.iter().all(|(_, value)| !value.contains("Secret")),
        "{told:?}"
    );
}

#[test]
fn a_sampler_is_shown_the_system_and_the_method_if_it_asks() {
    let traces = Traces::new();
    let layer = declared(traces.with(|options| options.sample_by_attributes()));
    exchange(&layer, call("Say"), said(), || {});
    let span = traces.only();
    assert_eq!(span.name, "test.Echo/Say");
    assert_eq!(attributes(&span)["rpc.system.name"], "grpc");
}

#[test]
fn a_call_that_goes_on_has_its_name_already() {
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.span());
    let reply = Reply::Answer(answer([message("one"), Step::Wait]));
    exchange(&layer, call("Say"), reply, || {});
    let span = traces.only();
    assert_eq!(span.name, "test.Echo/Say");
    assert_eq!(attributes(&span)["rpc.response.status_code"], "CANCELLED");
}
