//! What no file can say.

use std::fmt;

use bartizan::{
    gen_ai::GenAiBuilder,
    grpc::GrpcBuilder,
    http::HttpMetricsBuilder,
    log::LogBuilder,
    span::SpanBuilder,
    sse::{LastEventError, SseBuilder},
    task::TasksBuilder,
    vitals::WebVitalsBuilder,
};

use opentelemetry_sdk::trace::{SpanProcessor, TracerProviderBuilder};

use crate::{
    Config, Telemetry,
    config::ConfigError,
    export::{ExportError, Processors},
    parts::Builders,
    start,
};

/// The options of a [`Telemetry`] beside its [`Config`].
#[must_use = "nothing is started until `start`"]
pub struct TelemetryBuilder {
    pub(crate) config: Config,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) last_event: Option<String>,
    pub(crate) installs_globals: bool,
    pub(crate) processors: Processors,
    pub(crate) said: Said,
}

/// Says more to a builder than the file could.
type Say<B> = Option<Box<dyn FnOnce(B) -> B + Send>>;

macro_rules! parts {
    ($($(#[$docs:meta])* $part:ident: $builder:ty,)*) => {
        /// What is said to the builders of the parts.
        #[derive(Default)]
        pub(crate) struct Said {
            $($part: Say<$builder>,)*
        }

        impl Said {
            pub(crate) fn to(self, builders: &mut Builders<'_>) {
                $(if let Some(say) = self.$part {
                    let builder = std::mem::take(&mut builders.$part);
                    builders.$part = say(builder);
                })*
            }
        }

        impl TelemetryBuilder {
            $($(#[$docs])*
            pub fn $part(mut self, say: impl FnOnce($builder) -> $builder + Send + 'static) -> Self {
                self.said.$part = Some(Box::new(say));
                self
            })*
        }
    };
}

/// A [`Telemetry`] could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration was refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An exporter cannot be made.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The last event of streams was refused.
    #[error(transparent)]
    LastEvent(#[from] LastEventError),
    /// The thread of the telemetry cannot be made.
    #[error("the thread of the telemetry cannot be made: {0}")]
    Thread(#[source] std::io::Error),
}

// === impl Said ===

parts! {
    /// Says more to the builder of the spans than the file does. It has the file's options, and the provider.
    span: SpanBuilder,
    /// Says more to the builder of the lines, such as fields of the service's own.
    log: LogBuilder,
    /// Says more to the builder of the HTTP metrics, such as labels of the service's own.
    http: HttpMetricsBuilder,
    /// Says more to the builder of the gRPC metrics.
    grpc: GrpcBuilder,
    /// Says more to the builder of what observes event streams.
    sse: SseBuilder,
    /// Says more to the builder of what measures background jobs.
    tasks: TasksBuilder,
    /// Says more to the builder of what measures calls to language models.
    gen_ai: GenAiBuilder,
    /// Says more to the builder of the service that browsers report to.
    vitals: WebVitalsBuilder,
}

// === impl TelemetryBuilder ===

impl TelemetryBuilder {
    /// Starts with `config`, as it is: read one by [`Config::from_file`] and the like. By default it has the defaults.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Adds an attribute to the resource that is known only now, such as an instance's id. It wins over the file's.
    pub fn resource_attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((key.into(), value.into()));
        self
    }

    /// Sends this to event streams that the drain ends; see
    /// [`DrainLayer::last_event`](bartizan::sse::DrainLayer::last_event).
    pub fn last_event(mut self, event: impl Into<String>) -> Self {
        self.last_event = Some(event.into());
        self
    }

    /// Shows each span to `processor`, too: before it is sent, or with the exporter `none` in place of that. It is asked
    /// in the request's thread.
    pub fn span_processor(mut self, processor: impl SpanProcessor + 'static) -> Self {
        let add = |provider: TracerProviderBuilder| provider.with_span_processor(processor);
        self.processors.push(Box::new(add));
        self
    }

    /// Whether the recorder, the tracer provider, the propagator, the subscriber and the set of tasks become the global
    /// ones, for metrics, spans and lines of the service's own; on by default. The layers go by what they were given. With
    /// `false` there are no lines: they go to the subscriber that the service installs.
    pub fn install_globals(mut self, install: bool) -> Self {
        self.installs_globals = install;
        self
    }

    /// Starts it: a thread, the exporters, the server of the page.
    ///
    /// It needs no runtime, and it may be called within one.
    ///
    /// # Errors
    ///
    /// [`StartError`] says what of the configuration was refused. What breaks later, or outside, is no error: a port that
    /// is taken, a collector that is absent, a file that cannot be written.
    pub fn start(self) -> Result<Telemetry, StartError> {
        start::start(self)
    }
}

impl Default for TelemetryBuilder {
    fn default() -> Self {
        Self {
            config: Config::default(),
            attributes: Vec::new(),
            last_event: None,
            installs_globals: true,
            processors: Vec::new(),
            said: Said::default(),
        }
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            config,
            attributes,
            last_event,
            installs_globals,
            processors,
            said: _,
        } = self;
        f.debug_struct("TelemetryBuilder")
            .field("config", config)
            .field("attributes", attributes)
            .field("last_event", last_event)
            .field("installs_globals", installs_globals)
            .field("processors", &processors.len())
            .finish_non_exhaustive()
    }
}
