//! The smallest axum service whose pages report their Web Vitals: `vitals [--listen] [ADDR:PORT] [FILE]`, by default
//! 127.0.0.1:3007. FILE is the script of the package, `node_modules/web-vitals/dist/web-vitals.js`, which is then served,
//! too; without it pages take it from a public mirror of npm.
//!
//! Open `localhost:3007/articles/7` in a browser, click, scroll and leave; then `curl localhost:3007/metrics`.
#![allow(clippy::print_stdout, reason = "it tells where it listens")]

use std::{error::Error, time::Duration};

use axum::{Router, http::header::CONTENT_TYPE, response::Html, routing::get};
use bartizan::{catalog, meter::Naming, vitals::WebVitals};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, time::interval};

const PAGE: &str = r#"<!doctype html>
<meta charset="utf-8">
<title>Web Vitals</title>
<script type="module">
  import * as webVitals from "@PACKAGE@";
  import { report } from "/api/metrics/web-vitals";
  report(webVitals);
</script>
<h1>An article</h1>
<button onclick="this.textContent = 'pressed'">press</button>
<p>Leave this page, then look at <a href="/metrics">the metrics</a>.
"#;
const MIRROR: &str = "https://unpkg.com/web-vitals@6?module";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--listen");
    let address = args.next().unwrap_or_else(|| "127.0.0.1:3007".into());
    let package = args.next().map(std::fs::read_to_string).transpose()?;

    let metrics = exporter()?;
    // Pages that are declared are labels, and no other.
    let vitals = WebVitals::builder()
        .pages(["/", "/articles/{id}"])
        .build()?;
    let from = package.as_ref().map_or(MIRROR, |_| "/web-vitals.js");
    let page = PAGE.replace("@PACKAGE@", from);
    let script = (
        [(CONTENT_TYPE, "text/javascript")],
        package.unwrap_or_default(),
    );
    let app = Router::new()
        .route("/", get(Html(page.clone())))
        .route("/articles/{id}", get(Html(page)))
        .route("/web-vitals.js", get(script))
        .route("/metrics", get(async move || metrics.render()))
        // The line that this is about: a GET is the script that reports, a POST is a report.
        .route_service("/api/metrics/web-vitals", vitals);

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
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
        // Without it, the samples of histograms pile up between two scrapes.
        let mut ticks = interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}
