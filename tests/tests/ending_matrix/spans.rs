//! The span of each exchange, held against the conventions.

use std::cell::RefCell;

use bartizan::span::Span;
use bartizan_tests::Protocol;
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

use super::cases::Case;

thread_local! {
    /// A test and its server run on one thread. The provider is kept beside: its shutdown forgets the
    /// spans.
    static SPANS: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

type Kept = (SdkTracerProvider, InMemorySpanExporter);

/// An observer whose spans [`assert`] sees.
pub(crate) fn observer() -> Span {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let span = Span::builder().tracer_provider(&provider).build();
    SPANS.set(Some((provider, exporter)));
    span.expect("nothing of it can be refused")
}

/// What the span of a gRPC call is to tell.
#[derive(Debug)]
pub(crate) struct Call {
    /// Whether something stands for the method.
    is_known: bool,
    method: &'static str,
    status: &'static str,
    error: Option<&'static str>,
}

/// There is one span, and it tells how the exchange ended.
pub(crate) fn assert(protocol: Protocol, case: &Case) {
    let Some((_provider, exporter)) = SPANS.take() else {
        // A stack without spans.
        return;
    };
    let spans = exporter.get_finished_spans().expect("spans");
    assert_eq!(spans.len(), 1, "{spans:#?}");
    let span = &spans[0];
    let Case {
        method,
        status,
        error,
        ..
    } = *case;
    assert_eq!(span.name, format!("{method} /end/{{case}}"));
    assert_eq!(span.span_kind, SpanKind::Server);
    let failed = error.map_or(Status::Unset, |_| Status::error(""));
    assert_eq!(span.status, failed);
    let version = match protocol {
        Protocol::Http1 => "1.1",
        Protocol::Http2 => "2",
    };
    let mut wanted = vec![
        ("http.request.method", method),
        ("http.route", "/end/{case}"),
        ("network.protocol.version", version),
        ("server.address", "bartizan.test"),
        ("url.path", "/end/case"),
        ("url.scheme", "http"),
    ];
    wanted.extend(status.map(|status| ("http.response.status_code", status)));
    wanted.extend(error.map(|error| ("error.type", error)));
    wanted.sort_unstable();
    let mut told: Vec<_> = span
        .attributes
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.to_string()))
        .collect();
    told.sort_unstable();
    let told: Vec<_> = told.iter().map(|(key, value)| (*key, &**value)).collect();
    assert_eq!(told, wanted);
}

/// There is one span, and it tells how the call over HTTP/2 ended.
pub(crate) fn assert_call(call: &Call) {
    let (_provider, exporter) = SPANS.take().expect("an observer");
    let spans = exporter.get_finished_spans().expect("spans");
    assert_eq!(spans.len(), 1, "{spans:#?}");
    let span = &spans[0];
    let Call {
        is_known,
        method,
        status,
        error,
    } = *call;
    assert_eq!(span.name, if is_known { method } else { "grpc" });
    assert_eq!(span.span_kind, SpanKind::Server);
    let failed = error.map_or(Status::Unset, |_| Status::error(""));
    assert_eq!(span.status, failed);
    let mut wanted = vec![
        ("network.protocol.version", "2"),
        ("rpc.response.status_code", status),
        ("rpc.system.name", "grpc"),
    ];
    if is_known {
        wanted.push(("rpc.method", method));
    } else {
        wanted.extend([("rpc.method", "_OTHER"), ("rpc.method_original", method)]);
    }
    wanted.extend(error.map(|error| ("error.type", error)));
    wanted.sort_unstable();
    // These are the client's.
    let of_client = ["server.address", "server.port", "user_agent.original"];
    let mut told: Vec<_> = span
        .attributes
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.to_string()))
        .filter(|(key, _)| !of_client.contains(key))
        .collect();
    told.sort_unstable();
    let told: Vec<_> = told.iter().map(|(key, value)| (*key, &**value)).collect();
    assert_eq!(told, wanted);
}

// === impl Call ===

impl Call {
    pub(crate) const fn known(method: &'static str, status: &'static str) -> Self {
        Self {
            is_known: true,
            method,
            status,
            error: None,
        }
    }

    pub(crate) const fn other(method: &'static str, status: &'static str) -> Self {
        Self {
            is_known: false,
            ..Self::known(method, status)
        }
    }

    pub(crate) const fn fails(self, error: &'static str) -> Self {
        Self {
            error: Some(error),
            ..self
        }
    }
}
