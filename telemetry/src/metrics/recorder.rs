//! The recorder that the page is rendered from, and that hands on what is pushed.

use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use bartizan::meter::Naming;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::fan_out;
use crate::{
    config,
    runtime::{Alive, every},
};

/// A recorder to push to.
type Pushed = Box<dyn metrics::Recorder + Send + Sync>;

/// The recorder of a `Telemetry`: Prometheus's and, if metrics are pushed, the one that is pushed from.
pub(crate) struct Recorder {
    scraped: Arc<PrometheusRecorder>,
    pushed: Option<Pushed>,
}

/// A recorder for the page, with the catalogue's buckets, and the configured ones in their place.
///
/// # Errors
///
/// A histogram without edges, which the check of the configuration has refused before.
pub(crate) fn scraped(
    config: &config::Metrics,
    naming: &Naming,
) -> Result<Arc<PrometheusRecorder>, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for (name, edges) in config.edges(naming) {
        builder = builder.set_buckets_for_metric(Matcher::Full(name), &edges)?;
    }
    if !config.own_buckets.is_empty() {
        builder = builder.set_buckets(&config.own_buckets)?;
    }
    Ok(Arc::new(builder.build_recorder()))
}

// === impl Recorder ===

impl Recorder {
    pub(crate) fn new(scraped: Arc<PrometheusRecorder>, pushed: Option<Pushed>) -> Arc<Self> {
        Arc::new(Self { scraped, pushed })
    }

    /// The side that is on the page alone.
    pub(crate) fn scraped(&self) -> &PrometheusRecorder {
        &self.scraped
    }

    pub(crate) fn handle(&self) -> PrometheusHandle {
        self.scraped.handle()
    }
}

/// Folds samples at each `period`, for as long as anybody can record: without it, histograms grow by 16.5 bytes a
/// sample. Also once the `Telemetry` is gone and its layers are not.
pub(crate) async fn upkeep(
    recorder: Weak<Recorder>,
    handle: PrometheusHandle,
    period: Duration,
    _alive: Alive,
) {
    every(period, "upkeep", move || {
        handle.run_upkeep();
        recorder.strong_count() > 0
    })
    .await;
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        if let Some(pushed) = &self.pushed {
            pushed.describe_counter(key.clone(), unit, description.clone());
        }
        self.scraped.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        if let Some(pushed) = &self.pushed {
            pushed.describe_gauge(key.clone(), unit, description.clone());
        }
        self.scraped.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        if let Some(pushed) = &self.pushed {
            pushed.describe_histogram(key.clone(), unit, description.clone());
        }
        self.scraped.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        let scraped = self.scraped.register_counter(key, metadata);
        match &self.pushed {
            Some(pushed) => fan_out::counter(scraped, pushed.register_counter(key, metadata)),
            None => scraped,
        }
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        let scraped = self.scraped.register_gauge(key, metadata);
        match &self.pushed {
            Some(pushed) => fan_out::gauge(scraped, pushed.register_gauge(key, metadata)),
            None => scraped,
        }
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        let scraped = self.scraped.register_histogram(key, metadata);
        match &self.pushed {
            Some(pushed) => fan_out::histogram(scraped, pushed.register_histogram(key, metadata)),
            None => scraped,
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("pushed", &&self.pushed.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use metrics::{Level, Recorder as _};

    use super::*;

    #[test]
    fn histograms_of_the_services_own_have_buckets_if_there_are_edges_for_them() {
        for (own_buckets, kind) in [(Vec::new(), "summary"), (vec![0.5, 1.0], "histogram")] {
            let config = config::Metrics {
                own_buckets,
                ..config::Metrics::default()
            };
            let recorder = scraped(&config, &Naming::prometheus()).expect("good edges");
            let metadata = Metadata::new("tests", Level::INFO, None);
            let own = recorder.register_histogram(&Key::from_name("own_seconds"), &metadata);
            own.record(0.7);
            let page = recorder.handle().render();
            let expected = format!("# TYPE own_seconds {kind}\n");
            assert!(page.contains(&expected), "{page}");
        }
    }
}
