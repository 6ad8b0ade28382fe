//! What can be switched on, off and changed.

use bartizan::{
    http::{CustomLabel, HttpMetrics, HttpMetricsError},
    label::Scheme,
    observe::MethodsError,
    route::RouteSources,
};
use bartizan_tests::{
    client::{get, request},
    recorder::{ACTIVE, DURATION, OVERFLOW, REQUEST_SIZE, RESPONSE_SIZE, Recorder},
};
use http::{HeaderValue, Version, header::HOST};
use tower::{Layer, ServiceExt, service_fn};

use super::{answer, exchange, layer};

#[tokio::test]
async fn what_is_skipped_leaves_no_trace() {
    let recorder = Recorder::new();
    let metrics = recorder
        .http()
        .skip(|request| ["/healthz", "/events"].contains(&request.uri().path()));
    let service = layer(metrics.time_to_first_byte()).layer(service_fn(answer));
    exchange(&service, get("/healthz")).await;
    exchange(&service, get("/events")).await;
    let held = service.clone().oneshot(get("/healthz")).await.unwrap();
    assert_eq!(recorder.scrape().series(), 0);
    exchange(&service, get("/")).await;
    let scrape = recorder.scrape();
    assert_eq!(scrape.records(), ["GET {unmatched} 200"]);
    assert_eq!(scrape.value(ACTIVE, &[]), Some(0.0));
    drop(held);
    assert_eq!(recorder.scrape().ended(), 1);
    assert!(recorder.scrape().idle());
}

#[tokio::test]
async fn sizes_can_be_left_out() {
    let recorder = Recorder::new();
    let metrics = recorder.http().request_size(false).response_size(false);
    let service = layer(metrics).layer(service_fn(answer));
    let mut sized = request("POST", "/");
    sized.headers_mut().insert("content-length", 7.into());
    exchange(&service, sized).await;
    let names: Vec<_> = recorder.scrape().names().map(str::to_owned).collect();
    assert_eq!(names, [OVERFLOW, ACTIVE, DURATION]);
}

#[tokio::test]
async fn sizes_may_have_the_status() {
    let recorder = Recorder::new();
    let service = layer(recorder.http().size_by_status()).layer(service_fn(answer));
    exchange(&service, get("/")).await;
    let labels = [
        ("http_response_status_code", "200"),
        ("http_route", "{unmatched}"),
    ];
    assert_eq!(recorder.scrape().count(RESPONSE_SIZE, &labels), 1);
    assert_eq!(recorder.scrape().count(REQUEST_SIZE, &[]), 0);
}

#[tokio::test]
async fn the_gauge_may_have_the_route_that_was_known_at_the_start() {
    let recorder = Recorder::new();
    let routes = RouteSources::new().table(["/users/{id}"]).unwrap();
    let metrics = layer(recorder.http().active_by_route()).routes(routes);
    let service = metrics.layer(service_fn(async |request| {
        bartizan::route::annotate("/later/{word}");
        answer(request).await
    }));
    let held = service.oneshot(get("/users/7")).await.unwrap();
    let active = |recorder: &Recorder| {
        let scrape = recorder.scrape();
        assert_eq!(scrape.values(ACTIVE, "http_route"), ["/users/{id}"]);
        scrape.value(ACTIVE, &[])
    };
    assert_eq!(active(&recorder), Some(1.0));
    drop(held);
    assert_eq!(active(&recorder), Some(0.0));
    assert_eq!(
        recorder.scrape().records(),
        ["GET /later/{word} 200 dropped"]
    );
}

#[tokio::test]
async fn the_version_of_the_protocol() {
    let recorder = Recorder::new();
    let service = layer(recorder.http().protocol_version()).layer(service_fn(answer));
    for version in [
        Version::HTTP_09,
        Version::HTTP_10,
        Version::HTTP_11,
        Version::HTTP_11,
        Version::HTTP_2,
        Version::HTTP_3,
    ] {
        let mut request = get("/");
        *request.version_mut() = version;
        exchange(&service, request).await;
    }
    let scrape = recorder.scrape();
    let versions = scrape.values(DURATION, "network_protocol_version");
    assert_eq!(versions, ["0.9", "1.0", "1.1", "2", "3"]);
    assert_eq!(
        scrape.count(DURATION, &[("network_protocol_version", "1.1")]),
        2
    );
}

#[tokio::test]
async fn the_host_that_was_asked_for_within_its_cap() {
    let recorder = Recorder::new();
    let service = layer(recorder.http().server_address(4)).layer(service_fn(answer));
    let with = |host: &'static [u8]| {
        let mut request = request("GET", "/");
        *request.uri_mut() = "/".parse().unwrap();
        request
            .headers_mut()
            .insert(HOST, HeaderValue::from_bytes(host).unwrap());
        request
    };
    for host in [
        &b"one.test"[..],
        b"ONE.test:8080",
        b"user@one.test",
        b"[2001:db8::1]:80",
        b"a b",
        b"\xff\xfe",
        b"",
        b"two.test",
        b"three.test",
        b"four.test",
        b"five.test",
    ] {
        exchange(&service, with(host)).await;
    }
    exchange(&service, get("/")).await;
    let scrape = recorder.scrape();
    let hosts = [
        "[2001:db8::1]",
        "one.test",
        "three.test",
        "two.test",
        "{overflow}",
    ];
    assert_eq!(scrape.values(DURATION, "server_address"), hosts);
    assert_eq!(scrape.count(DURATION, &[("server_address", "one.test")]), 3);
    assert_eq!(scrape.count(DURATION, &[("server_address", "")]), 3);
    assert_eq!(
        scrape.value(OVERFLOW, &[("label", "server_address")]),
        Some(3.0)
    );
    assert_eq!(scrape.values(ACTIVE, "server_address"), [""; 0]);
}

#[tokio::test]
async fn the_scheme_is_the_configurations() {
    let recorder = Recorder::new();
    let service = recorder
        .layer()
        .scheme(Scheme::Https)
        .layer(service_fn(answer));
    exchange(&service, get("/")).await;
    let https = [("url_scheme", "https")];
    assert_eq!(recorder.scrape().count(DURATION, &https), 1);
    assert_eq!(recorder.scrape().value(ACTIVE, &https), Some(0.0));
}

#[tokio::test]
async fn the_methods_that_are_known() {
    let recorder = Recorder::new();
    let known = recorder.layer().methods(["GET", "PROPFIND"]).unwrap();
    let service = known.layer(service_fn(answer));
    for method in ["GET", "PROPFIND", "POST", "get", "MKCOL"] {
        exchange(&service, request(method, "/")).await;
    }
    let scrape = recorder.scrape();
    assert_eq!(
        scrape.values(DURATION, "http_request_method"),
        ["GET", "PROPFIND", "_OTHER"]
    );
    assert_eq!(
        scrape.values(ACTIVE, "http_request_method"),
        ["GET", "PROPFIND", "_OTHER"]
    );
    assert_eq!(
        scrape.count(DURATION, &[("http_request_method", "_OTHER")]),
        3
    );
    let refused = recorder.layer().methods(["NO GOOD"]).unwrap_err();
    assert_eq!(
        refused,
        MethodsError::Unfit {
            given: "NO GOOD".to_owned()
        }
    );
    let many = (0..31).map(|number| format!("M{number}"));
    assert!(matches!(
        recorder.layer().methods(many),
        Err(MethodsError::TooMany { given: 31 })
    ));
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    let label = |name: &str| CustomLabel::of_request(name, 1, |_| None);
    let build = |names: &[&str]| {
        let builder = HttpMetrics::builder();
        names
            .iter()
            .fold(builder, |builder, name| builder.label(label(name)))
            .build()
    };
    for names in [
        &["http_route"][..],
        &["url.scheme"],
        &["a.b", "a_b"],
        &["le"],
        &["é"],
        &[""],
    ] {
        let refused = build(names);
        assert!(
            matches!(refused, Err(HttpMetricsError::LabelName(_))),
            "{names:?}"
        );
    }
    let five = build(&["a", "b", "c", "d", "e"]).unwrap_err();
    assert_eq!(five, HttpMetricsError::TooManyLabels { given: 5 });
    assert!(build(&["a", "b", "c", "d"]).is_ok());
    let builder = HttpMetrics::builder().server_address(9);
    let four = ["a", "b", "c", "d"]
        .iter()
        .fold(builder, |builder, name| builder.label(label(name)));
    assert!(four.build().is_err());
}
