//! A recorder for each test, and what its scrape says.

use std::sync::Arc;

use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

pub(super) use crate::rpc::tests::kit::{
    Error, OK, Reply, Script, Step, answer, call, exchange, framed, message,
};
use crate::{
    catalog,
    grpc::{Grpc, GrpcBuilder},
    meter::{Meter, Naming},
    observe::ObserveLayer,
};

/// A recorder, and what it shows.
pub(crate) struct Scribe {
    recorder: Arc<PrometheusRecorder>,
    exporter: PrometheusHandle,
}

/// The scrape's names.
pub(super) const DURATION: &str = "rpc_server_call_duration_seconds";
pub(super) const MESSAGES: &str = "bartizan_rpc_messages_total";

// === impl Scribe ===

impl Scribe {
    pub(crate) fn new() -> Self {
        let mut builder = PrometheusBuilder::new();
        for (name, edges) in catalog::buckets(&Naming::prometheus()) {
            builder = builder
                .set_buckets_for_metric(Matcher::Full(name), edges)
                .expect("edges");
        }
        let recorder = builder.build_recorder();
        let exporter = recorder.handle();
        Self {
            recorder: Arc::new(recorder),
            exporter,
        }
    }

    pub(crate) fn recorder(&self) -> Arc<PrometheusRecorder> {
        Arc::clone(&self.recorder)
    }

    pub(crate) fn meter(&self) -> Meter {
        let meter = Meter::builder().recorder(Arc::clone(&self.recorder));
        meter.build().expect("a meter")
    }

    pub(super) fn grpc(&self, options: impl FnOnce(GrpcBuilder) -> GrpcBuilder) -> Grpc {
        let builder = Grpc::builder().meter(self.meter());
        options(builder).build().expect("options")
    }

    pub(super) fn layer(&self) -> ObserveLayer<Grpc> {
        ObserveLayer::new(self.grpc(|options| options))
    }

    /// All that is shown, in order.
    pub(crate) fn scrape(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.exporter.render().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// The series of a metric, its labels without its name, sorted; of a histogram its counts.
    pub(crate) fn series(&self, metric: &str) -> Vec<String> {
        let scrape = self.exporter.render();
        let mut series: Vec<_> = scrape
            .lines()
            .filter_map(|line| line.strip_prefix(metric))
            .map(|line| line.strip_prefix("_count").unwrap_or(line))
            .filter(|line| line.starts_with('{') && !line.contains("le=\""))
            .map(|line| line.replace('"', ""))
            .collect();
        series.sort();
        series
    }
}
