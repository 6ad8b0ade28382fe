//! The connections of the metrics server, which are few, and give way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// The connections that are open: at most [`MOST`], of which the one that has been silent for longest gives way to a new
/// one. So those who open many, and say nothing or read nothing, are in nobody's way.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Arc<Connection>>,
}

#[derive(Debug)]
struct Connection {
    spoke: Mutex<Spoke>,
    displaced: Notify,
}

#[derive(Clone, Copy, Debug)]
struct Spoke {
    /// When it was opened, or its last request came.
    at: Instant,
    has_asked: bool,
}

/// A connection's place, which it leaves when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: Connections,
    number: u64,
    connection: Arc<Connection>,
}

/// Notes that a connection asks for something.
#[derive(Clone, Debug)]
pub(super) struct Asks(Arc<Connection>);

pub(super) const MOST: usize = 64;
/// How long a connection may be silent before it asks for something, and so how long a request's head may take.
const FIRST: Duration = Duration::from_secs(10);
/// How long it may be silent afterwards: longer than most are scraped apart. It is the time to read an answer, too.
const LATER: Duration = Duration::from_secs(90);

// === impl Connections ===

impl Connections {
    /// A place for a new connection.
    pub(super) fn enter(&self) -> Place {
        let connection = Arc::new(Connection {
            spoke: Mutex::new(Spoke {
                at: Instant::now(),
                has_asked: false,
            }),
            displaced: Notify::new(),
        });
        let mut open = self.open();
        if open.connections.len() >= MOST {
            let silent = open.connections.iter();
            let silent = silent.min_by_key(|(_, connection)| connection.spoke().at);
            if let Some(number) = silent.map(|(number, _)| *number)
                && let Some(displaced) = open.connections.remove(&number)
            {
                displaced.displaced.notify_one();
            }
        }
        let number = open.next;
        open.next += 1;
        open.connections.insert(number, Arc::clone(&connection));
        drop(open);
        Place {
            connections: self.clone(),
            number,
            connection,
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Connection ===

impl Connection {
    fn spoke(&self) -> MutexGuard<'_, Spoke> {
        self.spoke.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Place ===

impl Place {
    pub(super) fn asks(&self) -> Asks {
        Asks(Arc::clone(&self.connection))
    }

    /// Resolves when the connection has to end.
    pub(super) async fn over(&self) {
        let silent = async {
            loop {
                let Spoke { at, has_asked } = *self.connection.spoke();
                let end = at + if has_asked { LATER } else { FIRST };
                if end <= Instant::now() {
                    return;
                }
                sleep_until(end).await;
            }
        };
        tokio::select! {
            () = silent => {}
            () = self.connection.displaced.notified() => {}
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().connections.remove(&self.number);
    }
}

// === impl Asks ===

impl Asks {
    pub(super) fn note(&self) {
        *self.0.spoke() = Spoke {
            at: Instant::now(),
            has_asked: true,
        };
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_one_that_is_silent_for_longest_gives_way() {
        let connections = Connections::default();
        let mut places = Vec::new();
        for _ in 0..MOST {
            places.push(connections.enter());
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        places[0].asks().note();
        let newest = connections.enter();
        let given_way: Vec<usize> = (0..MOST)
            .filter(|&index| places[index].over().now_or_never().is_some())
            .collect();
        assert_eq!(given_way, [1]);
        assert!(newest.over().now_or_never().is_none());
        drop(places);
        assert_eq!(connections.open().connections.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_silent_ends() {
        let connections = Connections::default();
        let started = Instant::now();
        let place = connections.enter();
        place.over().await;
        assert_eq!(started.elapsed().as_secs(), FIRST.as_secs());
        let place = connections.enter();
        tokio::time::advance(FIRST / 2).await;
        place.asks().note();
        let asked = Instant::now();
        place.over().await;
        assert_eq!(asked.elapsed().as_secs(), LATER.as_secs());
    }
}
