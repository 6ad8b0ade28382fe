//! The catalogue's metrics keep what it says of them.

use std::collections::BTreeMap;

use bartizan::catalog::{self, Kind, Metric, STATUS};

use super::{Point, Pushed, edges};
use crate::{
    bridge::naming,
    config::{MetricNames, Metrics},
};

/// Records each metric of the catalogue once, under the names of this configuration.
fn recorded(config: &Metrics) -> Pushed {
    let pushed = Pushed::new(config);
    let naming = naming(config).expect("a prefix that fits");
    for metric in catalog::ALL {
        let name = naming.metric(metric);
        let label = |label: &catalog::Label| (naming.label(*label), "200");
        let mut labels: Vec<_> = metric.labels.iter().map(label).collect();
        labels.push(("of_the_user", "200"));
        match metric.kind {
            Kind::Counter => pushed.counter(&name, &labels).increment(3),
            Kind::Gauge => pushed.gauge(&name, &labels).set(1.5),
            Kind::UpDownCounter => pushed.gauge(&name, &labels).increment(3.0),
            Kind::Histogram => pushed.histogram(&name, &labels).record(0.3),
            other => panic!("a kind that this test does not know: {other:?}"),
        }
    }
    pushed
}

fn expected_attributes(metric: &Metric) -> Vec<String> {
    let attribute = |label: &catalog::Label| {
        if label.otel_name == STATUS.otel_name {
            format!("{}=200", label.otel_name)
        } else {
            format!("\"{}=200\"", label.otel_name)
        }
    };
    let mut attributes: Vec<_> = metric.labels.iter().map(attribute).collect();
    attributes.push("\"of_the_user=200\"".into());
    attributes.sort();
    attributes
}

fn assert_catalogue(config: &Metrics, prefix: &str) {
    let metrics = recorded(config).metrics();
    assert_eq!(metrics.len(), catalog::ALL.len());
    for metric in catalog::ALL {
        let name = format!("{prefix}{}", metric.otel_name);
        let shape = metrics.get(&name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(shape.kind, metric.kind.as_str(), "{name}");
        assert_eq!(shape.unit, metric.unit, "{name}");
        assert_eq!(shape.description, metric.help, "{name}");
        let (attributes, value) = shape.points.iter().next().expect("a series");
        assert_eq!(*attributes, expected_attributes(metric), "{name}");
        match metric.kind {
            Kind::Counter | Kind::UpDownCounter => assert_eq!(*value, Point::Int(3), "{name}"),
            Kind::Gauge => assert_eq!(*value, Point::Float(1.5), "{name}"),
            _ => assert_eq!(Some(edges(value)), metric.buckets, "{name}"),
        }
    }
}

#[test]
fn each_metric_keeps_its_name_kind_unit_and_attributes_under_any_naming() {
    let names = [MetricNames::Prometheus, MetricNames::OpenTelemetry];
    for names in names {
        let config = Metrics {
            names,
            ..Metrics::default()
        };
        assert_catalogue(&config, "");
        let prefixed = Metrics {
            prefix: Some("shop".into()),
            ..config
        };
        assert_catalogue(&prefixed, "shop.");
    }
}

#[test]
fn buckets_may_be_configured_by_any_name_of_a_metric() {
    let metric = &catalog::HTTP_SERVER_REQUEST_DURATION;
    let prefixed = format!("shop.{}", metric.otel_name);
    for name in [
        metric.name,
        metric.otel_name,
        &prefixed,
        "shop_http_server_request_duration_seconds",
    ] {
        let config = Metrics {
            prefix: Some("shop".into()),
            buckets: BTreeMap::from([(name.to_owned(), vec![1.0, 2.0])]),
            ..Metrics::default()
        };
        let metrics = recorded(&config).metrics();
        for (pushed, shape) in metrics {
            let Some(point @ Point::Histogram { .. }) = shape.points.values().next() else {
                continue;
            };
            assert_eq!(
                edges(point) == [1.0, 2.0],
                pushed == prefixed,
                "{name}: {pushed}"
            );
        }
    }
}

#[test]
fn a_status_that_is_no_number_is_a_text() {
    let pushed = Pushed::new(&Metrics::default());
    let labels = [("http_response_status_code", "_OTHER")];
    pushed
        .histogram("http_server_request_duration_seconds", &labels)
        .record(1.0);
    let metrics = pushed.metrics();
    let points = &metrics["http.server.request.duration"].points;
    let attributes: Vec<_> = points.keys().flatten().collect();
    assert_eq!(attributes, ["\"http.response.status_code=_OTHER\""]);
}

#[test]
fn what_is_registered_shows_at_zero() {
    let pushed = Pushed::new(&Metrics::default());
    let _counter = pushed.counter("sse_frames_total", &[("http_route", "/a")]);
    let _gauge = pushed.gauge("sse_streams_active", &[("http_route", "/a")]);
    let _histogram = pushed.histogram("sse_event_size_bytes", &[("http_route", "/a")]);
    assert_eq!(pushed.value("sse.frames"), Point::Int(0));
    assert_eq!(pushed.value("sse.streams.active"), Point::Int(0));
    let Point::Histogram {
        count, sum, counts, ..
    } = pushed.value("sse.event.size")
    else {
        panic!("it is a histogram");
    };
    assert_eq!((count, sum, counts.iter().sum::<u64>()), (0, 0.0, 0));
}

/// A name of the catalogue's for another kind of metric is somebody else's.
#[test]
fn a_metric_of_another_kind_is_not_the_catalogues() {
    let pushed = Pushed::new(&Metrics::default());
    pushed.counter("sse_streams_active", &[]).increment(1);
    let metrics = pushed.metrics();
    assert_eq!(metrics["sse_streams_active"].kind, "counter");
}
