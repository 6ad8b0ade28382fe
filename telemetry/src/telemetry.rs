//! All of it, started.

use std::{fmt, net::SocketAddr, path::Path, sync::Arc};

use bartizan::{
    conn::{Connections, Drain},
    gen_ai::GenAi,
    meter::Meter,
    sse::DrainLayer,
    stack::StackLayer,
    task::Tasks,
    vitals::WebVitals,
};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::{
    Config, ShutdownReport, StartError, TelemetryBuilder,
    metrics::{MetricsService, Page},
    parts::Parts,
    runtime::Task,
    shutdown::{Manner, Shutdown},
};

/// What a service has to say of itself, started: the layers to put around it, and the exporters behind them.
///
/// It is an `Arc` inside: clones share. Keep one until the end, and then [shut it down](Self::shutdown). See the
/// [crate's docs](crate).
#[derive(Clone)]
pub struct Telemetry(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) meter: Meter,
    pub(crate) parts: Parts,
    pub(crate) drain: Drain,
    pub(crate) drain_layer: DrainLayer,
    pub(crate) connections: Connections,
    pub(crate) page: Page,
    pub(crate) shutdown: Arc<Shutdown>,
    pub(crate) _scan: Task,
}

// === impl Telemetry ===

impl Telemetry {
    /// Starts with the file that `BARTIZAN_CONFIG` names, or with the defaults; the standard `OTEL_*` variables win.
    ///
    /// # Errors
    ///
    /// [`StartError`] says what of the configuration was refused. What breaks later, or outside, is no error.
    pub fn from_env() -> Result<Self, StartError> {
        Self::builder().config(Config::from_env()?).start()
    }

    /// Starts with the file at `path`; the standard `OTEL_*` variables win.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, StartError> {
        Self::builder().config(Config::from_file(path)?).start()
    }

    /// Starts with options that no file can have.
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::default()
    }

    /// The layers, as they are configured: spans, lines, HTTP and gRPC metrics, event streams, in one. It is the outermost
    /// layer; what else can be said of an [`ObserveLayer`](bartizan::observe::ObserveLayer) is said to what this returns,
    /// such as stream handles or an observer of one's own.
    #[must_use]
    pub fn layers(&self) -> StackLayer {
        self.0.parts.stack.clone()
    }

    /// Ends event streams when the [drain](Self::drain) fires. It goes inside of [`layers`](Self::layers).
    #[must_use]
    pub fn drain_layer(&self) -> DrainLayer {
        self.0.drain_layer.clone()
    }

    /// Observes the server's connections, so that a client that left is told from a server that failed.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.0.connections.clone()
    }

    /// The word that the server ends: fire it on a signal, and give [`Drain::fired`] to the server's graceful shutdown.
    #[must_use]
    pub fn drain(&self) -> &Drain {
        &self.0.drain
    }

    /// What measures background jobs; [`Tasks::global`], too, unless somebody was first.
    #[must_use]
    pub fn tasks(&self) -> &Tasks {
        &self.0.parts.tasks
    }

    /// What measures calls to language models.
    #[must_use]
    pub fn gen_ai(&self) -> &GenAi {
        &self.0.parts.gen_ai
    }

    /// The service that takes what browsers report.
    #[must_use]
    pub fn web_vitals(&self) -> WebVitals {
        self.0.parts.vitals.clone()
    }

    /// The recorder of this, its names and its constant labels: for observers of one's own.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.0.meter
    }

    /// Where spans go; `None` with the exporter `none`.
    #[must_use]
    pub fn tracer_provider(&self) -> Option<&SdkTracerProvider> {
        self.0.shutdown.spans.as_ref()
    }

    /// The page of metrics, to mount on a server of the service's own.
    #[must_use]
    pub fn metrics_service(&self) -> MetricsService {
        MetricsService::mounted(&self.0.page)
    }

    /// Where the page of metrics is served. `None` without `metrics.listen`, while the port is taken, and after the
    /// shutdown.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.0.shutdown.server.as_ref()?.address()
    }

    /// The configuration, as it is after the environment had its say.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Ends it: fires the drain, sends the spans that wait, pushes the last figures, waits for one more scrape if there
    /// ever was one and the next is due in time, writes the lines that wait. It takes `shutdown.timeout` at most, whatever hangs.
    ///
    /// Let the server end first, or what it records as its last requests and streams end is missing:
    ///
    /// ```no_run
    /// # #[cfg(feature = "axum")]
    /// # async fn run(
    /// #     telemetry: bartizan_telemetry::Telemetry, app: axum::Router, listener: tokio::net::TcpListener,
    /// # ) -> std::io::Result<()> {
    /// axum::serve(listener, app).with_graceful_shutdown(telemetry.terminated()).await?;
    /// let report = telemetry.shutdown().await;
    /// # drop(report); Ok(())
    /// # }
    /// ```
    ///
    /// It works on any runtime, and needs no timer of it. It ends once: whoever asks again, or at the same time from
    /// another clone, gets the same report. What is recorded afterwards goes nowhere, and harms nothing.
    ///
    /// # Cancellation
    ///
    /// The end goes on if nobody waits for it any more.
    pub async fn shutdown(&self) -> ShutdownReport {
        self.0.shutdown.begin(Manner::Awaited);
        self.0.shutdown.wait().await
    }

    /// As [`shutdown`](Self::shutdown), for a `main` without a runtime. It blocks its thread, also one of a runtime: what
    /// is sent is sent by threads of this crate, so that it cannot wait for itself.
    pub fn shutdown_blocking(&self) -> ShutdownReport {
        self.0.shutdown.begin(Manner::Awaited);
        self.0.shutdown.wait_blocking()
    }

    pub(crate) fn of_inner(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("config", &self.0.config)
            .field("metrics_address", &self.metrics_address())
            .finish_non_exhaustive()
    }
}

// === impl Inner ===

impl Drop for Inner {
    fn drop(&mut self) {
        self.shutdown.begin(Manner::Dropped);
    }
}
