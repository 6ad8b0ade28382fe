//! Secrets of a request are in no span unless they are asked for.

use http::{HeaderValue, Request};

use super::support::{Reply, Step, Traces, attribute, exchange, layer, stream};
use crate::{observe::ObserveLayer, sse::Sse};

const CANARY: &str = "c4n4ry";

/// A request with a canary in each place, and a stream whose events and whose error have one too.
fn sing<O: crate::observe::Observers>(layer: &ObserveLayer<O>, path: &str) {
    let request = Request::builder()
        .method("GET")
        .uri(path)
        .header("authorization", format!("Bearer {CANARY}"))
        .header("cookie", format!("session={CANARY}"))
        .header("x-api-key", CANARY)
        .header("last-event-id", CANARY)
        .header("x-forwarded-for", CANARY)
        .header("referer", format!("https://example.org/{CANARY}"))
        .header("baggage", format!("user={CANARY}"))
        .header("tracestate", format!("{CANARY}=1"))
        .header("user-agent", "curl/8")
        .body(());
    exchange(layer, request.expect("a request"), |_| {
        let mut response = stream([
            Step::Data("event: c4n4ry\nid: c4n4ry\ndata: c4n4ry\n\n"),
            Step::Error("c4n4ry"),
        ]);
        let cookie = HeaderValue::from_static("session=c4n4ry");
        response.headers_mut().insert("set-cookie", cookie);
        Reply::Answer(response)
    });
    exchange(layer, super::support::get("/users/7"), |_| {
        Reply::Error(CANARY)
    });
}

#[test]
fn no_secret_shows_by_default() {
    let traces = Traces::new();
    sing(
        &layer((traces.span(), Sse::new())),
        "/users/7?token=c4n4ry&sig=c4n4ry",
    );
    let shown = format!("{:?}", traces.finished());
    assert!(
        shown.contains("body_error") && shown.contains("service_error"),
        "{shown}"
    );
    assert!(!shown.contains(CANARY), "{shown}");
}

#[test]
fn one_in_the_path_shows_in_url_path_alone() {
    let traces = Traces::new();
    sing(&layer(traces.span()), "/users/c4n4ry");
    let mut spans = traces.finished();
    assert_eq!(
        attribute(&spans[0], "url.path").as_deref(),
        Some("/users/c4n4ry")
    );
    spans[0]
        .attributes
        .retain(|pair| pair.key.as_str() != "url.path");
    let shown = format!("{spans:?}");
    assert!(!shown.contains(CANARY), "{shown}");

    let traces = Traces::new();
    sing(
        &layer(traces.with(|options| options.url_path_by_route())),
        "/users/c4n4ry",
    );
    let spans = traces.finished();
    assert_eq!(
        attribute(&spans[0], "url.path").as_deref(),
        Some("/users/{id}")
    );
    let shown = format!("{spans:?}");
    assert!(!shown.contains(CANARY), "{shown}");
}

#[test]
fn what_gives_access_is_redacted_in_a_query_that_is_asked_for() {
    for (query, shown) in [
        ("q=1&sig=c4n4ry", "q=1&sig=REDACTED"),
        ("Signature=c4n4ry&q", "Signature=REDACTED&q"),
        ("AWSAccessKeyId=c4n4ry", "AWSAccessKeyId=REDACTED"),
        (
            "X-Goog-Signature=c4n4ry&X-Goog-Signature=c4n4ry",
            "X-Goog-Signature=REDACTED&X-Goog-Signature=REDACTED",
        ),
        ("X-Amz-Signature=c4n4ry", "X-Amz-Signature=REDACTED"),
        ("X-Amz-Credential=c4n4ry", "X-Amz-Credential=REDACTED"),
        (
            "X-Amz-Security-Token=c4n4ry",
            "X-Amz-Security-Token=REDACTED",
        ),
        ("token=c4n4ry=c4n4ry", "token=REDACTED"),
        ("%73ig=c4n4ry", "%73ig=REDACTED"),
        ("sig=", "sig=REDACTED"),
        ("SIG=plain", "SIG=plain"),
        ("signature=plain", "signature=plain"),
        ("", ""),
    ] {
        let traces = Traces::new();
        let layer = layer(traces.with(|options| options.url_query(["token"])));
        let request = super::support::get(&format!("/users/7?{query}"));
        exchange(&layer, request, |_| Reply::Answer(super::support::ok([])));
        let span = traces.only();
        assert_eq!(attribute(&span, "url.query").as_deref(), Some(shown));
    }
}

#[test]
fn a_long_query_is_cut_and_stays_redacted() {
    let traces = Traces::new();
    let layer = layer(traces.with(|options| options.url_query(["token"])));
    let query = format!(
        "a={}&token={CANARY}&b={}",
        "x".repeat(1_000),
        "y".repeat(5_000)
    );
    let request = super::support::get(&format!("/users/7?{query}"));
    exchange(&layer, request, |_| Reply::Answer(super::support::ok([])));
    let shown = attribute(&traces.only(), "url.query").expect("a query");
    assert_eq!(shown.len(), 1_024);
    assert!(!shown.contains(CANARY));
}

#[test]
fn headers_are_recorded_that_are_named_and_no_others() {
    let traces = Traces::new();
    let span = traces.with(|options| {
        options
            .request_headers(["X-Tenant", "x-tenant", "x-absent", "x-secret"])
            .response_headers(["x-cache"])
            .last_event_id()
    });
    let mut request = super::support::with(&[
        ("x-tenant", "blue"),
        ("x-tenant", "a\tb"),
        ("x-other", CANARY),
        ("last-event-id", "42"),
    ]);
    let mut secret = HeaderValue::from_static(CANARY);
    secret.set_sensitive(true);
    request.headers_mut().insert("x-secret", secret);
    exchange(&layer(span), request, |_| {
        let mut response = super::support::ok([]);
        let headers = response.headers_mut();
        headers.insert("x-cache", HeaderValue::from_static("hit"));
        headers.insert("x-other", HeaderValue::from_static(CANARY));
        Reply::Answer(response)
    });
    let span = traces.only();
    let told = |key| attribute(&span, key);
    assert_eq!(
        told("http.request.header.x-tenant").as_deref(),
        Some("[\"blue\",\"a_b\"]")
    );
    assert_eq!(
        told("http.request.header.x-secret").as_deref(),
        Some("[\"REDACTED\"]")
    );
    assert_eq!(told("http.request.header.x-absent"), None);
    assert_eq!(
        told("http.response.header.x-cache").as_deref(),
        Some("[\"hit\"]")
    );
    assert_eq!(told("sse.last_event_id").as_deref(), Some("42"));
    assert!(!format!("{span:?}").contains(CANARY));
}
