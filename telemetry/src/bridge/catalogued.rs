//! The catalogue, by the names that metrics have in the facade.

use std::collections::HashMap;

use bartizan::{
    catalog::{self, Kind, Metric, STATUS},
    meter::Naming,
};
use metrics::Label;
use opentelemetry::{KeyValue, Value};

/// The catalogue, by the names that a naming gives its metrics.
#[derive(Debug)]
pub(crate) struct Catalogue {
    naming: Naming,
    otel: Naming,
    metrics: HashMap<String, &'static Metric>,
}

// === impl Catalogue ===

impl Catalogue {
    pub(crate) fn new(naming: &Naming, prefix: Option<&str>) -> Self {
        let otel = Naming::opentelemetry();
        let prefixed = prefix.and_then(|prefix| otel.clone().prefixed(prefix).ok());
        let named = |metric: &&'static Metric| (naming.metric(metric), *metric);
        Self {
            naming: naming.clone(),
            otel: prefixed.unwrap_or(otel),
            metrics: catalog::ALL.iter().map(named).collect(),
        }
    }

    /// The metric of that name, if it is of one of these kinds.
    pub(crate) fn find(&self, name: &str, kinds: &[Kind]) -> Option<&'static Metric> {
        let metric = self.metrics.get(name).copied();
        metric.filter(|metric| kinds.contains(&metric.kind))
    }

    /// The name that OpenTelemetry has for it.
    pub(crate) fn name(&self, metric: &Metric) -> String {
        self.otel.metric(metric)
    }

    /// The attributes of a series, in the order of their names. Labels that are not the metric's own keep their names.
    pub(crate) fn attributes<'a>(
        &self,
        metric: Option<&Metric>,
        labels: impl Iterator<Item = &'a Label>,
    ) -> Vec<KeyValue> {
        let own = metric.map_or(&[][..], |metric| metric.labels);
        let attribute = |label: &Label| {
            let found = own
                .iter()
                .find(|known| self.naming.label(**known) == label.key());
            match found {
                Some(known) => KeyValue::new(known.otel_name, value(known.otel_name, label)),
                None => KeyValue::new(label.key().to_owned(), label.value().to_owned()),
            }
        };
        let mut attributes: Vec<_> = labels.map(attribute).collect();
        attributes.sort_by(|one, other| one.key.cmp(&other.key));
        attributes.dedup_by(|later, first| later.key == first.key);
        attributes
    }
}

/// A status is a number, where it is one.
fn value(name: &str, label: &Label) -> Value {
    let number = (name == STATUS.otel_name).then(|| label.value().parse::<i64>());
    match number {
        Some(Ok(status)) => status.into(),
        _ => label.value().to_owned().into(),
    }
}
