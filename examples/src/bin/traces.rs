//! The smallest axum service with a span of each request that goes to a collector, and a line in JSON that
//! names it; `axum` shows where the metrics of the same layer go. `traces [--listen] [ADDR:PORT]`, by default 127.0.0.1:3007.
//!
//! Spans go over OTLP to <http://localhost:4317>, or to where `OTEL_EXPORTER_OTLP_ENDPOINT` says. Without a
//! collector they are lost, and nothing else is.
//!
//! Try `curl localhost:3007/users/7`, and look at its line on standard error.
#![allow(clippy::print_stdout, reason = "it tells where it listens")]

use std::error::Error;

use axum::{Router, extract::Path, routing::get};
use opentelemetry::global;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::net::TcpListener;
use tracing_subscriber::{filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--listen");
    let address = args.next().unwrap_or_else(|| "127.0.0.1:3007".into());

    let lines = fmt::layer().json().with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(lines)
        .with(LevelFilter::INFO)
        .try_init()?;
    let spans = provider()?;
    global::set_tracer_provider(spans.clone());

    let app = Router::new()
        .route("/users/{id}", get(user))
        // The line that this is about. It is the last one, so that it is the outermost layer.
        .layer(bartizan::layer());

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, app)
        .with_graceful_shutdown(interrupted)
        .await?;
    // What a batch still holds is sent now.
    tokio::task::spawn_blocking(move || spans.shutdown()).await??;
    Ok(())
}

/// A provider that sends its spans in batches: no request waits for the collector.
fn provider() -> Result<SdkTracerProvider, Box<dyn Error>> {
    let exporter = SpanExporter::builder().with_tonic().build()?;
    let service = Resource::builder().with_service_name("traces").build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(service)
        .build())
}

async fn user(Path(id): Path<String>) -> String {
    tracing::info!("asked for a user");
    format!("user {id}\n")
}
