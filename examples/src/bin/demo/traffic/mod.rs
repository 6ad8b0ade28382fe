//! Steady traffic, in which all is well until a fault is on: `demo --traffic`.

mod jobs;
mod listeners;
mod pages;
mod players;

use std::net::SocketAddr;

use bartizan::task::Tasks;
use tokio::task::JoinSet;

use crate::{Error, connection::Protocol};

/// Clients of the ordinary routes.
const PLAYERS: usize = 12;
/// Clients of event streams.
const LISTENERS: usize = 40;
/// Clients that stop to read, while consumers are to be slow.
const SLOW_CONSUMERS: usize = 8;

/// Plays traffic until the program ends.
pub(crate) async fn run(address: SocketAddr, tasks: Tasks) -> Result<(), Error> {
    let mut clients = JoinSet::new();
    for number in 0..PLAYERS {
        clients.spawn(players::play(address, protocol(number), number));
    }
    for number in 0..LISTENERS {
        clients.spawn(listeners::listen(address, protocol(number)));
    }
    for _ in 0..SLOW_CONSUMERS {
        clients.spawn(listeners::stop_reading(address));
    }
    clients.spawn(listeners::read_slowly(address));
    clients.spawn(pages::report(address));
    clients.spawn(jobs::work(tasks));
    while let Some(ended) = clients.join_next().await {
        ended?;
    }
    Ok(())
}

const fn protocol(number: usize) -> Protocol {
    if number.is_multiple_of(2) {
        Protocol::Http1
    } else {
        Protocol::Http2
    }
}
