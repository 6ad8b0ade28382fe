//! From the `metrics` facade to OpenTelemetry's metrics.
//!
//! What the catalogue has keeps its kind, its unit, and its attributes' names and types: an up-down counter is one, and a
//! status is a number. What others record is what the facade says of it.
//!
//! | the facade's | is | and a record costs |
//! |---|---|---|
//! | counter | an observable counter, of `u64` | one atomic operation: 18 instructions |
//! | gauge | an observable gauge of `f64`; of the catalogue's up-down counters an observable one, of `i64` | one atomic operation, tried again if another thread was faster: 13 |
//! | histogram | a histogram of `f64`, bound to its attributes | a search for the bucket, and a lock that only threads on the same series share: 151 with 14 edges; by its attributes, unbound, it would be 1,943 |
//!
//! Values are the facade's own cells, which the SDK reads when it collects. So `absolute` and `set` mean what they mean to
//! the facade, series show from the moment that they are registered, counters and histograms at 0 (a histogram without attributes from its first
//! value: the SDK has it so), and no record looks a series up or allocates.
//!
//! Each metric keeps as many series as OpenTelemetry has by default, 2,000, or the configured `label_sets` where that is more.
//! The last one is what all that come later share, with the attribute `otel.metric.overflow`. It is this bridge that folds: the
//! SDK would show of an observable counter that overflows only what it read last.

mod catalogued;
mod family;
mod name;
mod recorder;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use self::recorder::OtlpRecorder;

use bartizan::meter::{Naming, NamingError};
use opentelemetry_sdk::metrics::{Instrument, MeterProviderBuilder, Stream};

use crate::config::{MetricNames, Metrics};

/// OpenTelemetry's limit, with the series that the rest shares.
const SERIES: usize = 2_000;

/// How the configuration names metrics.
pub(crate) fn naming(config: &Metrics) -> Result<Naming, NamingError> {
    let naming = match config.names {
        MetricNames::Prometheus => Naming::prometheus(),
        MetricNames::OpenTelemetry => Naming::opentelemetry(),
    };
    match &config.prefix {
        Some(prefix) => naming.prefixed(prefix),
        None => Ok(naming),
    }
}

/// A provider that folds no earlier than this bridge.
pub(crate) fn limited(builder: MeterProviderBuilder, config: &Metrics) -> MeterProviderBuilder {
    let limit = series(config);
    if limit == SERIES {
        return builder;
    }
    builder.with_view(move |_: &Instrument| {
        Stream::builder().with_cardinality_limit(limit).build().ok()
    })
}

/// How many series a metric has at most: those of its meter's label sets, the one that the meter folds into, and ours.
fn series(config: &Metrics) -> usize {
    SERIES.max(config.label_sets.saturating_add(2))
}
