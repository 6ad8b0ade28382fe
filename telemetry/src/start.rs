//! Starts what a configuration asks for.

use std::sync::Arc;

use bartizan::{
    conn::{Connections, Drain},
    meter::{Meter, Naming},
    sse::DrainLayer,
};
use metrics::NoopRecorder;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};

use crate::{
    Config, StartError, Telemetry, TelemetryBuilder,
    config::{ConfigError, TraceExporter},
    export::{self, ExportError, MetricsPush},
    globals::{self, Globals},
    health::{Health, Signal, TARGET},
    metrics::{Page, Recorder, Server, upkeep},
    parts::Builders,
    resource,
    runtime::Runtime,
    scan,
    shutdown::{Once, Shutdown},
    telemetry::Inner,
};

/// What failed, to be told once there is somebody to tell.
type Late = Vec<(Health, ExportError)>;

/// What can be refused comes first: until it is over, nothing is installed.
pub(crate) fn start(builder: TelemetryBuilder) -> Result<Telemetry, StartError> {
    let TelemetryBuilder {
        mut config,
        attributes,
        last_event,
        installs_globals,
        said,
    } = builder;
    config.resource.attributes.extend(attributes);
    config.check()?;
    let resource = resource::resource(&config.resource);
    let runtime = Runtime::start().map_err(StartError::Thread)?;
    let naming = config.metrics.naming();
    let naming = naming.map_err(|error| ConfigError::of("metrics.prefix", error))?;
    let recorder = match config.metrics.enabled {
        true => Some(recorder(&config.metrics, &naming)?),
        false => None,
    };
    let meter = meter(&config.metrics, naming, recorder.as_ref())?;
    let mut late = Vec::new();
    let pushed = match &recorder {
        Some(recorder) => push(&config, &resource, recorder, &meter, &runtime, &mut late)?,
        None => None,
    };
    let spans = spans(&config, &resource, &meter, &runtime, &mut late)?;
    let mut builders = Builders::new(&config, &meter, spans.as_ref());
    said.to(&mut builders);
    let parts = builders.build()?;
    let drain = Drain::with_meter(&meter);
    let drain_layer = match last_event {
        Some(event) => DrainLayer::new(&drain).last_event(event)?,
        None => DrainLayer::new(&drain),
    };

    // From here on nothing is refused, and what is odd is logged.
    let lines = match installs_globals {
        true => globals::install(Globals {
            config: &config,
            meter: &meter,
            recorder: recorder.as_ref(),
            pushed: pushed.as_ref(),
            spans: spans.as_ref(),
            tasks: &parts.tasks,
        }),
        false => None,
    };
    for warning in config.warnings() {
        tracing::warn!(target: TARGET, %warning, "a variable of the environment has no effect");
    }
    for (health, error) in late {
        health.failed(&error);
    }
    let page = Page::new(
        &config.metrics.path,
        &drain,
        recorder.as_ref(),
        config.metrics.process,
        &resource,
        &runtime,
    );
    let server = config.metrics.listen.map(|address| {
        let health = Health::new(&meter, Signal::Scrape);
        Server::start(address, &page, health, &runtime)
    });
    if let Some(recorder) = &recorder {
        let (handle, period) = (recorder.handle(), config.metrics.upkeep.into());
        let upkeep = upkeep(Arc::downgrade(recorder), handle, period, runtime.alive());
        drop(runtime.handle().spawn(upkeep));
    }
    let scan = scan::run(
        config.scan.interval.into(),
        parts.sse.clone(),
        parts.tasks.clone(),
    );
    let connections = Connections::builder()
        .meter(meter.clone())
        .drain(drain.clone())
        .build();
    let held = config.shutdown.last_scrape && server.is_some();
    let shutdown = Shutdown {
        drain: drain.clone(),
        timeout: config.shutdown.timeout.into(),
        page: held.then(|| page.clone()),
        server,
        spans,
        metrics: pushed,
        lines,
        _alive: runtime.alive(),
        once: Once::default(),
    };
    Ok(Telemetry::of_inner(Inner {
        meter,
        parts,
        drain,
        drain_layer,
        connections,
        page,
        shutdown: Arc::new(shutdown),
        _scan: runtime.spawn(scan),
        config,
    }))
}

fn recorder(
    config: &crate::config::Metrics,
    naming: &Naming,
) -> Result<Arc<Recorder>, ConfigError> {
    Recorder::new(config, naming).map_err(|error| ConfigError::of("metrics.buckets", error))
}

/// Without a recorder it is one that does nothing, and not the global one.
fn meter(
    config: &crate::config::Metrics,
    naming: Naming,
    recorder: Option<&Arc<Recorder>>,
) -> Result<Meter, ConfigError> {
    let builder = Meter::builder()
        .naming(naming)
        .max_label_sets(config.label_sets);
    let builder = match recorder {
        Some(recorder) => builder.recorder(Arc::clone(recorder)),
        None => builder.recorder(NoopRecorder),
    };
    let labels = config.labels.iter();
    labels
        .fold(builder, |builder, (name, value)| {
            builder.constant_label(name, value)
        })
        .build()
        .map_err(|error| ConfigError::of("metrics", error))
}

/// Begins to push metrics, if they are pushed.
fn push(
    config: &Config,
    resource: &Resource,
    recorder: &Recorder,
    meter: &Meter,
    runtime: &Runtime,
    late: &mut Late,
) -> Result<Option<MetricsPush>, ExportError> {
    let metrics = &config.metrics;
    if !metrics.otlp.enabled {
        return Ok(None);
    }
    let health = Health::new(meter, Signal::Metrics);
    let resource = resource.clone();
    let made = export::metrics(&metrics.otlp, metrics, resource, &health, runtime.handle());
    let Some((pushed, push)) = or_late(made, health, late)? else {
        return Ok(None);
    };
    recorder.push_to(pushed);
    Ok(Some(push))
}

/// Begins to send spans, if they are sent.
fn spans(
    config: &Config,
    resource: &Resource,
    meter: &Meter,
    runtime: &Runtime,
    late: &mut Late,
) -> Result<Option<SdkTracerProvider>, ExportError> {
    if config.tracing.exporter == TraceExporter::None {
        return Ok(None);
    }
    let health = Health::new(meter, Signal::Traces);
    let made = export::spans(&config.tracing, resource.clone(), &health, runtime.handle());
    Ok(or_late(made, health, late)?.flatten())
}

/// What the system lacks is no error of the configuration: the exporter is absent, and that is told.
fn or_late<T>(
    made: Result<T, ExportError>,
    health: Health,
    late: &mut Late,
) -> Result<Option<T>, ExportError> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(error @ ExportError::Roots { .. }) => {
            late.push((health, error));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
