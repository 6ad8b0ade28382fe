//! Lines of the log: a subscriber for `tracing`, and a thread that writes what it makes.

mod lines;
mod output;
mod subscriber;

pub(crate) use self::{
    lines::Lines,
    output::Output,
    subscriber::{aside, subscriber},
};

#[cfg(all(test, target_os = "linux"))]
mod tests;
