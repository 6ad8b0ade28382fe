//! The recorder of the facade.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, RwLock, atomic::Ordering},
};

use bartizan::{
    catalog::{Kind, Metric},
    meter::Naming,
};
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use opentelemetry::metrics::{BoundHistogram, Meter};

use super::{
    catalogued::Catalogue,
    family::{Cell, Family},
    name, series,
};
use crate::config::Metrics;

/// Records to instruments of OpenTelemetry; clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct OtlpRecorder(Arc<Inner>);

struct Inner {
    meter: Meter,
    catalogue: Catalogue,
    buckets: HashMap<String, Vec<f64>>,
    own_buckets: Vec<f64>,
    /// How many series a metric has.
    most: usize,
    described: Mutex<HashMap<String, Description>>,
    counters: Registry<Cell>,
    gauges: Registry<Cell>,
    histograms: Registry<Arc<Bound>>,
}

/// The handles of one kind.
struct Registry<H> {
    /// By what the facade calls them: its macros ask each time. Series that are shared are not in here, so that it is
    /// bounded as the families are.
    handles: RwLock<HashMap<Key, H>>,
    /// By instrument. Case makes no difference to OpenTelemetry.
    families: Mutex<HashMap<String, Instrument<H>>>,
}

/// An instrument: its series, and what makes one.
type Instrument<H> = (Family<H>, Make<H>);

/// Makes a series of an instrument.
type Make<H> = Arc<dyn Fn(&[opentelemetry::KeyValue]) -> H + Send + Sync>;

/// What `describe_*` said.
#[derive(Clone, Debug, Default)]
struct Description {
    unit: Option<Unit>,
    text: SharedString,
}

/// What an instrument is made of.
struct Spec {
    metric: Option<&'static Metric>,
    /// What the facade calls it.
    given: String,
    name: String,
    unit: String,
    description: String,
}

/// A series of a histogram.
struct Bound(BoundHistogram<f64>);

// === impl OtlpRecorder ===

impl OtlpRecorder {
    /// Records to instruments of `meter`; the catalogue's metrics are known by the names that `naming` gives them.
    pub(crate) fn new(meter: Meter, naming: &Naming, config: &Metrics) -> Self {
        Self(Arc::new(Inner {
            meter,
            catalogue: Catalogue::new(naming, config.prefix.as_deref()),
            buckets: config.buckets.clone().into_iter().collect(),
            own_buckets: config.own_buckets.clone(),
            most: series(config),
            described: Mutex::default(),
            counters: Registry::new(),
            gauges: Registry::new(),
            histograms: Registry::new(),
        }))
    }

    fn describe(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        let mut described = self
            .0
            .described
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        described.insert(name.as_str().to_owned(), Description { unit, text });
    }
}

impl Recorder for OtlpRecorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        self.describe(name, unit, text);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        self.describe(name, unit, text);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        self.describe(name, unit, text);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let kinds = [Kind::Counter];
        let inner = &*self.0;
        let make = |spec: Spec, family: &Family<Cell>| inner.counter(spec, family);
        Counter::from_arc(inner.counters.handle(inner, key, &kinds, make))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let kinds = [Kind::Gauge, Kind::UpDownCounter];
        let inner = &*self.0;
        let make = |spec: Spec, family: &Family<Cell>| inner.gauge(spec, family);
        Gauge::from_arc(inner.gauges.handle(inner, key, &kinds, make))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let kinds = [Kind::Histogram];
        let inner = &*self.0;
        let make = |spec: Spec, _: &Family<Arc<Bound>>| inner.histogram(spec);
        Histogram::from_arc(inner.histograms.handle(inner, key, &kinds, make))
    }
}

// === impl Inner ===

impl Inner {
    fn spec(&self, metric: Option<&'static Metric>, name: &str) -> Spec {
        if let Some(metric) = metric {
            return Spec {
                metric: Some(metric),
                given: name.to_owned(),
                name: self.catalogue.name(metric),
                unit: metric.unit.to_owned(),
                description: metric.help.to_owned(),
            };
        }
        let described = self
            .described
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Description { unit, text } = described.get(name).cloned().unwrap_or_default();
        Spec {
            metric: None,
            given: name.to_owned(),
            name: name::instrument(name).into_owned(),
            unit: unit.map(name::unit).unwrap_or_default().to_owned(),
            description: text.into_owned(),
        }
    }

    fn counter(&self, spec: Spec, family: &Family<Cell>) -> Make<Cell> {
        let family = family.clone();
        self.meter
            .u64_observable_counter(spec.name)
            .with_unit(spec.unit)
            .with_description(spec.description)
            .with_callback(move |observer| {
                family.each(|attributes, value| {
                    observer.observe(value.load(Ordering::Relaxed), attributes);
                });
            })
            .build();
        Arc::new(|_| Cell::default())
    }

    fn gauge(&self, spec: Spec, family: &Family<Cell>) -> Make<Cell> {
        let family = family.clone();
        let value = |value: &Cell| f64::from_bits(value.load(Ordering::Relaxed));
        if spec
            .metric
            .is_some_and(|metric| metric.kind == Kind::UpDownCounter)
        {
            self.meter
                .i64_observable_up_down_counter(spec.name)
                .with_unit(spec.unit)
                .with_description(spec.description)
                .with_callback(move |observer| {
                    // They count things, so there is no fraction to lose.
                    family
                        .each(|attributes, cell| observer.observe(value(cell) as i64, attributes));
                })
                .build();
        } else {
            self.meter
                .f64_observable_gauge(spec.name)
                .with_unit(spec.unit)
                .with_description(spec.description)
                .with_callback(move |observer| {
                    family.each(|attributes, cell| observer.observe(value(cell), attributes));
                })
                .build();
        }
        Arc::new(|_| Cell::default())
    }

    fn histogram(&self, spec: Spec) -> Make<Arc<Bound>> {
        let edges = self.edges(&spec);
        let mut builder = self
            .meter
            .f64_histogram(spec.name)
            .with_unit(spec.unit)
            .with_description(spec.description);
        if let Some(edges) = edges {
            builder = builder.with_boundaries(edges);
        }
        let histogram = builder.build();
        Arc::new(move |attributes| Arc::new(Bound(histogram.bind(attributes))))
    }

    /// The configured edges, by any name that the metric has, or else the catalogue's, or those of the service's own;
    /// `None` for the SDK's.
    fn edges(&self, spec: &Spec) -> Option<Vec<f64>> {
        let own = spec.metric.map_or([None; 2], |metric| {
            [Some(metric.name), Some(metric.otel_name)]
        });
        let told = [Some(spec.given.as_str()), Some(spec.name.as_str())];
        let mut names = told.into_iter().chain(own).flatten();
        let configured = names.find_map(|name| self.buckets.get(name));
        let known = spec.metric.map(|metric| metric.buckets);
        let others = || Some(self.own_buckets.as_slice()).filter(|edges| !edges.is_empty());
        let edges = configured.map(Vec::as_slice);
        edges
            .or_else(|| known.unwrap_or_else(others))
            .map(<[f64]>::to_vec)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

// === impl Registry ===

impl<H: Clone> Registry<H> {
    fn new() -> Self {
        Self {
            handles: RwLock::default(),
            families: Mutex::default(),
        }
    }

    /// The series of a key; `make` makes the instrument, if it is the first one of it.
    fn handle(
        &self,
        inner: &Inner,
        key: &Key,
        kinds: &[Kind],
        make: impl FnOnce(Spec, &Family<H>) -> Make<H>,
    ) -> H {
        let handles = self.handles.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = handles.get(key) {
            return handle.clone();
        }
        drop(handles);

        let metric = inner.catalogue.find(key.name(), kinds);
        let attributes = inner.catalogue.attributes(metric, key.labels());
        let (family, make) = self.family(inner, inner.spec(metric, key.name()), make);
        let (handle, is_own) = family.series(attributes, |attributes| make(attributes));
        if is_own {
            let mut handles = self.handles.write().unwrap_or_else(PoisonError::into_inner);
            handles.insert(key.clone(), handle.clone());
        }
        handle
    }

    fn family(
        &self,
        inner: &Inner,
        spec: Spec,
        make: impl FnOnce(Spec, &Family<H>) -> Make<H>,
    ) -> Instrument<H> {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let made = families.entry(spec.name.to_ascii_lowercase());
        let made = made.or_insert_with(|| {
            let family = Family::new(inner.most);
            let make = make(spec, &family);
            (family, make)
        });
        made.clone()
    }
}

// === impl Bound ===

impl HistogramFn for Bound {
    fn record(&self, value: f64) {
        self.0.record(value);
    }
}
