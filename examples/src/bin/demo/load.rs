//! Real traffic over the loopback, bounded in time and in number.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use bartizan_telemetry::Telemetry;
use http::Request;
use http_body_util::BodyExt;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tower::ServiceExt;

use crate::{
    Error,
    client::Client,
    connection::Protocol,
    jobs::{self, Jobs},
    ledger::Ledger,
    programme::{SCENES, STAY},
    progress,
    scrape::{self, Family},
    streams, summary,
    traces::Traces,
};

/// Clients for each version of HTTP.
const CLIENTS: usize = 6;
/// What all the clients together send at most.
const MAX_REQUESTS: u64 = 500_000;
/// The pause of a client between two requests.
const PAUSE: Duration = Duration::from_millis(2);
/// Streams that are open when the server drains, for each version of HTTP.
const STAYING: usize = 3;
/// How long the server may take to record the last exchanges.
const SETTLING: Duration = Duration::from_secs(5);

/// Plays the load, prints the summary, and tells whether clients and metrics agree. The last act may be that
/// the server drains.
pub(crate) async fn run(
    address: SocketAddr,
    length: Duration,
    telemetry: &Telemetry,
    traces: &Traces,
    drains: bool,
) -> Result<bool, Error> {
    let ledger = Arc::new(Ledger::default());
    let jobs = Arc::new(Jobs::new(telemetry.tasks()));
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for client in 0..2 * CLIENTS {
        let protocol = if client % 2 == 0 {
            Protocol::Http1
        } else {
            Protocol::Http2
        };
        // Each begins elsewhere in the programme, so that a short load plays all of it.
        let first = client * SCENES.len() / (2 * CLIENTS);
        let client = Client::new(address, protocol, ledger.clone(), traces.clone());
        clients.spawn(play(client, first, started + length, ledger.clone()));
    }
    let worker = {
        let jobs = Arc::clone(&jobs);
        tokio::spawn(async move { jobs.play(started + length).await })
    };
    progress::show(started, length, &ledger, async {
        while let Some(ended) = clients.join_next().await {
            ended?;
        }
        Ok::<_, Error>(())
    })
    .await?;
    worker.await?;
    if drains {
        drain(address, &ledger, telemetry, traces).await?;
    }
    // The span of an exchange ends last.
    let families = until(telemetry, |families| {
        is_quiet(families) && traces.are_whole()
    })
    .await?;
    let counts_agree = summary::print(&families, &ledger);
    let jobs_agree = jobs.print(&families);
    Ok(traces.print() && counts_agree && jobs_agree)
}

async fn play(mut client: Client, first: usize, until: Instant, ledger: Arc<Ledger>) {
    for (number, scene) in (0..).zip(SCENES.iter().cycle().skip(first)) {
        if Instant::now() >= until || ledger.sent() >= MAX_REQUESTS {
            return;
        }
        client.play(scene, number).await;
        sleep(PAUSE).await;
    }
}

/// Opens streams, has the server drain once they are there, and reads them to their end.
async fn drain(
    address: SocketAddr,
    ledger: &Arc<Ledger>,
    telemetry: &Telemetry,
    traces: &Traces,
) -> Result<(), Error> {
    let mut streams = JoinSet::new();
    for protocol in [Protocol::Http1, Protocol::Http2] {
        for _ in 0..STAYING {
            let mut client = Client::new(address, protocol, ledger.clone(), traces.clone());
            streams.spawn(async move { client.play(&STAY, 0).await });
        }
    }
    let all = streams.len() as f64;
    until(telemetry, |families| {
        scrape::sum(families, streams::ACTIVE) >= all
    })
    .await?;
    telemetry.drain().fire();
    while let Some(ended) = streams.join_next().await {
        ended?;
    }
    Ok(())
}

/// The metrics once they are as they shall be, or after a while.
async fn until(
    telemetry: &Telemetry,
    is: impl Fn(&[Family]) -> bool,
) -> Result<Vec<Family>, Error> {
    let deadline = Instant::now() + SETTLING;
    loop {
        let families = scrape::parse(&page(telemetry).await?)?;
        if is(&families) || Instant::now() >= deadline {
            return Ok(families);
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// The page of metrics, past the server: nobody counts that it was asked for.
async fn page(telemetry: &Telemetry) -> Result<String, Error> {
    let request = Request::get("/metrics").body(Body::empty())?;
    let response = telemetry.metrics_service().oneshot(request).await?;
    let body = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8(body.to_vec())?)
}

/// Whether everything that was begun has ended.
fn is_quiet(families: &[Family]) -> bool {
    [summary::ACTIVE, summary::CONNECTIONS, jobs::ACTIVE]
        .iter()
        .all(|gauge| scrape::sum(families, gauge) == 0.0)
}
