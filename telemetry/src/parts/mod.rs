//! What is made of a configuration: the layers, and what measures jobs, calls and pages.

mod builders;
mod observers;
mod routes;
mod services;
#[cfg(test)]
mod tests;

pub(crate) use self::builders::Builders;

use bartizan::{
    gen_ai::GenAi, meter::Meter, sse::Sse, stack::StackLayer, task::Tasks, vitals::WebVitals,
};
use opentelemetry::trace::{Tracer, TracerProvider};

use crate::config::{Config, ConfigError};

/// What is made of a configuration.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The layers, with routes, scheme, methods and the media types of streams.
    pub(crate) stack: StackLayer,
    /// What is in the stack for event streams, to be scanned.
    pub(crate) sse: Option<Sse>,
    pub(crate) tasks: Tasks,
    pub(crate) gen_ai: GenAi,
    pub(crate) vitals: WebVitals,
}

// === impl Parts ===

impl Parts {
    /// Makes them. Without a provider nothing makes spans; where metrics are off, HTTP requests and gRPC calls are not
    /// measured.
    ///
    /// # Errors
    ///
    /// All options that the builders refuse, with their paths.
    pub(crate) fn new<P>(
        config: &Config,
        meter: &Meter,
        provider: Option<&P>,
    ) -> Result<Self, ConfigError>
    where
        P: TracerProvider,
        P::Tracer: Tracer<Span: Send + Sync + 'static> + Send + Sync + 'static,
    {
        Builders::new(config, meter, provider).build()
    }
}
