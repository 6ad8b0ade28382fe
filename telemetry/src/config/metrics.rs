//! Metrics, and where they go.

use std::{
    collections::BTreeMap,
    fmt,
    net::{Ipv4Addr, SocketAddr},
};

use bartizan::{
    catalog,
    meter::{Naming, NamingError},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Unexpected},
};

use super::{Period, secret::Hidden};

/// Metrics, and where they go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Metrics {
    /// Whether a recorder is installed. `OTEL_METRICS_EXPORTER` wins, and with `otlp` in it `otlp.enabled`.
    pub enabled: bool,
    /// Where the page for Prometheus is served, or none for a service that mounts it by itself.
    /// `OTEL_EXPORTER_PROMETHEUS_HOST` and `_PORT` win; with an `OTEL_METRICS_EXPORTER` of `otlp` alone it is not served.
    #[serde(deserialize_with = "address")]
    pub listen: Option<SocketAddr>,
    /// The path of the page. `/healthz` is beside it.
    pub path: String,
    /// Whether metrics have Prometheus names or OpenTelemetry's. The rules and dashboards name them in the first way, and
    /// without a prefix: with any other they find nothing.
    pub names: MetricNames,
    /// What stands before the name of each metric of the catalogue; `process_*`, `target_info` and the service's own stay
    /// as they are.
    pub prefix: Option<String>,
    /// Labels that each series of the catalogue's metrics has; `process_*`, `target_info` and the service's own have none of
    /// them. `job` and `instance` are Prometheus's.
    pub labels: BTreeMap<String, String>,
    /// How many label sets each metric keeps; those that come later share one series.
    pub label_sets: usize,
    /// The edges of the buckets of histograms, by name, where they are not the catalogue's. Names are the catalogue's, in
    /// either style and without the prefix.
    pub buckets: BTreeMap<String, Vec<f64>>,
    /// The edges of the buckets of histograms that are the service's own, in no catalogue. Without any they are summaries in
    /// a scrape, which cannot be aggregated, and have the SDK's edges where they are pushed.
    pub own_buckets: Vec<f64>,
    /// How often the recorder folds its samples.
    pub upkeep: Period,
    /// Whether the process is measured: processor, memory, files.
    pub process: bool,
    /// Metrics that are pushed by OTLP besides, or instead.
    pub otlp: OtlpMetrics,
}

/// How metrics are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MetricNames {
    /// `http_server_request_duration_seconds`: what rules and dashboards name.
    #[default]
    Prometheus,
    /// `http.server.request.duration`; a scrape shows its dots as `_`.
    OpenTelemetry,
}

/// Metrics that are pushed by OTLP.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OtlpMetrics {
    /// Whether they are pushed. `OTEL_METRICS_EXPORTER` wins.
    pub enabled: bool,
    /// How. `OTEL_EXPORTER_OTLP_METRICS_PROTOCOL` and `OTEL_EXPORTER_OTLP_PROTOCOL` win.
    pub protocol: OtlpProtocol,
    /// Where to: by default `http://localhost:4317` with gRPC and `http://localhost:4318/v1/metrics` with HTTP.
    /// With HTTP one that has no path gets `/v1/metrics`; with gRPC it may have none.
    /// `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` and `OTEL_EXPORTER_OTLP_ENDPOINT` win.
    pub endpoint: Option<String>,
    /// What each request carries besides. `OTEL_EXPORTER_OTLP_METRICS_HEADERS` and `OTEL_EXPORTER_OTLP_HEADERS` win.
    pub headers: BTreeMap<String, String>,
    /// How often. `OTEL_METRIC_EXPORT_INTERVAL` wins.
    pub interval: Period,
    /// How long a push may take. `OTEL_EXPORTER_OTLP_METRICS_TIMEOUT`, `OTEL_EXPORTER_OTLP_TIMEOUT` and
    /// `OTEL_METRIC_EXPORT_TIMEOUT` win.
    pub timeout: Period,
}

/// How OTLP is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OtlpProtocol {
    /// gRPC.
    #[serde(rename = "grpc")]
    Grpc,
    /// Protobuf over HTTP.
    #[default]
    #[serde(rename = "http")]
    Http,
}

/// The port that OpenTelemetry's specification gives to a Prometheus exporter.
const PORT: u16 = 9464;

// === impl Metrics ===

impl Metrics {
    /// How metrics are named.
    ///
    /// # Errors
    ///
    /// The prefix does not fit.
    pub(crate) fn naming(&self) -> Result<Naming, NamingError> {
        let naming = match self.names {
            MetricNames::Prometheus => Naming::prometheus(),
            MetricNames::OpenTelemetry => Naming::opentelemetry(),
        };
        match &self.prefix {
            Some(prefix) => naming.prefixed(prefix),
            None => Ok(naming),
        }
    }

    /// The edges of every histogram of the catalogue, under the name that `naming` gives it: its own, or those that
    /// `buckets` has for it by its Prometheus or OpenTelemetry name.
    pub(crate) fn edges(&self, naming: &Naming) -> Vec<(String, Vec<f64>)> {
        let histograms = catalog::ALL.iter().filter_map(|metric| {
            let given = [metric.name, metric.otel_name]
                .iter()
                .find_map(|name| self.buckets.get(*name));
            let edges = given.map(Vec::as_slice).or(metric.buckets)?;
            Some((naming.metric(metric), edges.to_owned()))
        });
        histograms.collect()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: Some((Ipv4Addr::UNSPECIFIED, PORT).into()),
            path: "/metrics".into(),
            names: MetricNames::default(),
            prefix: None,
            labels: BTreeMap::new(),
            label_sets: 1_900,
            buckets: BTreeMap::new(),
            own_buckets: Vec::new(),
            upkeep: Period::from_secs(5),
            process: true,
            otlp: OtlpMetrics::default(),
        }
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let accepted = "an address and a port, such as 0.0.0.0:9464 or [::]:9464, or null,";
    let refused = |_| de::Error::invalid_value(Unexpected::Str(&text), &accepted);
    text.parse().map(Some).map_err(refused)
}

// === impl OtlpMetrics ===

impl fmt::Debug for OtlpMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            enabled,
            protocol,
            endpoint,
            headers,
            interval,
            timeout,
        } = self;
        f.debug_struct("OtlpMetrics")
            .field("enabled", enabled)
            .field("protocol", protocol)
            .field("endpoint", endpoint)
            .field("headers", &Hidden(headers))
            .field("interval", interval)
            .field("timeout", timeout)
            .finish()
    }
}

impl Default for OtlpMetrics {
    fn default() -> Self {
        Self {
            enabled: false,
            protocol: OtlpProtocol::default(),
            endpoint: None,
            headers: BTreeMap::new(),
            interval: Period::from_secs(60),
            timeout: Period::from_secs(10),
        }
    }
}
