//! A recorder of a test's own, and what it shows.

use std::{fmt, sync::Arc};

use bartizan::{
    catalog,
    http::{HttpMetrics, HttpMetricsBuilder, HttpMetricsLayer, Timing},
    meter::{Meter, MeterBuilder, Naming},
    observe::{Kind, ObserveLayer},
};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use crate::{
    scrape::{Sample, Scrape},
    wait::eventually,
};

/// How long requests take.
pub const DURATION: &str = "http_server_request_duration_seconds";
/// Requests under way.
pub const ACTIVE: &str = "http_server_active_requests";
/// How large request bodies are.
pub const REQUEST_SIZE: &str = "http_server_request_body_size_bytes";
/// How large response bodies are.
pub const RESPONSE_SIZE: &str = "http_server_response_body_size_bytes";
/// How long the first byte takes.
pub const FIRST_BYTE: &str = "bartizan_http_time_to_first_byte_seconds";
/// Hits of full budgets.
pub const OVERFLOW: &str = "bartizan_label_overflow_total";

/// A Prometheus recorder that is no one else's, with the catalogue's buckets.
#[derive(Clone)]
pub struct Recorder {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
}

// === impl Recorder ===

impl Recorder {
    /// Makes one.
    #[must_use]
    pub fn new() -> Self {
        Self::with(PrometheusBuilder::new(), &Naming::prometheus())
    }

    /// Makes one of a builder, with the buckets under the names that `naming` gives.
    #[must_use]
    pub fn with(mut builder: PrometheusBuilder, naming: &Naming) -> Self {
        for (name, edges) in catalog::buckets(naming) {
            builder = builder
                .set_buckets_for_metric(Matcher::Full(name), edges)
                .expect("the catalogue has no empty buckets");
        }
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        Self {
            recorder: Arc::new(recorder),
            handle,
        }
    }

    /// A meter that records here.
    pub fn meter(&self) -> MeterBuilder {
        Meter::builder().recorder(Arc::clone(&self.recorder))
    }

    /// HTTP metrics that are recorded here.
    pub fn http(&self) -> HttpMetricsBuilder {
        let meter = self.meter().build().expect("a meter without options");
        HttpMetrics::builder().meter(meter)
    }

    /// A layer with these HTTP metrics, as they are without options.
    #[must_use]
    pub fn layer(&self) -> HttpMetricsLayer {
        ObserveLayer::new(self.http().build().expect("metrics without options"))
    }

    /// As [`layer`](Self::layer), with the durations of gRPC calls, too.
    #[must_use]
    pub fn layer_with_calls(&self) -> HttpMetricsLayer {
        let metrics = self.http().duration(Kind::Grpc, Timing::End);
        ObserveLayer::new(metrics.build().expect("metrics of calls"))
    }

    /// Makes it the process' recorder. A test binary that does so has one test.
    ///
    /// # Panics
    ///
    /// If there is one already.
    pub fn install(&self) {
        metrics::set_global_recorder(Arc::clone(&self.recorder)).expect("the first one");
    }

    /// Takes samples over into buckets; without it they are kept one by one.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }

    /// The scrape, as text.
    #[must_use]
    pub fn text(&self) -> String {
        self.handle.render()
    }

    /// The scrape.
    ///
    /// # Panics
    ///
    /// If Prometheus would refuse it.
    #[must_use]
    pub fn scrape(&self) -> Scrape {
        let text = self.text();
        Scrape::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// The scrape, once it is as it shall be.
    ///
    /// # Panics
    ///
    /// If it never is.
    pub async fn once(&self, is: impl Fn(&Scrape) -> bool) -> Scrape {
        eventually(|| Some(self.scrape()).filter(&is), || self.text()).await
    }

    /// The scrape, once this many exchanges were measured and none is under way.
    ///
    /// # Panics
    ///
    /// If it never comes to that.
    pub async fn ended(&self, exchanges: u64) -> Scrape {
        self.once(|scrape| scrape.ended() == exchanges && scrape.idle())
            .await
    }

    /// Waits until this many exchanges are under way.
    ///
    /// # Panics
    ///
    /// If that never happens.
    pub async fn under_way(&self, exchanges: u32) {
        self.once(|scrape| scrape.value(ACTIVE, &[]) == Some(f64::from(exchanges)))
            .await;
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

// === impl Scrape ===

impl Scrape {
    /// How many exchanges were measured.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.count(DURATION, &[])
    }

    /// The durations in short, a line for each label set: the method, the route, then what there is of
    /// status, error type and further labels; `2x` in front if there were two.
    #[must_use]
    pub fn records(&self) -> Vec<String> {
        const FIRST: [&str; 4] = [
            "http_request_method",
            "http_route",
            "http_response_status_code",
            "error_type",
        ];
        let name = format!("{DURATION}_count");
        let line = |sample: &Sample| {
            let mut labels = sample.labels.clone();
            labels.remove("url_scheme");
            let first = FIRST
                .iter()
                .filter_map(|name| labels.remove(*name))
                .collect::<Vec<_>>();
            let rest = labels
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"));
            let times = (sample.value != 1.0).then(|| format!("{}x", sample.value));
            times
                .into_iter()
                .chain(first)
                .chain(rest)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let mut lines: Vec<_> = self.samples(&name, &[]).map(line).collect();
        lines.sort();
        lines
    }

    /// Whether no series of the gauge is off zero.
    #[must_use]
    pub fn idle(&self) -> bool {
        self.samples(ACTIVE, &[]).all(|sample| sample.value == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use bytes::Bytes;
    use http::{Request, Response};
    use http_body_util::Full;
    use tower::{Layer, ServiceExt, service_fn};

    use super::*;

    #[tokio::test]
    async fn each_recorder_sees_its_own_exchanges() {
        let (one, two) = (Recorder::new(), Recorder::new());
        let answer = async |_: Request<()>| {
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"hello"))))
        };
        let service = one.layer().layer(service_fn(answer));
        let held = service.oneshot(Request::new(())).await.unwrap();
        one.under_way(1).await;
        assert_eq!(one.scrape().ended(), 0);
        drop(held);
        assert_eq!(
            one.ended(1).await.records(),
            ["GET {unmatched} 200 dropped"]
        );
        assert_eq!(two.scrape().series(), 0);
    }
}
