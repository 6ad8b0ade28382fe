//! The smallest axum service with metrics: `axum [--listen] [ADDR:PORT]`, by default 127.0.0.1:3001.
//!
//! Try `curl localhost:3001/users/7`, then `curl localhost:3001/metrics`.
#![allow(clippy::print_stdout, reason = "it tells where it listens")]

use std::{error::Error, time::Duration};

use axum::{Router, extract::Path, routing::get};
use bartizan::{catalog, http::HttpMetricsLayer, meter::Naming};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, time::interval};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--listen");
    let address = args.next().unwrap_or_else(|| "127.0.0.1:3001".into());

    let metrics = exporter()?;
    let app = Router::new()
        .route("/users/{id}", get(user))
        .route("/metrics", get(async move || metrics.render()))
        // The line that this is about. It is the last one, so that it is the outermost layer.
        .layer(HttpMetricsLayer::default());

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn user(Path(id): Path<String>) -> String {
    format!("user {id}\n")
}

/// A Prometheus recorder with the buckets of bartizan's catalogue.
fn exporter() -> Result<PrometheusHandle, Box<dyn Error>> {
    let mut builder = PrometheusBuilder::new();
    for (name, edges) in catalog::buckets(&Naming::prometheus()) {
        builder = builder.set_buckets_for_metric(Matcher::Full(name), edges)?;
    }
    let handle = builder.install_recorder()?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        // Without it, the samples of histograms pile up between two scrapes.
        let mut ticks = interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}
