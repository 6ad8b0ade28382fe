//! What the builder is told.

use http::{Request, header::CONTENT_LENGTH};

use super::support::{Rig, get, ok, recorder};
use crate::{
    http::{CustomLabel, HttpMetrics, HttpMetricsError, Timing},
    label::LabelNameError,
    meter::{Meter, MeterError, Naming},
    observe::Kind,
};

const DURATION: &str = "http_server_request_duration_seconds_count";
const OVERFLOW: &str = "bartizan_label_overflow_total";

#[test]
fn request_sizes_come_from_content_length_and_are_absent_without() {
    let rig = Rig::new();
    rig.exchange(get("/users/7"), || Ok(ok("x")));
    assert_eq!(rig.lines("http_server_request_body_size_bytes"), [""; 0]);
    let sized = Request::builder()
        .uri("/users/7")
        .header(CONTENT_LENGTH, "42")
        .body(());
    rig.exchange(sized.expect("a request"), || Ok(ok("x")));
    assert_eq!(
        rig.lines("http_server_request_body_size_bytes_sum"),
        [
            "http_server_request_body_size_bytes_sum{http_request_method=\"GET\",http_route=\"/users/{id}\"} 42"
        ]
    );
    // A client's word that no body can make true spoils no sum.
    for absurd in [
        "9999999999999999999",
        "1000000000000000",
        "99999999999999999999999",
        "+1",
        " ",
    ] {
        let request = Request::builder()
            .uri("/users/7")
            .header(CONTENT_LENGTH, absurd)
            .body(());
        rig.exchange(request.expect("a request"), || Ok(ok("x")));
    }
    let absurd = Request::builder()
        .uri("/users/7")
        .header(CONTENT_LENGTH, "-1")
        .body(());
    rig.exchange(absurd.expect("a request"), || Ok(ok("x")));
    assert!(rig.lines("http_server_request_body_size_bytes_count")[0].ends_with(" 1"));
}

#[test]
fn the_time_to_first_byte_is_recorded_if_asked_for() {
    let rig = Rig::with(|options| options.time_to_first_byte());
    rig.exchange(get("/users/7"), || Ok(ok("x")));
    rig.exchange(get("/users/8"), || Ok(http::Response::default()));
    assert_eq!(
        rig.lines("bartizan_http_time_to_first_byte_seconds_count"),
        [
            "bartizan_http_time_to_first_byte_seconds_count{http_request_method=\"GET\",http_route=\"/users/{id}\"} 1"
        ],
        "a body without data has no first byte"
    );
}

#[test]
fn skipped_requests_leave_no_trace() {
    let rig = Rig::with(|options| options.skip(|request| request.uri().path() == "/health"));
    rig.exchange(get("/health"), || Ok(ok("x")));
    assert_eq!(rig.lines("http_"), [""; 0]);
    rig.exchange(get("/users/7"), || Ok(ok("x")));
    assert_eq!(rig.lines(DURATION).len(), 1);
}

#[test]
fn labels_that_are_asked_for_are_there() {
    let rig = Rig::with(|options| {
        options
            .protocol_version()
            .size_by_status()
            .active_by_route()
            .server_address(2)
    });
    for host in [
        "a.example:8080",
        "A.Example",
        "b.example",
        "c.example",
        "d.example",
    ] {
        let request = Request::builder()
            .uri("/users/7")
            .header("host", host)
            .body(());
        rig.exchange(request.expect("a request"), || Ok(ok("x")));
    }
    let labels = |host: &str, count: usize| {
        format!(
            "{DURATION}{{http_request_method=\"GET\",http_route=\"/users/{{id}}\",http_response_status_code=\"200\",url_scheme=\"http\",network_protocol_version=\"1.1\",server_address=\"{host}\"}} {count}"
        )
    };
    assert_eq!(
        rig.lines(DURATION),
        [
            labels("a.example", 2),
            labels("b.example", 1),
            labels("{overflow}", 2)
        ]
    );
    assert_eq!(
        rig.lines("http_server_active_requests"),
        [
            "http_server_active_requests{http_request_method=\"GET\",url_scheme=\"http\",http_route=\"/users/{id}\"} 0"
        ]
    );
    assert!(
        rig.lines("http_server_response_body_size_bytes_sum")[0]
            .contains("http_response_status_code=\"200\"")
    );
    assert_eq!(
        rig.lines(OVERFLOW),
        [
            "bartizan_label_overflow_total{label=\"http_route\"} 0",
            "bartizan_label_overflow_total{label=\"server_address\"} 2"
        ]
    );
}

#[test]
fn custom_labels_come_from_both_heads_and_are_cleaned() {
    let rig = Rig::with(|options| {
        let tenant = CustomLabel::of_request("tenant", 9, |request| {
            request
                .uri()
                .query()
                .map(|query| format!("{query}\"\\\n").into())
        });
        let cache = CustomLabel::of_response("cache", 9, |response| {
            Some(response.headers().get("x-cache")?.to_str().ok()?.into())
        });
        options.label(tenant).label(cache)
    });
    rig.exchange(get("/users/7?acme"), || {
        let mut response = ok("x");
        response
            .headers_mut()
            .insert("x-cache", "hit".parse().expect("a value"));
        Ok(response)
    });
    rig.exchange(get("/users/7"), || Ok(ok("x")));
    let lines = rig.lines(DURATION);
    assert!(
        lines[0].contains("tenant=\"acme___\",cache=\"hit\""),
        "{lines:?}"
    );
    assert!(
        !lines[1].contains("tenant") && !lines[1].contains("cache"),
        "{lines:?}"
    );
}

#[test]
fn a_panic_in_the_users_code_leaves_no_gauge_raised() {
    let rig = Rig::with(|options| {
        options.label(CustomLabel::of_request("tenant", 9, |_| {
            panic!("the user's code panics")
        }))
    });
    rig.exchange(get("/users/7"), || Ok(ok("x")));
    assert_eq!(rig.lines("http_server_active_requests"), [""; 0]);
    let rig = Rig::with(|options| {
        options.label(CustomLabel::of_response("cache", 9, |_| {
            panic!("the user's code panics")
        }))
    });
    rig.exchange(get("/users/7"), || Ok(ok("x")));
    assert!(rig.lines("http_server_active_requests")[0].ends_with(" 0"));
    assert!(rig.lines(DURATION)[0].ends_with(" 1"));
}

#[test]
fn timings_are_selectable() {
    let rig = Rig::with(|options| options.duration(Kind::Plain, Timing::Never));
    rig.exchange(get("/users/7"), || Ok(ok("x")));
    assert_eq!(rig.lines(DURATION), [""; 0]);
    let rig = Rig::with(|options| options.duration(Kind::Plain, Timing::Head));
    rig.exchange(get("/users/7"), || Err("no".into()));
    assert_eq!(rig.lines(DURATION).len(), 1, "without a head, at the end");
}

#[test]
fn names_labels_and_prefix_follow_the_naming() {
    let naming = Naming::opentelemetry().prefixed("shop").expect("a prefix");
    let (meter, exporter) = recorder(&naming);
    let meter = meter
        .constant_label("env", "prod")
        .build()
        .expect("a meter");
    let rig = Rig::of(meter, exporter, |options| options);
    rig.exchange(get("/users/7"), || Ok(ok("x")));
    // The exporter writes dots as underscores; what it adds would be a suffix.
    let lines = rig.lines("shop_http_server_request_duration_count");
    assert!(
        lines[0].contains("env=\"prod\",http_request_method=\"GET\""),
        "{lines:?}"
    );
    assert!(
        rig.scrape()
            .contains("shop_http_server_request_duration_bucket"),
        "buckets are found"
    );
}

#[test]
fn label_sets_past_the_cap_share_a_series_and_gauges_return_to_zero() {
    let (meter, exporter) = recorder(&Naming::prometheus());
    let meter = meter.max_label_sets(2).build().expect("a meter");
    let rig = Rig::of(meter, exporter, |options| options);
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
        let request = Request::builder().method(method).uri("/users/7").body(());
        rig.exchange(request.expect("a request"), || Ok(ok("x")));
    }
    let folded = "{http_request_method=\"_OTHER\",http_route=\"{overflow}\"} 3";
    let lines = rig.lines(DURATION);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().any(|line| line.ends_with(folded)), "{lines:?}");
    let gauges = rig.lines("http_server_active_requests");
    assert!(gauges.iter().all(|line| line.ends_with(" 0")), "{gauges:?}");
    let overflow = rig.lines(OVERFLOW);
    let hits = "bartizan_label_overflow_total{label=\"http_server_request_duration_seconds\"} 3";
    assert!(overflow.iter().any(|line| line == hits), "{overflow:?}");
}

#[test]
fn bad_names_are_refused_when_built() {
    let label = |name: &str| CustomLabel::of_request(name, 1, |_| None);
    let build = |names: &[&str]| {
        let options = names.iter().fold(HttpMetrics::builder(), |options, name| {
            options.label(label(name))
        });
        options.build().expect_err("refused")
    };
    let refused = |name: &str| match build(&[name]) {
        HttpMetricsError::LabelName(error) => error,
        other => panic!("{other}"),
    };
    assert!(matches!(refused("le"), LabelNameError::Reserved { .. }));
    assert!(matches!(
        refused("http.route"),
        LabelNameError::Taken { .. }
    ));
    for name in ["", "1st", "__name__", "with space", "ü"] {
        assert!(
            matches!(refused(name), LabelNameError::Unfit { .. }),
            "{name}"
        );
    }
    assert!(matches!(
        build(&["a_b", "a.b"]),
        HttpMetricsError::LabelName(LabelNameError::Taken { .. })
    ));
    assert_eq!(
        build(&["a", "b", "c", "d", "e"]),
        HttpMetricsError::TooManyLabels { given: 5 }
    );
    let meter = Meter::builder().constant_label("url_scheme", "x").build();
    assert!(matches!(
        meter,
        Err(MeterError::ConstantLabel(LabelNameError::Taken { .. }))
    ));
    assert!(matches!(
        Meter::builder().max_label_sets(0).build(),
        Err(MeterError::MaxLabelSets { given: 0, .. })
    ));
    for prefix in ["", "1", "a-b", "ü"] {
        assert!(Naming::prometheus().prefixed(prefix).is_err(), "{prefix}");
    }
}
