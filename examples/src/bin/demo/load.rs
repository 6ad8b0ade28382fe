//! Real traffic over the loopback, bounded in time and in number.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    Error,
    client::Client,
    connection::Protocol,
    ledger::Ledger,
    progress,
    scenes::{METRICS, SCENES},
    scrape::{self, Family},
    summary,
};

/// Clients for each version of HTTP.
const CLIENTS: usize = 6;
/// What all the clients together send at most.
const MAX_REQUESTS: u64 = 500_000;
/// The pause of a client between two requests.
const PAUSE: Duration = Duration::from_millis(2);
/// How long the server may take to record the last exchanges.
const SETTLING: Duration = Duration::from_secs(5);

/// Plays the load, prints the summary, and tells whether clients and metrics agree.
pub(crate) async fn run(address: SocketAddr, length: Duration) -> Result<bool, Error> {
    let ledger = Arc::new(Ledger::default());
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
        let client = Client::new(address, protocol, ledger.clone());
        clients.spawn(play(client, first, started + length, ledger.clone()));
    }
    progress::show(started, length, &ledger, async {
        while let Some(ended) = clients.join_next().await {
            ended?;
        }
        Ok::<_, Error>(())
    })
    .await?;
    let client = Client::new(address, Protocol::Http1, ledger.clone());
    let families = settled(client, &ledger).await?;
    // The scrape that brought these figures is not yet among them.
    Ok(summary::print(&families, &ledger))
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

/// The metrics once nothing but their own scrape is active, or after a while.
async fn settled(mut client: Client, ledger: &Ledger) -> Result<Vec<Family>, Error> {
    let deadline = Instant::now() + SETTLING;
    loop {
        let families = scrape::parse(&client.scrape().await?)?;
        let active = scrape::sum(&families, summary::ACTIVE);
        if active <= 1.0 || Instant::now() >= deadline {
            return Ok(families);
        }
        ledger.record(&METRICS, Some(200));
        sleep(Duration::from_millis(50)).await;
    }
}
