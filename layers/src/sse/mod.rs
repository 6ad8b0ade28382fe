//! Event streams.

mod builder;
mod cell;
#[cfg(feature = "conn")]
mod drain;
mod events;
mod inner;
mod keys;
mod observer;
mod options;
mod probe;
mod route;
mod stalls;
mod state;
#[cfg(test)]
mod tests;
mod types;
#[cfg(feature = "conn")]
mod undelivered;

#[cfg(feature = "conn")]
pub use self::drain::{DrainBody, DrainFuture, DrainLayer, DrainService, LastEventError};
pub use self::{
    builder::{SseBuilder, SseError},
    observer::{Sse, SseLayer, SseState},
    probe::{SseProbe, SseProbeBody, SseProbeFuture, SseProbeLayer},
    stalls::{Cause, Scan, StallThresholds},
};
