//! What all lines of the log have in common: whether anyone wants them, their levels, the active span's ids, and
//! how the texts of others are made fit for them.

pub(crate) mod text;
mod trace;

pub(crate) use self::trace::{Hex, Trace, active_trace, within};

use tracing::level_filters::LevelFilter;

/// An event at a level that is known at run time: each level has an event of its own, for which whether
/// anyone wants it is known beforehand.
macro_rules! at {
    ($level:ident, $target:ident, $($rest:tt)+) => {
        match $level {
            Level::ERROR => tracing::event!(target: $target, Level::ERROR, $($rest)+),
            Level::WARN => tracing::event!(target: $target, Level::WARN, $($rest)+),
            _ => tracing::event!(target: $target, Level::INFO, $($rest)+),
        }
    };
}

macro_rules! wanted {
    ($level:ident, $target:ident) => {
        match $level {
            Level::ERROR => tracing::event_enabled!(target: $target, Level::ERROR),
            Level::WARN => tracing::event_enabled!(target: $target, Level::WARN),
            _ => tracing::event_enabled!(target: $target, Level::INFO),
        }
    };
}
pub(crate) use {at, wanted};

/// Whether no one wants any line, whatever its level.
#[inline(always)]
pub(crate) fn is_off() -> bool {
    LevelFilter::ERROR > tracing::level_filters::STATIC_MAX_LEVEL
        || LevelFilter::ERROR > LevelFilter::current()
}
