//! Calls on the engine's rig: the ending matrix, methods, messages, and what other observers leave.

mod ending;
mod http;
mod messages;
mod methods;
pub(crate) mod support;
