//! A service with `Telemetry`, from the text of its configuration to what Prometheus reads.
#![cfg(target_os = "linux")]

mod collector;
mod ends;
mod hostile;
mod page;
mod port;
mod rig;
mod service;
mod several;
