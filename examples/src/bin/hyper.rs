//! The smallest plain hyper service with metrics: `hyper [--listen] [ADDR:PORT]`, by default
//! 127.0.0.1:3002. No router tells the route here, so the layer has a table of templates.
//!
//! Try `curl localhost:3002/users/7`, then `curl localhost:3002/metrics`.
#![allow(clippy::print_stdout, reason = "it tells where it listens")]

use std::{error::Error, time::Duration};

use bartizan::{catalog, http::HttpMetricsLayer, meter::Naming, route::RouteSources};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, time::interval};
use tower::ServiceBuilder;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--listen");
    let address = args.next().unwrap_or_else(|| "127.0.0.1:3002".into());

    let metrics = exporter()?;
    // What no template matches is counted as `{unmatched}`, however many paths a scanner tries.
    let routes = RouteSources::new().table(["/users/{id}", "/metrics"])?;
    let service = ServiceBuilder::new()
        .layer(HttpMetricsLayer::default().routes(routes))
        .service_fn(move |request| answer(request, metrics.clone()));

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            // Clients that break their connection are no concern of this program.
            let _ = server.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    metrics: PrometheusHandle,
) -> http::Result<Response<String>> {
    let response = Response::builder().header("content-type", "text/plain; charset=utf-8");
    let path: Vec<&str> = request.uri().path().split('/').collect();
    match (request.method().as_str(), path.as_slice()) {
        ("GET", ["", "metrics"]) => response.body(metrics.render()),
        ("GET", ["", "users", id]) => response.body(format!("user {id}\n")),
        _ => response.status(StatusCode::NOT_FOUND).body(String::new()),
    }
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
