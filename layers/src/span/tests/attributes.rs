//! What requests tell.

use http::{Request, Version};

use super::support::{Reply, Step, Traces, attribute, exchange, get, layer, ok, with};
use crate::{label::Scheme, observe::ObserveLayer, route::annotate};

fn told(request: Request<()>, key: &str) -> Option<String> {
    let traces = Traces::new();
    exchange(&traces.layer(), request, |_| Reply::Answer(ok([])));
    attribute(&traces.only(), key)
}

#[test]
fn the_host_is_what_the_request_names() {
    for (host, address, port) in [
        ("example.org", Some("example.org"), None),
        ("example.org:8443", Some("example.org"), Some("8443")),
        ("10.1.2.80:80", Some("10.1.2.80"), Some("80")),
        ("[2001:db8::1]:443", Some("2001:db8::1"), Some("443")),
        ("[2001:db8::1]", Some("2001:db8::1"), None),
        ("example.org:", Some("example.org"), None),
        ("example.org:99999", Some("example.org"), None),
        ("example.org:+80", None, None),
        ("user@example.org", None, None),
        ("exa mple", None, None),
        ("[2001:db8::1", None, None),
        ("[2001:db8::1]80", None, None),
        ("", None, None),
        (&"a".repeat(300), None, None),
    ] {
        let request = || with(&[("host", host)]);
        assert_eq!(
            told(request(), "server.address").as_deref(),
            address,
            "{host}"
        );
        assert_eq!(told(request(), "server.port").as_deref(), port, "{host}");
    }
    let twice = with(&[("host", "a"), ("host", "b")]);
    assert_eq!(told(twice, "server.address"), None);
    let mut absolute = get("http://example.org:8080/users/7");
    absolute
        .headers_mut()
        .insert("host", http::HeaderValue::from_static("other"));
    assert_eq!(
        told(absolute, "server.address").as_deref(),
        Some("example.org")
    );
}

#[test]
fn many_headers_are_found_as_few_are() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|name| (name, "x"));
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let more = [
        ("host", "example.org"),
        ("user-agent", "curl/8"),
        ("traceparent", parent),
        ("tracestate", "a=1"),
    ];
    let traces = Traces::new();
    let headers: Vec<_> = names.into_iter().chain(more).collect();
    exchange(&traces.layer(), with(&headers), |_| Reply::Answer(ok([])));
    let span = traces.only();
    assert_eq!(
        attribute(&span, "server.address").as_deref(),
        Some("example.org")
    );
    assert_eq!(
        attribute(&span, "user_agent.original").as_deref(),
        Some("curl/8")
    );
    assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7");
    assert_eq!(span.span_context.trace_state().get("a"), Some("1"));
}

#[test]
fn versions_schemes_and_methods_are_the_conventions_words() {
    for (version, text) in [
        (Version::HTTP_10, "1.0"),
        (Version::HTTP_11, "1.1"),
        (Version::HTTP_2, "2"),
        (Version::HTTP_3, "3"),
    ] {
        let mut request = get("/users/7");
        *request.version_mut() = version;
        let told = told(request, "network.protocol.version");
        assert_eq!(told.as_deref(), Some(text));
    }
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.span()).scheme(Scheme::Https);
    let request = Request::builder()
        .method("PROPFIND")
        .uri("/users/7")
        .body(());
    exchange(&layer, request.expect("a request"), |_| {
        Reply::Answer(ok([]))
    });
    let span = traces.only();
    assert_eq!(span.name, "HTTP");
    assert_eq!(
        attribute(&span, "http.request.method").as_deref(),
        Some("_OTHER")
    );
    let original = attribute(&span, "http.request.method_original");
    assert_eq!(original.as_deref(), Some("PROPFIND"));
    assert_eq!(attribute(&span, "url.scheme").as_deref(), Some("https"));
    assert_eq!(attribute(&span, "http.route"), None);
}

#[test]
fn a_given_list_of_methods_names_spans() {
    let traces = Traces::new();
    let layer = ObserveLayer::new(traces.span())
        .methods(["PROPFIND"])
        .expect("methods");
    let request = Request::builder().method("PROPFIND").uri("/").body(());
    exchange(&layer, request.expect("a request"), |_| {
        Reply::Answer(ok([]))
    });
    let span = traces.only();
    assert_eq!(span.name, "PROPFIND");
    assert_eq!(
        attribute(&span, "http.request.method").as_deref(),
        Some("PROPFIND")
    );
}

#[test]
fn a_route_that_comes_late_names_the_span() {
    let traces = Traces::new();
    exchange(&traces.layer(), get("/users/7"), |_| {
        annotate("/reports/{kind}");
        Reply::Answer(ok([]))
    });
    let span = traces.only();
    assert_eq!(span.name, "GET /reports/{kind}");
    assert_eq!(
        attribute(&span, "http.route").as_deref(),
        Some("/reports/{kind}")
    );
}

#[test]
fn what_stands_for_a_route_is_none() {
    let traces = Traces::new();
    let unmatched = ObserveLayer::new(traces.span());
    exchange(&unmatched, get("/secret/7"), |_| Reply::Answer(ok([])));
    let span = traces.only();
    assert_eq!(span.name, "GET");
    assert_eq!(attribute(&span, "http.route"), None);

    let traces = Traces::new();
    let full = crate::route::RouteSources::new().limit(1);
    let full = ObserveLayer::new(traces.span()).routes(full);
    for route in ["/a", "/b"] {
        exchange(&full, get("/x"), |_| {
            annotate(route);
            Reply::Answer(ok([]))
        });
    }
    let names: Vec<_> = traces
        .finished()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert_eq!(names, ["GET /a", "GET"]);
}

#[test]
fn what_clients_say_is_bounded_and_rules_no_terminal() {
    let long = "x".repeat(5_000);
    let agent = told(with(&[("user-agent", &long)]), "user_agent.original");
    assert_eq!(agent.map(|agent| agent.len()), Some(1_024));
    let path = told(get(&format!("/users/{long}")), "url.path");
    assert_eq!(path.map(|path| path.len()), Some(1_024));
    let agent = told(
        with(&[("user-agent", "a\tb\u{202e}c\u{9b}d é")]),
        "user_agent.original",
    );
    assert_eq!(agent.as_deref(), Some("a_b_c_d é"));
    let mut request = get("/");
    let value = http::HeaderValue::from_bytes(b"a\xff\xfeb").expect("a value");
    request.headers_mut().insert("user-agent", value);
    let agent = told(request, "user_agent.original");
    assert_eq!(agent.as_deref(), Some("a\u{fffd}\u{fffd}b"));
}

#[test]
fn the_target_of_a_tunnel_has_no_path() {
    let mut request = get("example.org:443");
    *request.method_mut() = http::Method::CONNECT;
    assert_eq!(told(request, "url.path"), None);
}

#[test]
fn sizes_are_told_if_they_are_asked_for() {
    let traces = Traces::new();
    let layer = layer(traces.with(|options| options.body_sizes()));
    exchange(&layer, with(&[("content-length", "7")]), |_| {
        Reply::Answer(ok([Step::Data("thirteen byte")]))
    });
    let span = traces.only();
    assert_eq!(
        attribute(&span, "http.request.body.size").as_deref(),
        Some("7")
    );
    assert_eq!(
        attribute(&span, "http.response.body.size").as_deref(),
        Some("13")
    );
}
