//! The smallest axum service with streams of events whose metrics can be trusted:
//! `sse [--listen] [ADDR:PORT]`, by default 127.0.0.1:3006.
//!
//! Try `curl localhost:3006/countdown/3`, then `curl localhost:3006/metrics`; or press Ctrl-C while
//! `curl localhost:3006/countdown/100` runs.
#![allow(clippy::print_stdout, reason = "it tells where it listens")]

use std::{convert::Infallible, error::Error, time::Duration};

use axum::{
    Router,
    extract::Path,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use bartizan::{
    catalog,
    conn::{Connections, Drain},
    meter::Naming,
    sse::{self, DrainLayer, SseLayer},
};
use futures_util::{Stream, StreamExt, stream};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, time::interval};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--listen");
    let address = args.next().unwrap_or_else(|| "127.0.0.1:3006".into());
    let metrics = exporter()?;

    // A stream that ends without its end marker is `incomplete`, and the server's fault.
    let sse = sse::Sse::builder().end_data("[DONE]").build()?;
    // Fired, it ends the streams that are open: a graceful shutdown would wait for them for ever.
    let drain = Drain::new();
    let drained = DrainLayer::new(&drain).last_event("event: shutdown\ndata: come back\n\n")?;
    // Connections know whether a client left, or a proxy, or the server itself.
    let connections = Connections::builder().drain(drain.clone()).build();

    let app = Router::new()
        .route("/countdown/{seconds}", get(countdown))
        .route("/metrics", get(async move || metrics.render()))
        .layer(drained)
        // The last one, so that it is the outermost layer.
        .layer(SseLayer::new(sse.clone()));

    // What does not happen calls no one: streams that do not get on are looked for.
    every(Duration::from_secs(5), move || {
        sse.scan();
    });
    let fired = drain.fired();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            drain.fire();
        }
    });

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(connections.listener(listener), connections.make(app))
        .with_graceful_shutdown(fired)
        .await?;
    Ok(())
}

/// An event a second, and then the end marker.
async fn countdown(Path(seconds): Path<u32>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let ticks = stream::iter((1..=seconds).rev()).then(|left| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Event::default().event("tick").data(left.to_string())
    });
    let done = stream::iter([Event::default().data("[DONE]")]);
    // A comment now and then, also for the proxies in between, which give silent streams up.
    Sse::new(ticks.chain(done).map(Ok)).keep_alive(KeepAlive::default())
}

/// A Prometheus recorder with the buckets of bartizan's catalogue.
fn exporter() -> Result<PrometheusHandle, Box<dyn Error>> {
    let mut builder = PrometheusBuilder::new();
    for (name, edges) in catalog::buckets(&Naming::prometheus()) {
        builder = builder.set_buckets_for_metric(Matcher::Full(name), edges)?;
    }
    let handle = builder.install_recorder()?;
    let upkeep = handle.clone();
    // Without it, the samples of histograms pile up between two scrapes.
    every(Duration::from_secs(5), move || upkeep.run_upkeep());
    Ok(handle)
}

fn every(period: Duration, work: impl Fn() + Send + 'static) {
    tokio::spawn(async move {
        let mut ticks = interval(period);
        loop {
            ticks.tick().await;
            work();
        }
    });
}
