//! What makes lines of `tracing`'s events.

use std::io::{IsTerminal, stderr, stdout};

use tracing::{Dispatch, Subscriber};
use tracing_subscriber::{
    Layer, Registry,
    filter::Targets,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
};

use crate::{
    config::{LogFormat, LogOutput, Logging},
    health::TARGET,
};

/// A subscriber that writes what `targets` lets pass to `writer`.
pub(crate) fn subscriber<W>(
    config: &Logging,
    targets: Targets,
    writer: W,
) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let is_terminal = match config.output {
        LogOutput::Stdout => stdout().is_terminal(),
        LogOutput::Stderr => stderr().is_terminal(),
        LogOutput::File => false,
    };
    let lines = fmt::layer()
        // What cannot be written is told by its metric.
        .log_internal_errors(false)
        .with_ansi(is_terminal)
        .with_writer(writer);
    let lines = match config.format {
        // The span is the one that an event is in; a list of all those around it is most of a line.
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
        LogFormat::Pretty => lines.boxed(),
    };
    Registry::default().with(targets).with(lines)
}

/// What tells on standard error that lines cannot be written elsewhere.
pub(crate) fn aside() -> Dispatch {
    let targets = Targets::new().with_target(TARGET, tracing::Level::INFO);
    let config = Logging {
        output: LogOutput::Stderr,
        ..Logging::default()
    };
    Dispatch::new(subscriber(&config, targets, stderr))
}
