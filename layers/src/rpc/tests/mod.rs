//! Statuses, deadlines and messages, as they are written on the wire.

mod messages;
mod status;
mod timeout;
