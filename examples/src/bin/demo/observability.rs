//! Everything that this service does to be observed.

use std::path::Path;

use axum::Router;
use bartizan::{
    label::Fault,
    observe::StreamHandles,
    route::{RouteLayer, RouteService},
};
use bartizan_telemetry::{Config, Telemetry};
use opentelemetry_sdk::trace::SimpleSpanProcessor;
use tower::Layer;
use tracing_subscriber::{
    Layer as _, filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{Error, answers, progress, traces::Traces};

/// How the demo observes itself, unless it is told otherwise.
const OWN: &str = include_str!("demo.yaml");
/// What streams say that end because the server drains.
const LAST_EVENT: &str = "event: shutdown\ndata: come back\n\n";

/// Starts what the service has to say of itself: as a file says, or so that what clients sent can be compared with it.
/// Then spans and lines are looked at and dropped, and lines go to standard error.
pub(crate) fn start(config: Option<&Path>, traces: &Traces) -> Result<Telemetry, Error> {
    let builder = Telemetry::builder().last_event(LAST_EVENT);
    if let Some(file) = config {
        return Ok(builder.config(Config::from_file(file)?).start()?);
    }
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
    let builder = builder.span_processor(SimpleSpanProcessor::new(traces.clone()));
    Ok(builder.config(Config::from_yaml(OWN)?).start()?)
}

/// Observes every exchange of `router`, and ends its streams when the server drains. The layer that is
/// added last is the outermost one.
pub(crate) fn observe(router: Router, telemetry: &Telemetry) -> Result<Router, Error> {
    let reasons = StreamHandles::new().reason(answers::QUOTA, Fault::Client)?;
    let observe = telemetry.layers().stream_handles(reasons);
    Ok(router.layer(telemetry.drain_layer()).layer(observe))
}

/// Names the route of a nested service, which axum does not show to the outside.
pub(crate) fn nested<S>(service: S) -> RouteService<S> {
    RouteLayer::nested().layer(service)
}
