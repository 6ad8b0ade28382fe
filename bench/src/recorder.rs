//! The recorder that users have most: metrics-exporter-prometheus, with the catalogue's buckets.

use bartizan::{catalog, meter::Naming};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// The recorder, installed for the process.
#[derive(Debug)]
pub struct Exporter(PrometheusHandle);

// === impl Exporter ===

impl Exporter {
    /// Installs the recorder; once in a process.
    pub fn install() -> Self {
        let mut builder = PrometheusBuilder::new();
        for (name, edges) in catalog::buckets(&Naming::prometheus()) {
            builder = builder
                .set_buckets_for_metric(Matcher::Full(name), edges)
                .expect("the catalogue's buckets are not empty");
        }
        Self(
            builder
                .install_recorder()
                .expect("no other recorder is installed"),
        )
    }

    /// Sorts the samples into their buckets, so that they do not pile up.
    pub fn drain(&self) {
        self.0.run_upkeep();
    }

    /// The text that a scrape gets.
    pub fn render(&self) -> String {
        self.0.render()
    }
}
