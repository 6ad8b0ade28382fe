//! The log as a subscriber sees it.

mod calls;
mod canary;
mod ending;
mod forged;
mod options;
mod sampling;
mod streams;
mod subscribers;
pub(crate) mod support;
#[cfg(feature = "trace")]
mod traces;
