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
    config::{self, ConfigError, TraceExporter},
    export::{self, ExportError, MetricsPush, Processors},
    globals::{self, Globals},
    health::{Health, Signal, TARGET},
    metrics::{Page, Recorder, Server, scraped, upkeep},
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
        processors,
        said,
    } = builder;
    config.resource.attributes.extend(attributes);
    config.check()?;
    let resource = resource::resource(&config.resource);
    let runtime = Runtime::start().map_err(StartError::Thread)?;
    let naming = config.metrics.naming();
    let naming = naming.map_err(|error| ConfigError::of("metrics.prefix", error))?;
    let mut late = Vec::new();
    let (recorder, pushed) = match config.metrics.enabled {
        true => {
            let (recorder, pushed) = recorder(&config, &naming, &resource, &runtime, &mut late)?;
            (Some(recorder), pushed)
        }
        false => (None, None),
    };
    let meter = match &recorder {
        Some(recorder) => meter(&config.metrics, naming, Arc::clone(recorder)),
        // Not the global one.
        None => meter(&config.metrics, naming, NoopRecorder),
    }?;
    let spans = spans(&config, &resource, &meter, &runtime, processors, &mut late)?;
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

/// The recorder, and what pushes its metrics, if they are pushed.
fn recorder(
    config: &Config,
    naming: &Naming,
    resource: &Resource,
    runtime: &Runtime,
    late: &mut Late,
) -> Result<(Arc<Recorder>, Option<MetricsPush>), StartError> {
    let metrics = &config.metrics;
    let scraped = scraped(metrics, naming);
    let scraped = scraped.map_err(|error| ConfigError::of("metrics.buckets", error))?;
    if !metrics.otlp.enabled {
        return Ok((Recorder::new(scraped, None), None));
    }
    // How the pushing fares is on the page alone: told to what is pushed, each would keep the other for ever.
    let meter = meter(metrics, naming.clone(), Arc::clone(&scraped))?;
    let health = Health::new(&meter, Signal::Metrics);
    let resource = resource.clone();
    let made = export::metrics(&metrics.otlp, metrics, resource, &health, runtime.handle());
    let (pushed, push) = or_late(made, Some(health), late)?.unzip();
    let pushed = pushed.map(|pushed| Box::new(pushed) as _);
    Ok((Recorder::new(scraped, pushed), push))
}

fn meter(
    config: &config::Metrics,
    naming: Naming,
    recorder: impl metrics::Recorder + Send + Sync + 'static,
) -> Result<Meter, ConfigError> {
    let builder = Meter::builder()
        .recorder(recorder)
        .naming(naming)
        .max_label_sets(config.label_sets);
    let labels = config.labels.iter();
    labels
        .fold(builder, |builder, (name, value)| {
            builder.constant_label(name, value)
        })
        .build()
        .map_err(|error| ConfigError::of("metrics", error))
}

/// Begins to send spans, if they are sent, and to show them to processors.
fn spans(
    config: &Config,
    resource: &Resource,
    meter: &Meter,
    runtime: &Runtime,
    processors: Processors,
    late: &mut Late,
) -> Result<Option<SdkTracerProvider>, ExportError> {
    let sent = config.tracing.exporter != TraceExporter::None;
    let health = sent.then(|| Health::new(meter, Signal::Traces));
    let (tracing, resource) = (&config.tracing, resource.clone());
    let made = export::spans(
        tracing,
        resource,
        health.as_ref(),
        runtime.handle(),
        processors,
    );
    Ok(or_late(made, health, late)?.flatten())
}

/// What the system lacks is no error of the configuration: the exporter is absent, and that is told.
fn or_late<T>(
    made: Result<T, ExportError>,
    health: Option<Health>,
    late: &mut Late,
) -> Result<Option<T>, ExportError> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(error @ ExportError::Roots { .. }) => {
            late.extend(health.map(|health| (health, error)));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
