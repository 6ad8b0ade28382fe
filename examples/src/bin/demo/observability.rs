//! Everything that this service does to be observed.

use std::time::Duration;

use axum::Router;
use bartizan::{
    catalog,
    conn::Drain,
    http::HttpMetrics,
    label::Fault,
    meter::Naming,
    observe::StreamHandles,
    route::{RouteLayer, RouteService},
    sse::{DrainLayer, Sse},
    vitals::WebVitals,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::time::interval;
use tower::Layer;
use tracing_subscriber::{
    Layer as _, filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{Error, answers, jobs::Jobs, progress, sse, traces::Traces};

/// How often the exporter folds the samples of its histograms.
const UPKEEP: Duration = Duration::from_secs(5);
/// How often streams are looked at that do not get on.
const SCAN: Duration = Duration::from_secs(5);
/// What streams say that end because the server drains.
const LAST_EVENT: &str = "event: shutdown\ndata: come back\n\n";

/// Installs what metrics, spans and lines go to: the recorder, with the buckets of the catalogue and a task
/// that keeps it in shape; a provider whose spans are looked at and dropped; lines on standard error.
pub(crate) fn install(traces: &Traces) -> Result<PrometheusHandle, Error> {
    let provider = SdkTracerProvider::builder().with_simple_exporter(traces.clone());
    opentelemetry::global::set_tracer_provider(provider.build());
    let lines = fmt::layer()
        .with_ansi(progress::is_on_terminal())
        .with_writer(progress::lines);
    tracing_subscriber::registry()
        .with(
            lines
                .and_then(traces.clone())
                .with_filter(LevelFilter::INFO),
        )
        .try_init()?;
    let mut builder = PrometheusBuilder::new();
    for (name, edges) in catalog::buckets(&Naming::prometheus()) {
        builder = builder.set_buckets_for_metric(Matcher::Full(name), edges)?;
    }
    let handle = builder.install_recorder()?;
    let upkeep = handle.clone();
    every(UPKEEP, move || upkeep.run_upkeep());
    Ok(handle)
}

/// Observes every exchange of `router`, and ends its streams when the server drains. The layer that is
/// added last is the outermost one.
pub(crate) fn observe(router: Router, drain: &Drain) -> Result<Router, Error> {
    let http = HttpMetrics::builder().time_to_first_byte().build()?;
    let sse = Sse::builder()
        .end_data(answers::DONE)
        .end_type(sse::END)
        .build()?;
    let reasons = StreamHandles::new().reason(answers::QUOTA, Fault::Client)?;
    let scanned = sse.clone();
    every(SCAN, move || {
        scanned.scan();
    });
    let observe = bartizan::builder().http(http).sse(sse).build();
    let observe = observe.stream_handles(reasons);
    let drain = DrainLayer::new(drain).last_event(LAST_EVENT)?;
    Ok(router.layer(drain).layer(observe))
}

/// The jobs of the service; how long they are under way is looked at.
pub(crate) fn jobs() -> Result<Jobs, Error> {
    let (jobs, tasks) = Jobs::new()?;
    every(SCAN, move || {
        tasks.scan();
    });
    Ok(jobs)
}

/// Takes the reports of browsers, from anywhere: this is no service that pages are served from.
pub(crate) fn vitals() -> WebVitals {
    let vitals = WebVitals::builder()
        .any_origin()
        .pages(["/", "/shop/{item}"]);
    vitals.build().expect("they are templates")
}

/// Names the route of a nested service, which axum does not show to the outside.
pub(crate) fn nested<S>(service: S) -> RouteService<S> {
    RouteLayer::nested().layer(service)
}

fn every(period: Duration, work: impl Fn() + Send + 'static) {
    tokio::spawn(async move {
        let mut ticks = interval(period);
        loop {
            ticks.tick().await;
            work();
        }
    });
}
