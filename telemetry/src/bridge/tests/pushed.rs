//! What was pushed, in a form to compare.

use std::collections::BTreeMap;

use metrics::{Key, Label, Level, Metadata, Recorder};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{KeyValue, any_value},
    metrics::v1::{Metric, NumberDataPoint, metric::Data, number_data_point},
};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

use crate::{
    bridge::{OtlpRecorder, limited, naming},
    config::Metrics,
};

/// A recorder, and what it pushes.
#[derive(Debug)]
pub(crate) struct Pushed {
    pub(crate) recorder: OtlpRecorder,
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

/// A metric, in a form to compare.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) kind: &'static str,
    pub(crate) unit: String,
    pub(crate) description: String,
    /// By the attributes, a text each, whose kind shows: `"a=1"` is a text and `a=1` a number.
    pub(crate) points: BTreeMap<Vec<String>, Point>,
}

/// The value of a series.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Point {
    Int(i64),
    Float(f64),
    Histogram {
        count: u64,
        sum: f64,
        edges: Vec<f64>,
        counts: Vec<u64>,
    },
}

static METADATA: Metadata<'static> = Metadata::new("tests", Level::INFO, None);

// === impl Pushed ===

impl Pushed {
    pub(crate) fn new(config: &Metrics) -> Self {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = limited(SdkMeterProvider::builder(), config)
            .with_reader(reader)
            .build();
        let naming = naming(config).expect("a prefix that fits");
        Self {
            recorder: OtlpRecorder::new(provider.meter("tests"), &naming, config),
            provider,
            exporter,
        }
    }

    pub(crate) fn counter(&self, name: &str, labels: &[(&str, &str)]) -> metrics::Counter {
        self.recorder
            .register_counter(&key(name, labels), &METADATA)
    }

    pub(crate) fn gauge(&self, name: &str, labels: &[(&str, &str)]) -> metrics::Gauge {
        self.recorder.register_gauge(&key(name, labels), &METADATA)
    }

    pub(crate) fn histogram(&self, name: &str, labels: &[(&str, &str)]) -> metrics::Histogram {
        self.recorder
            .register_histogram(&key(name, labels), &METADATA)
    }

    pub(crate) fn shutdown(&self) {
        self.provider.shutdown().expect("a provider that ends");
    }

    /// What is pushed now.
    pub(crate) fn metrics(&self) -> BTreeMap<String, Shape> {
        self.exporter.reset();
        self.provider.force_flush().expect("a provider that lives");
        let pushed = self.exporter.get_finished_metrics().expect("metrics");
        let request = pushed.last().map(ExportMetricsServiceRequest::from);
        let scopes = request.unwrap_or_default().resource_metrics;
        let scopes = scopes
            .into_iter()
            .flat_map(|resource| resource.scope_metrics);
        read(scopes.flat_map(|scope| scope.metrics))
    }

    /// The only series of a metric.
    pub(crate) fn value(&self, name: &str) -> Point {
        let metrics = self.metrics();
        let points = &metrics[name].points;
        assert_eq!(points.len(), 1, "{points:?}");
        points.values().next().expect("one").clone()
    }
}

fn key(name: &str, labels: &[(&str, &str)]) -> Key {
    let label = |(key, value): &(&str, &str)| Label::new((*key).to_owned(), (*value).to_owned());
    Key::from_parts(
        name.to_owned(),
        labels.iter().map(label).collect::<Vec<_>>(),
    )
}

/// Metrics by their names.
pub(crate) fn read(metrics: impl IntoIterator<Item = Metric>) -> BTreeMap<String, Shape> {
    let mut read = BTreeMap::new();
    for metric in metrics {
        let before = read.insert(metric.name.clone(), Shape::new(&metric));
        assert_eq!(before, None, "{} is there twice", metric.name);
    }
    read
}

/// The edges of a histogram's series.
pub(crate) fn edges(point: &Point) -> &[f64] {
    match point {
        Point::Histogram { edges, .. } => edges,
        other => panic!("{other:?} is no histogram"),
    }
}

// === impl Shape ===

impl Shape {
    fn new(metric: &Metric) -> Self {
        let cumulative = 2;
        let (kind, points) = match metric.data.as_ref().expect("data") {
            Data::Gauge(gauge) => ("gauge", numbers(&gauge.data_points)),
            Data::Sum(sum) => {
                assert_eq!(sum.aggregation_temporality, cumulative);
                let kind = if sum.is_monotonic {
                    "counter"
                } else {
                    "up-down counter"
                };
                (kind, numbers(&sum.data_points))
            }
            Data::Histogram(histogram) => {
                assert_eq!(histogram.aggregation_temporality, cumulative);
                let points = histogram.data_points.iter().map(|point| {
                    let value = Point::Histogram {
                        count: point.count,
                        sum: point.sum.expect("a sum"),
                        edges: point.explicit_bounds.clone(),
                        counts: point.bucket_counts.clone(),
                    };
                    (attributes(&point.attributes), value)
                });
                ("histogram", points.collect())
            }
            other => panic!("no metric of ours is {other:?}"),
        };
        Self {
            kind,
            unit: metric.unit.clone(),
            description: metric.description.clone(),
            points,
        }
    }
}

fn numbers(points: &[NumberDataPoint]) -> BTreeMap<Vec<String>, Point> {
    let value = |point: &NumberDataPoint| match point.value.expect("a value") {
        number_data_point::Value::AsInt(value) => Point::Int(value),
        number_data_point::Value::AsDouble(value) => Point::Float(value),
    };
    let number = |point: &NumberDataPoint| (attributes(&point.attributes), value(point));
    let read: BTreeMap<_, _> = points.iter().map(number).collect();
    assert_eq!(read.len(), points.len(), "a series is there twice");
    read
}

fn attributes(pairs: &[KeyValue]) -> Vec<String> {
    let text = |pair: &KeyValue| {
        let key = &pair.key;
        match pair.value.clone().and_then(|value| value.value) {
            Some(any_value::Value::StringValue(value)) => format!("{:?}", format!("{key}={value}")),
            Some(any_value::Value::IntValue(value)) => format!("{key}={value}"),
            Some(any_value::Value::BoolValue(value)) => format!("{key}={value}"),
            other => panic!("no attribute of ours is {other:?}"),
        }
    };
    let mut texts: Vec<_> = pairs.iter().map(text).collect();
    texts.sort();
    texts
}
