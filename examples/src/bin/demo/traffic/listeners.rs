//! Clients of event streams: pages that keep one open, and some that are slow to read.

use std::{net::SocketAddr, time::Duration};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{sleep, timeout};

use crate::{
    Error,
    connection::{Connection, Protocol},
    faults::Fault,
    scenes::{Scene, get},
};

const FEED: Scene = get("/feed/news", "/feed/{topic}");
const BLAST: Scene = get("/blast", "/blast");

/// The pause before a client comes back.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a client stays while clients leave.
const SHORT: Duration = Duration::from_millis(200);
/// How long a slow client does nothing between two pieces: longer than what counts as backpressure.
const SLOW: Duration = Duration::from_millis(250);
/// After how many pieces a slow client comes anew.
const PIECES: usize = 40;

/// Keeps a stream open, and comes back when it ends.
pub(crate) async fn listen(address: SocketAddr, protocol: Protocol) {
    loop {
        if let Ok((_open, mut body)) = open(address, protocol, &FEED).await {
            let read = async { while let Some(Ok(_)) = body.frame().await {} };
            tokio::select! {
                () = read => {}
                () = leave() => {}
            }
        }
        sleep(PAUSE).await;
    }
}

/// Reads what comes fast, slowly: one client does at any time, so that its figures are there.
pub(crate) async fn read_slowly(address: SocketAddr) {
    loop {
        if let Ok((_open, mut body)) = open(address, Protocol::Http1, &BLAST).await {
            for _ in 0..PIECES {
                sleep(SLOW).await;
                if body.frame().await.is_none() {
                    break;
                }
            }
        }
        sleep(PAUSE).await;
    }
}

/// Opens a stream that comes fast and reads none of it, while consumers are to be slow.
pub(crate) async fn stop_reading(address: SocketAddr) {
    loop {
        Fault::SlowConsumers.is_switched(true).await;
        if let Ok(_open) = open(address, Protocol::Http1, &BLAST).await {
            Fault::SlowConsumers.is_switched(false).await;
        }
        sleep(PAUSE).await;
    }
}

/// A stream, and the connection that it is read from.
async fn open(
    address: SocketAddr,
    protocol: Protocol,
    scene: &Scene,
) -> Result<(Connection, Incoming), Error> {
    let mut connection = Connection::open(address, protocol).await?;
    let request = connection.request(scene, 0, None)?;
    let response = timeout(Duration::from_secs(10), connection.send(request)).await??;
    Ok((connection, response.into_body()))
}

/// When it is time to leave, if ever.
async fn leave() {
    Fault::Disconnects.is_switched(true).await;
    sleep(SHORT).await;
}
