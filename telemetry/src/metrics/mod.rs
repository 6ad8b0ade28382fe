//! Where the figures go: the recorder, the page for Prometheus, and who serves it.

mod connections;
mod fan_out;
mod page;
mod process;
mod recorder;
mod scrapes;
mod server;
mod service;
mod target;

pub use self::service::{MetricsFuture, MetricsService};
pub(crate) use self::{
    page::Page,
    recorder::{Recorder, scraped, upkeep},
    server::Server,
};
