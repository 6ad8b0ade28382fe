//! Jobs: each way to end, each place to be told of it.

mod classes;
mod ending;
mod hostile;
mod lines;
mod names;
mod runtime;
mod scan;
mod spans;
mod stages;
mod support;
