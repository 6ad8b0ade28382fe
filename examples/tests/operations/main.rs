//! The service as it is operated: on a real Prometheus and a real Alertmanager, with the rules and the dashboards of
//! `ops/`, with collectors that fail.
#![cfg(unix)]
#![allow(
    clippy::print_stdout,
    reason = "what was measured is told with `--nocapture`"
)]

mod alerts;
mod boards;
mod names;
mod outage;
mod rig;
mod rules;
mod zipkin;
