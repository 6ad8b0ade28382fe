//! Statuses, deadlines and messages, as they are written on the wire.

#[cfg(any(feature = "grpc", feature = "log", feature = "trace"))]
pub(crate) mod cases;
#[cfg(any(feature = "grpc", feature = "log", feature = "trace"))]
pub(crate) mod kit;
mod messages;
mod status;
mod timeout;
