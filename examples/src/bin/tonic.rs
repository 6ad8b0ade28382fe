//! The smallest tonic service with metrics: `tonic [--listen] [ADDR:PORT [METRICS-ADDR:PORT]]`, by
//! default 127.0.0.1:3003 and 127.0.0.1:3004. The service is gRPC's own health check.
//!
//! Try `printf '\0\0\0\0\0' | curl --http2-prior-knowledge -H 'content-type: application/grpc'
//! --data-binary @- -o- localhost:3003/grpc.health.v1.Health/Check`, then read the metrics.
#![allow(clippy::print_stdout, reason = "it tells where it listens")]

use std::{error::Error, time::Duration};

use axum::{Router, routing::get};
use bartizan::{
    catalog, grpc::Grpc, http::HttpMetrics, meter::Naming, observe::ObserveLayer,
    route::RouteSources,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, time::interval};
use tonic::transport::{Server, server::TcpIncoming};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--listen");
    let address = args.next().unwrap_or_else(|| "127.0.0.1:3003".into());

    let metrics = exporter()?;
    // The path is the client's text: it becomes a label once the server has proved to know it.
    let layer = ObserveLayer::new(Grpc::new())
        .with(HttpMetrics::new())
        .routes(RouteSources::new().grpc())
        .count_request_bodies_in_place(); // for the messages that are received
    let (_reporter, health) = tonic_health::server::health_reporter();

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);

    let exposition = args.next().unwrap_or_else(|| "127.0.0.1:3004".into());
    let exposition = TcpListener::bind(exposition).await?;
    println!("metrics at http://{}/metrics", exposition.local_addr()?);
    let page = Router::new().route("/metrics", get(async move || metrics.render()));
    tokio::spawn(axum::serve(exposition, page).into_future());

    // The first layer is the outermost one.
    let server = Server::builder().layer(layer).add_service(health);
    server
        .serve_with_incoming(TcpIncoming::from(listener))
        .await?;
    Ok(())
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
        let mut ticks = interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}
