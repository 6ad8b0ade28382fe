//! The stream metrics, sample by sample; the drain and the probe.

mod builder;
#[cfg(feature = "conn")]
mod connections;
#[cfg(feature = "conn")]
mod drain;
mod figures;
mod formats;
mod handles;
mod markers;
mod panics;
mod probe;
mod recorder;
mod recorders;
mod registry;
mod scan;
mod support;
#[cfg(feature = "conn")]
mod threads;
mod types;
mod zeros;
