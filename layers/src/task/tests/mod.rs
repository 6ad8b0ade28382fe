//! Jobs: each way to end, each place to be told of it.

mod classes;
mod ending;
mod lines;
mod names;
mod runtime;
mod scan;
mod spans;
mod stages;
mod support;
