//! Names of metrics and labels, as the recorder gets them.

use std::{collections::BTreeMap, convert::Infallible, pin::pin, sync::Arc, time::Duration};

use bartizan::{
    catalog,
    conn::{Connections, Drain},
    http::{CustomLabel, HttpMetrics},
    meter::{Meter, MeterBuilder, MeterError, Naming},
    observe::ObserveLayer,
    route::RouteSources,
    sse::Sse,
};
use bartizan_tests::{
    client::get,
    recorder::{ACTIVE, DURATION, OVERFLOW, REQUEST_SIZE, RESPONSE_SIZE, Recorder},
    scrape::labels,
};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use metrics::Unit;
use metrics_exporter_prometheus::PrometheusBuilder;
use metrics_util::{
    MetricKind,
    debugging::{DebugValue, DebuggingRecorder, Snapshotter},
};
use tokio::io::AsyncWriteExt;
use tower::{Layer, ServiceExt, service_fn};

use super::{answer, exchange, layer};

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

/// Makes one exchange on `/users/7` with all that can be asked for.
async fn one_exchange(meter: Meter) {
    let tenant = CustomLabel::of_request("app.tenant", 5, |_| Some("acme".into()));
    let metrics = HttpMetrics::builder()
        .meter(meter)
        .time_to_first_byte()
        .protocol_version()
        .size_by_status()
        .active_by_route()
        .server_address(5)
        .label(tenant);
    let routes = RouteSources::new().table(["/users/{id}"]).expect("a table");
    let service = layer(metrics).routes(routes).layer(service_fn(answer));
    let mut request = get("/users/7");
    request.headers_mut().insert("content-length", 3.into());
    exchange(&service, request).await;
}

/// One event stream that waits for its client, who leaves.
async fn one_stream(meter: Meter) {
    let (ours, theirs) = tokio::io::duplex(16);
    let connections = Connections::builder().meter(meter.clone()).build();
    let mut io = connections.observe(ours);
    let sse = Sse::builder().meter(meter).size_by_type().build();
    let sse = sse.expect("fitting options");
    let service = ObserveLayer::new(sse.clone())
        .connection(io.handle())
        .routes(RouteSources::new().table(["/users/{id}"]).expect("a table"))
        .layer(service_fn(async |_: Request<_>| {
            let frames = ["data: one\n\n", ": keep\n\ndata: two\n\n"];
            let frames = frames.map(|frame| Ok::<_, Infallible>(Frame::data(Bytes::from(frame))));
            let body = StreamBody::new(stream::iter(frames).chain(stream::pending()));
            Response::builder()
                .header(CONTENT_TYPE, "text/event-stream")
                .body(body)
        }));
    let mut request = get("/users/7");
    let last = "7".parse().expect("a value");
    request.headers_mut().insert("last-event-id", last);
    let response = service.oneshot(request).await.expect("an answer");
    let mut body = pin!(response.into_body());
    for _ in 0..2 {
        let frame = body.frame().await.expect("a frame");
        assert!(frame.is_ok());
        tokio::time::advance(Duration::from_millis(200)).await;
    }
    sse.scan();
    drop(theirs);
    assert!(io.write(b"x").await.is_err());
}

/// One exchange, one stream and one connection that blocks; whatever can be recorded is.
async fn one_of_each(meter: Meter) {
    one_exchange(meter.clone()).await;
    one_stream(meter.clone()).await;
    let drain = Drain::with_meter(&meter);
    let connections = Connections::builder().meter(meter).drain(drain).build();
    let (ours, _theirs) = tokio::io::duplex(1);
    let mut io = connections.observe(ours);
    assert_eq!(io.write(b"ab").await.expect("room for one"), 1);
    assert!(io.write(b"b").now_or_never().is_none());
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
