//! Names of metrics and labels, as the recorder gets them.

use std::{collections::BTreeMap, sync::Arc};

use bartizan::{
    catalog,
    http::{CustomLabel, HttpMetrics},
    meter::{Meter, MeterBuilder, MeterError, Naming},
};
use bartizan_tests::{
    client::get,
    recorder::{ACTIVE, DURATION, OVERFLOW, REQUEST_SIZE, RESPONSE_SIZE, Recorder},
    scrape::labels,
};
use metrics::Unit;
use metrics_exporter_prometheus::PrometheusBuilder;
use metrics_util::{
    MetricKind,
    debugging::{DebugValue, DebuggingRecorder, Snapshotter},
};
use tower::{Layer, service_fn};

use super::{
    answer,
    each::{one_exchange, one_of_each},
    exchange,
};

/// A series of the debugging recorder.
#[derive(Debug, PartialEq)]
struct Series {
    kind: MetricKind,
    unit: Option<Unit>,
    help: Option<String>,
    labels: BTreeMap<String, String>,
    value: DebugValue,
}

fn recorder() -> (MeterBuilder, Snapshotter) {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    (Meter::builder().recorder(Arc::new(recorder)), snapshotter)
}

/// All series, with their names.
fn all_series(snapshotter: &Snapshotter) -> Vec<(String, Series)> {
    let all = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, unit, help, value)| {
            let labels = key
                .key()
                .labels()
                .map(|l| (l.key().to_owned(), l.value().to_owned()));
            let (kind, name) = (key.kind(), key.key().name().to_owned());
            let help = help.map(|help| help.to_string());
            (
                name,
                Series {
                    kind,
                    unit,
                    help,
                    labels: labels.collect(),
                    value,
                },
            )
        });
    all.collect()
}

/// All series, each name with one.
fn series(snapshotter: &Snapshotter) -> BTreeMap<String, Series> {
    let all = all_series(snapshotter);
    let count = all.len();
    let by_name: BTreeMap<_, _> = all.into_iter().collect();
    assert_eq!(by_name.len(), count, "two series of one name: {by_name:?}");
    by_name
}

#[tokio::test]
async fn opentelemetry_names_labels_and_units() {
    let (meter, snapshotter) = recorder();
    one_exchange(meter.naming(Naming::opentelemetry()).build().unwrap()).await;
    let series = series(&snapshotter);
    let names: Vec<_> = series.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "bartizan.http.time_to_first_byte",
            "bartizan.label.overflow",
            "http.server.active_requests",
            "http.server.request.body.size",
            "http.server.request.duration",
            "http.server.response.body.size",
        ]
    );
    let duration = &series["http.server.request.duration"];
    assert_eq!(
        (duration.kind, duration.unit),
        (MetricKind::Histogram, Some(Unit::Seconds))
    );
    let of_size = [
        ("http.request.method", "GET"),
        ("http.route", "/users/{id}"),
        ("http.response.status_code", "200"),
        ("server.address", "bartizan.test"),
        ("app.tenant", "acme"),
    ];
    let of_duration = [("url.scheme", "http"), ("network.protocol.version", "1.1")];
    assert_eq!(
        duration.labels,
        labels(&[&of_size[..], &of_duration[..]].concat())
    );
    let active = &series["http.server.active_requests"];
    assert_eq!((active.kind, active.unit), (MetricKind::Gauge, None));
    assert_eq!(active.value, DebugValue::Gauge(0.0.into()));
    let of_active = [of_size[0], of_size[1], of_duration[0]];
    assert_eq!(active.labels, labels(&of_active));
    for (name, bytes) in [("request", 3.0), ("response", 8.0)] {
        let size = &series[&format!("http.server.{name}.body.size")];
        assert_eq!(
            (size.kind, size.unit),
            (MetricKind::Histogram, Some(Unit::Bytes))
        );
        assert_eq!(size.value, DebugValue::Histogram(vec![f64::into(bytes)]));
        assert_eq!(size.labels, labels(&of_size));
    }
    let first_byte = &series["bartizan.http.time_to_first_byte"];
    assert_eq!(
        (first_byte.kind, first_byte.unit),
        (MetricKind::Histogram, Some(Unit::Seconds))
    );
    let overflow = &series["bartizan.label.overflow"];
    assert_eq!(
        (overflow.kind, &overflow.value),
        (MetricKind::Counter, &DebugValue::Counter(0))
    );
    assert_eq!(overflow.labels, labels(&[("label", "http.route")]));
}

#[tokio::test(start_paused = true)]
async fn the_catalogue_describes_each_metric() {
    for naming in [Naming::prometheus(), Naming::opentelemetry()] {
        let (meter, snapshotter) = recorder();
        one_of_each(meter.naming(naming.clone()).build().unwrap()).await;
        let mut series = all_series(&snapshotter);
        for metric in catalog::ALL {
            let name = naming.metric(metric);
            let of_metric: Vec<_> = series.extract_if(.., |(other, _)| *other == name).collect();
            assert!(!of_metric.is_empty(), "{name} was not recorded");
            for (
                _,
                Series {
                    help, labels, kind, ..
                },
            ) in of_metric
            {
                assert_eq!(help.as_deref(), Some(metric.help));
                let known = metric.labels.iter().map(|label| naming.label(*label));
                let known: Vec<_> = known.chain(["app.tenant"]).collect();
                let unknown: Vec<_> = labels
                    .keys()
                    .filter(|name| !known.contains(&name.as_str()))
                    .collect();
                assert!(unknown.is_empty(), "{name} has {unknown:?}");
                let wanted = match metric.kind {
                    catalog::Kind::Counter => MetricKind::Counter,
                    catalog::Kind::Histogram => MetricKind::Histogram,
                    _ => MetricKind::Gauge,
                };
                assert_eq!(kind, wanted);
            }
        }
        assert!(series.is_empty(), "not in the catalogue: {series:?}");
    }
}

#[tokio::test]
async fn a_prefix_stands_before_each_name_and_before_no_label() {
    let naming = Naming::prometheus().prefixed("shop").unwrap();
    let recorder = Recorder::with(PrometheusBuilder::new(), &naming);
    one_exchange(recorder.meter().naming(naming).build().unwrap()).await;
    let scrape = recorder.scrape();
    assert!(
        scrape.names().all(|name| name.starts_with("shop_")),
        "{scrape:?}"
    );
    assert_eq!(
        scrape.count(
            &format!("shop_{DURATION}"),
            &[("http_route", "/users/{id}")]
        ),
        1
    );
    assert_eq!(scrape.edges(&format!("shop_{DURATION}")).len(), 14);
}

#[tokio::test]
async fn constant_labels_are_on_every_series() {
    let recorder = Recorder::new();
    let meter = recorder
        .meter()
        .constant_label("env", "prod")
        .constant_label("cell", "a\"b");
    one_exchange(meter.build().unwrap()).await;
    let scrape = recorder.scrape();
    assert_eq!(scrape.names().count(), 6);
    for name in scrape.names() {
        for labels in scrape.label_sets(name) {
            assert_eq!(
                (labels["env"].as_str(), labels["cell"].as_str()),
                ("prod", "a_b")
            );
        }
    }
}

#[test]
fn constant_labels_that_collide_are_refused() {
    let build = |name: &str| Meter::builder().constant_label(name, "x").build();
    for name in [
        "http_route",
        "http.route",
        "le",
        "quantile",
        "label",
        "0a",
        "",
        "a-b",
        "a\"b",
    ] {
        assert!(
            matches!(build(name), Err(MeterError::ConstantLabel(_))),
            "{name:?}"
        );
    }
    assert!(
        Meter::builder()
            .constant_label("a.b", "x")
            .constant_label("a_b", "y")
            .build()
            .is_err()
    );
    let meter = || build("env").unwrap();
    let label = |name: &str| CustomLabel::of_request(name, 1, |_| None);
    assert!(
        HttpMetrics::builder()
            .meter(meter())
            .label(label("env"))
            .build()
            .is_err()
    );
    assert!(
        HttpMetrics::builder()
            .meter(meter())
            .label(label("tenant"))
            .build()
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn the_scrape_has_the_catalogues_kinds_helps_and_edges() {
    let recorder = Recorder::new();
    one_of_each(recorder.meter().build().unwrap()).await;
    let scrape = recorder.scrape();
    for metric in catalog::ALL {
        let family = scrape.family(metric.name).expect("it was recorded");
        assert_eq!(family.help.as_deref(), Some(metric.help));
        let kind = match metric.kind {
            catalog::Kind::UpDownCounter => "gauge",
            kind => kind.as_str(),
        };
        assert_eq!(family.kind, kind, "{}", metric.name);
        assert_eq!(
            scrape.edges(metric.name),
            metric.buckets.unwrap_or_default()
        );
    }
    assert_eq!(scrape.names().count(), catalog::ALL.len());
    let l14 = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    ];
    assert_eq!(scrape.edges(DURATION), l14);
    let b8: Vec<_> = (0..8).map(|k| f64::from(256 * 8_u32.pow(k))).collect();
    assert_eq!(scrape.edges(REQUEST_SIZE), b8);
    assert_eq!(scrape.edges(RESPONSE_SIZE), b8);
}

#[tokio::test]
async fn what_is_absent_has_no_label() {
    let recorder = Recorder::new();
    let service = recorder.layer().layer(service_fn(answer));
    exchange(&service, get("/")).await;
    let fails = recorder.layer().layer(service_fn(async |_| {
        Err::<http::Response<bartizan_tests::AnyBody>, _>(bartizan_tests::BoxError::from("no"))
    }));
    let failed = tower::ServiceExt::oneshot(fails, get("/")).await;
    assert!(failed.is_err());
    let scrape = recorder.scrape();
    for name in scrape.names() {
        for labels in scrape.label_sets(name) {
            let empty = |value: &String| value.is_empty() || ["0", "none"].contains(&&**value);
            assert!(!labels.values().any(empty), "{name} {labels:?}");
        }
    }
    let common = [
        ("http_request_method", "GET"),
        ("http_route", "{unmatched}"),
    ];
    let ok = [
        &common[..],
        &[("url_scheme", "http"), ("http_response_status_code", "200")],
    ];
    let failed = [
        &common[..],
        &[("url_scheme", "http"), ("error_type", "service_error")],
    ];
    let wanted = [labels(&ok.concat()), labels(&failed.concat())];
    assert_eq!(scrape.label_sets(DURATION), wanted.into());
    assert_eq!(scrape.label_sets(RESPONSE_SIZE), [labels(&common)].into());
    let active = labels(&[("http_request_method", "GET"), ("url_scheme", "http")]);
    assert_eq!(scrape.label_sets(ACTIVE), [active].into());
    assert_eq!(
        scrape.label_sets(OVERFLOW),
        [labels(&[("label", "http_route")])].into()
    );
}
