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
