//! A recorder that keeps every sample, and that can be told to panic.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// A recorder, and what it was told. Clones share.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorded(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    series: BTreeMap<String, Value>,
    /// The metric whose use panics.
    panics_at: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Value {
    Counter(u64),
    Gauge(f64),
    Histogram(Vec<f64>),
}

/// One series of it.
struct Series {
    of: Recorded,
    name: String,
}

// === impl Recorded ===

impl Recorded {
    /// The series of a metric: the labels, then the value, or all samples.
    pub(super) fn series(&self, name: &str) -> Vec<String> {
        let start = format!("{name} ");
        let all = self.all();
        let lines = all.iter().filter_map(|line| line.strip_prefix(&start));
        lines.map(str::to_owned).collect()
    }

    /// The same without those that are at 0 or have no samples.
    pub(super) fn risen(&self, name: &str) -> Vec<String> {
        let mut lines = self.series(name);
        lines.retain(|line| !line.ends_with(" 0") && !line.ends_with(" []"));
        lines
    }

    /// The names of all metrics that have a series.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.all().into_iter();
        let mut names: Vec<_> = names
            .map(|line| line.split(' ').next().expect("a name").to_owned())
            .collect();
        names.dedup();
        names
    }

    /// A line for each series: the name, the labels, the value; in order.
    pub(super) fn all(&self) -> Vec<String> {
        let told = self.told();
        let lines = told.series.iter().map(|(series, value)| match value {
            Value::Counter(count) => format!("{series} {count}"),
            Value::Gauge(value) => format!("{series} {value}"),
            Value::Histogram(samples) => {
                let samples: Vec<_> = samples.iter().map(f64::to_string).collect();
                format!("{series} [{}]", samples.join(","))
            }
        });
        lines.collect()
    }

    /// From now on, whoever uses this metric panics.
    pub(super) fn panic_at(&self, metric: Option<&'static str>) {
        self.told().panics_at = metric;
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(&self, key: &Key, value: Value) -> Arc<Series> {
        let labels = key.labels();
        let labels = labels.map(|label| format!(" {}={}", label.key(), label.value()));
        let name = format!("{}{}", key.name(), labels.collect::<String>());
        self.told().series.entry(name.clone()).or_insert(value);
        let of = self.clone();
        Arc::new(Series { of, name })
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.register(key, Value::Counter(0)))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.register(key, Value::Gauge(0.0)))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.register(key, Value::Histogram(Vec::new())))
    }
}

// === impl Series ===

impl Series {
    fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut told = self.of.told();
        let panics = told.panics_at;
        if panics.is_some_and(|metric| self.name.split(' ').next() == Some(metric)) {
            drop(told);
            panic!("the recorder panics");
        }
        change(told.series.get_mut(&self.name).expect("it is registered"));
    }

    fn add(&self, by: f64) {
        self.change(|value| match value {
            Value::Gauge(value) => *value += by,
            other => panic!("no gauge: {other:?}"),
        });
    }
}

impl CounterFn for Series {
    fn increment(&self, by: u64) {
        self.change(|value| match value {
            Value::Counter(count) => *count += by,
            other => panic!("no counter: {other:?}"),
        });
    }

    fn absolute(&self, to: u64) {
        self.change(|value| *value = Value::Counter(to));
    }
}

impl GaugeFn for Series {
    fn increment(&self, by: f64) {
        self.add(by);
    }

    fn decrement(&self, by: f64) {
        self.add(-by);
    }

    fn set(&self, to: f64) {
        self.change(|value| *value = Value::Gauge(to));
    }
}

impl HistogramFn for Series {
    fn record(&self, sample: f64) {
        self.change(|value| match value {
            Value::Histogram(samples) => samples.push(sample),
            other => panic!("no histogram: {other:?}"),
        });
    }
}
