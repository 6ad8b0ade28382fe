//! The ending matrix: name, kind, status and attributes against the conventions, row by row.

use http::{Method, Request, Response, header::CONTENT_LENGTH};
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_semantic_conventions::SCHEMA_URL;

use super::support::{Reply, Script, Step, Traces, attributes, exchange, get, ok, status, stream};

/// How an exchange is to end, and what its span is to tell of that.
struct Row {
    name: &'static str,
    method: Method,
    reply: fn() -> Reply,
    code: Option<&'static str>,
    error: Option<&'static str>,
}

fn row(
    name: &'static str,
    reply: fn() -> Reply,
    code: Option<&'static str>,
    error: Option<&'static str>,
) -> Row {
    Row {
        name,
        method: Method::GET,
        reply,
        code,
        error,
    }
}

fn declared(length: u64, steps: impl IntoIterator<Item = Step>) -> Reply {
    let mut response = ok(steps);
    response.headers_mut().insert(CONTENT_LENGTH, length.into());
    Reply::Answer(response)
}

fn rows() -> Vec<Row> {
    use Step::{Data, Error, Hang, Panic, TimedOut, Trailers};

    let head = Row {
        method: Method::HEAD,
        ..row("HEAD", || Reply::Answer(ok([Data("x")])), Some("200"), None)
    };
    vec![
        head,
        row("empty", || Reply::Answer(ok([])), Some("200"), None),
        row(
            "exact length",
            || Reply::Answer(Response::new(Script::of([Data("abc")]).length(3))),
            Some("200"),
            None,
        ),
        row(
            "frames",
            || Reply::Answer(ok([Data("a"), Data("b")])),
            Some("200"),
            None,
        ),
        row(
            "trailers",
            || Reply::Answer(ok([Data("a"), Trailers])),
            Some("200"),
            None,
        ),
        row("204", || Reply::Answer(status(204, [])), Some("204"), None),
        row("304", || Reply::Answer(status(304, [])), Some("304"), None),
        row(
            "a client error",
            || Reply::Answer(status(404, [])),
            Some("404"),
            None,
        ),
        row(
            "a server error",
            || Reply::Answer(status(503, [])),
            Some("503"),
            Some("503"),
        ),
        row(
            "a body error",
            || Reply::Answer(ok([Data("a"), Error("no")])),
            Some("200"),
            Some("body_error"),
        ),
        row(
            "a time-out of the body",
            || Reply::Answer(ok([TimedOut])),
            Some("200"),
            Some("timeout"),
        ),
        row(
            "a service error",
            || Reply::Error("no"),
            None,
            Some("service_error"),
        ),
        row(
            "dropped before the head",
            || Reply::Pending,
            None,
            Some("cancelled_before_response"),
        ),
        row(
            "dropped in the body",
            || Reply::Answer(ok([Data("a"), Hang])),
            Some("200"),
            Some("dropped"),
        ),
        row(
            "a server error whose client leaves",
            || Reply::Answer(status(500, [Data("a"), Hang])),
            Some("500"),
            Some("500"),
        ),
        row(
            "declared length not reached",
            || declared(100, [Data("a")]),
            Some("200"),
            Some("length_mismatch"),
        ),
        row(
            "declared length reached",
            || declared(1, [Data("a"), Hang]),
            Some("200"),
            None,
        ),
        row("panic in call", || Reply::PanicInCall, None, Some("panic")),
        row(
            "panic in the future",
            || Reply::PanicInFuture,
            None,
            Some("panic"),
        ),
        row(
            "panic in the body",
            || Reply::Answer(ok([Data("a"), Panic])),
            Some("200"),
            Some("panic"),
        ),
        row(
            "a stream that completes",
            || Reply::Answer(stream([Data("data: x\n\n")])),
            Some("200"),
            None,
        ),
        row(
            "a stream that its client leaves",
            || Reply::Answer(stream([Data("data: x\n\n"), Hang])),
            Some("200"),
            None,
        ),
        row(
            "a stream that fails",
            || Reply::Answer(stream([Data("data: x\n\n"), Error("no")])),
            Some("200"),
            Some("body_error"),
        ),
    ]
}

#[test]
fn every_end_is_told_by_the_conventions() {
    for Row {
        name,
        method,
        reply,
        code,
        error,
    } in rows()
    {
        let traces = Traces::new();
        let request = Request::builder()
            .method(&method)
            .uri("/users/7?q=1")
            .body(());
        exchange(&traces.layer(), request.expect("a request"), |_| reply());
        let span = traces.only();
        assert_eq!(span.name, format!("{method} /users/{{id}}"), "{name}");
        assert_eq!(span.span_kind, SpanKind::Server, "{name}");
        let failed = if error.is_some() {
            Status::error("")
        } else {
            Status::Unset
        };
        assert_eq!(span.status, failed, "{name}");
        let mut told = attributes(&span);
        told.retain(|key, _| !key.starts_with("sse."));
        let mut wanted = vec![
            ("http.request.method", method.as_str()),
            ("http.route", "/users/{id}"),
            ("network.protocol.version", "1.1"),
            ("url.path", "/users/7"),
            ("url.scheme", "http"),
        ];
        wanted.extend(code.map(|code| ("http.response.status_code", code)));
        wanted.extend(error.map(|error| ("error.type", error)));
        wanted.sort_unstable();
        let told: Vec<_> = told.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!(told, wanted, "{name}");
        assert!(span.end_time >= span.start_time, "{name}");
        assert_eq!(span.instrumentation_scope.name(), "bartizan");
        assert_eq!(span.instrumentation_scope.schema_url(), Some(SCHEMA_URL));
    }
}

#[test]
fn the_status_is_a_number() {
    let traces = Traces::new();
    exchange(&traces.layer(), get("/users/7"), |_| Reply::Answer(ok([])));
    let span = traces.only();
    let mut attributes = span.attributes.into_iter();
    let status = attributes.find(|pair| pair.key.as_str() == "http.response.status_code");
    assert_eq!(
        status.map(|pair| pair.value),
        Some(opentelemetry::Value::I64(200))
    );
}
