//! What is global: for metrics, spans and lines of the service's own.

use std::{
    io,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bartizan::{meter::Meter, task::Tasks};
use opentelemetry::{global, propagation::TextMapCompositePropagator};
use opentelemetry_sdk::{
    propagation::{BaggagePropagator, TraceContextPropagator},
    trace::SdkTracerProvider,
};
use tracing_subscriber::filter::Targets;

use crate::{
    Config,
    config::{LogOutput, Logging},
    export::MetricsPush,
    health::{Health, Signal, TARGET},
    logging::{self, Lines, Output},
    metrics::Recorder,
};

/// What becomes global.
#[derive(Debug)]
pub(crate) struct Globals<'a> {
    pub(crate) config: &'a Config,
    pub(crate) meter: &'a Meter,
    pub(crate) recorder: Option<&'a Arc<Recorder>>,
    pub(crate) pushed: Option<&'a MetricsPush>,
    pub(crate) spans: Option<&'a SdkTracerProvider>,
    pub(crate) tasks: &'a Tasks,
}

/// Whether a provider of ours is global: the API replaces one without a word.
static HAS_METERS: AtomicBool = AtomicBool::new(false);
static HAS_TRACERS: AtomicBool = AtomicBool::new(false);

/// Installs all of it. Where somebody was first, that is logged, and stays.
pub(crate) fn install(globals: Globals<'_>) -> Option<Lines> {
    let Globals {
        config,
        meter,
        recorder,
        pushed,
        spans,
        tasks,
    } = globals;
    // First of all, for the others are told by it.
    let lines = match config.logging.enabled {
        true => lines(&config.logging, meter),
        false => None,
    };
    if let Some(recorder) = recorder
        && metrics::set_global_recorder(Arc::clone(recorder)).is_err()
    {
        taken("a recorder of metrics");
    }
    if let Some(pushed) = pushed {
        if HAS_METERS.swap(true, Ordering::Relaxed) {
            taken("a provider of meters");
        } else {
            global::set_meter_provider(pushed.provider().clone());
        }
    }
    if let Some(spans) = spans {
        if HAS_TRACERS.swap(true, Ordering::Relaxed) {
            taken("a provider of tracers");
        } else {
            global::set_tracer_provider(spans.clone());
            global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
                Box::new(TraceContextPropagator::new()),
                Box::new(BaggagePropagator::new()),
            ]));
        }
    }
    if tasks.clone().set_global().is_err() {
        taken("a set of tasks");
    }
    lines
}

fn taken(what: &'static str) {
    tracing::warn!(
        target: TARGET,
        what,
        "the process has one already, and keeps it; the layers of this telemetry use its own"
    );
}

/// Installs a subscriber; `None` if there is one already.
fn lines(config: &Logging, meter: &Meter) -> Option<Lines> {
    let (output, aside) = match (config.output, &config.file) {
        (LogOutput::File, Some(file)) => (Output::file(file), Some(logging::aside as _)),
        (LogOutput::Stdout, _) => (Output::Stdout, Some(logging::aside as _)),
        (LogOutput::Stderr | LogOutput::File, _) => (Output::Stderr, None),
    };
    if tracing::dispatcher::has_been_set() {
        taken("a subscriber of tracing");
        return None;
    }
    let health = Health::new(meter, Signal::Logs);
    let installed = Lines::start(output, config.queue, health.clone(), aside).and_then(|lines| {
        let targets = Targets::from_str(&config.level).map_err(io::Error::other)?;
        let subscriber = logging::subscriber(config, targets, lines.clone());
        tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
        Ok(lines)
    });
    installed.map_err(|error| health.failed(&error)).ok()
}
