//! What others record is what they say of it.

use std::collections::BTreeMap;

use metrics::{Recorder, Unit};

use super::{Point, Pushed, edges};
use crate::config::Metrics;

/// The SDK's own edges.
const SDK: [f64; 15] = [
    0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1_000.0, 2_500.0, 5_000.0,
    7_500.0, 10_000.0,
];

fn pushed() -> Pushed {
    Pushed::new(&Metrics::default())
}

#[test]
fn what_is_described_has_its_unit_and_its_text() {
    let pushed = pushed();
    let recorder = &pushed.recorder;
    recorder.describe_counter("orders".into(), Some(Unit::Count), "Orders.".into());
    recorder.describe_gauge("heap".into(), Some(Unit::Mebibytes), "Heap.".into());
    recorder.describe_histogram("wait".into(), Some(Unit::Milliseconds), "Waits.".into());
    pushed.counter("orders", &[("kind", "new")]).increment(2);
    pushed.gauge("heap", &[]).set(0.5);
    pushed.histogram("wait", &[]).record(7.0);
    pushed.counter("undescribed", &[]).increment(1);
    let metrics = pushed.metrics();
    let told = |name: &str| {
        let shape = &metrics[name];
        (shape.kind, shape.unit.as_str(), shape.description.as_str())
    };
    assert_eq!(told("orders"), ("counter", "1", "Orders."));
    assert_eq!(told("heap"), ("gauge", "MiBy", "Heap."));
    assert_eq!(told("wait"), ("histogram", "ms", "Waits."));
    assert_eq!(told("undescribed"), ("counter", "", ""));
    let labels: Vec<_> = metrics["orders"].points.keys().flatten().collect();
    assert_eq!(labels, ["\"kind=new\""]);
}

#[test]
fn a_gauge_rises_falls_and_is_set() {
    let pushed = pushed();
    let gauge = pushed.gauge("depth", &[]);
    gauge.increment(2.5);
    assert_eq!(pushed.value("depth"), Point::Float(2.5));
    gauge.decrement(4.0);
    assert_eq!(pushed.value("depth"), Point::Float(-1.5));
    gauge.set(10.0);
    gauge.increment(1.0);
    assert_eq!(pushed.value("depth"), Point::Float(11.0));
}

#[test]
fn an_up_down_counter_of_the_catalogue_can_be_set_too() {
    let pushed = pushed();
    let gauge = pushed.gauge("sse_streams_active", &[]);
    gauge.increment(5.0);
    gauge.set(3.0);
    gauge.decrement(1.0);
    assert_eq!(pushed.value("sse.streams.active"), Point::Int(2));
}

#[test]
fn a_counter_that_is_told_its_value_never_falls() {
    let pushed = pushed();
    let counter = pushed.counter("seen", &[]);
    counter.absolute(10);
    counter.increment(1);
    counter.absolute(5);
    assert_eq!(pushed.value("seen"), Point::Int(11));
    counter.absolute(12);
    assert_eq!(pushed.value("seen"), Point::Int(12));
    assert_eq!(
        pushed.value("seen"),
        Point::Int(12),
        "a push changes nothing"
    );
}

#[test]
fn a_histogram_has_the_configured_edges_or_the_sdks() {
    let buckets = BTreeMap::from([("wait".to_owned(), vec![0.5, 1.0])]);
    let pushed = Pushed::new(&Metrics {
        buckets,
        ..Metrics::default()
    });
    let wait = pushed.histogram("wait", &[]);
    // An edge is within its bucket; what is no number is nothing.
    for value in [0.1, 0.5, 0.7, 3.0, f64::NAN, f64::INFINITY] {
        wait.record(value);
    }
    let expected = Point::Histogram {
        count: 4,
        sum: 0.1 + 0.5 + 0.7 + 3.0,
        edges: vec![0.5, 1.0],
        counts: vec![2, 1, 1],
    };
    assert_eq!(pushed.value("wait"), expected);
    pushed.histogram("other", &[]).record(1.0);
    let metrics = pushed.metrics();
    let other = metrics["other"].points.values().next().expect("a series");
    assert_eq!(edges(other), SDK);
}

#[test]
fn a_histogram_of_the_services_own_has_the_edges_for_these() {
    let pushed = Pushed::new(&Metrics {
        own_buckets: vec![0.5, 1.0],
        ..Metrics::default()
    });
    pushed.histogram("other", &[]).record(1.0);
    let metrics = pushed.metrics();
    let other = metrics["other"].points.values().next().expect("a series");
    assert_eq!(edges(other), [0.5, 1.0]);
}

#[test]
fn labels_in_another_order_are_the_same_series() {
    let pushed = pushed();
    pushed
        .counter("hits", &[("a", "1"), ("b", "2")])
        .increment(1);
    pushed
        .counter("hits", &[("b", "2"), ("a", "1")])
        .increment(1);
    pushed
        .gauge("depth", &[("a", "1"), ("b", "2")])
        .increment(1.0);
    pushed
        .gauge("depth", &[("b", "2"), ("a", "1")])
        .increment(1.0);
    pushed
        .histogram("wait", &[("a", "1"), ("b", "2")])
        .record(1.0);
    pushed
        .histogram("wait", &[("b", "2"), ("a", "1")])
        .record(1.0);
    assert_eq!(pushed.value("hits"), Point::Int(2));
    assert_eq!(pushed.value("depth"), Point::Float(2.0));
    assert!(matches!(
        pushed.value("wait"),
        Point::Histogram { count: 2, .. }
    ));
}

#[test]
fn names_that_opentelemetry_has_not_are_changed_and_those_alike_are_one() {
    let pushed = pushed();
    pushed.counter("jobs:done", &[]).increment(1);
    pushed.counter("jobs_done", &[]).increment(1);
    pushed.counter("Jobs_Done", &[]).increment(1);
    assert_eq!(pushed.value("jobs_done"), Point::Int(3));
}

#[test]
fn what_comes_after_the_limit_shares_a_series() {
    let overflow = vec!["otel.metric.overflow=true".to_owned()];
    for (label_sets, most) in [(1_900, 2_000), (2_500, 2_502)] {
        let pushed = Pushed::new(&Metrics {
            label_sets,
            ..Metrics::default()
        });
        for id in 0..3_000 {
            let id = id.to_string();
            pushed.counter("hits", &[("id", &id)]).increment(1);
            pushed.gauge("depth", &[("id", &id)]).increment(1.0);
            pushed.histogram("wait", &[("id", &id)]).record(1.0);
        }
        // Those that were first are their own.
        pushed.counter("hits", &[("id", "0")]).increment(1);
        let rest = 3_000 - most as i64 + 1;
        // They are the same the next time.
        for _ in 0..2 {
            let metrics = pushed.metrics();
            for (name, shared) in [
                ("hits", Point::Int(rest)),
                ("depth", Point::Float(rest as f64)),
            ] {
                let points = &metrics[name].points;
                assert_eq!(
                    (points.len(), &points[&overflow]),
                    (most, &shared),
                    "{name}"
                );
            }
            let points = &metrics["wait"].points;
            assert_eq!(points.len(), most);
            let Point::Histogram { count, .. } = points[&overflow] else {
                panic!("it is a histogram");
            };
            assert_eq!(count, rest as u64);
            let first = &metrics["hits"].points[&vec!["\"id=0\"".to_owned()]];
            assert_eq!(*first, Point::Int(2));
        }
    }
}
