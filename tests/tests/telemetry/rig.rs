//! A service with everything that telemetry has, on a real port.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::Path,
    response::{Sse, sse::Event},
    routing::get,
};
use bartizan_telemetry::{Config, Telemetry};
use bartizan_tests::{
    Protocol,
    client::{Answer, Client, get as get_of},
    scrape::Scrape,
    wait::PATIENCE,
};
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    net::TcpListener,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// A service that is served until the drain fires.
pub(crate) struct Rig {
    pub(crate) telemetry: Telemetry,
    pub(crate) address: SocketAddr,
    served: JoinHandle<()>,
}

/// A telemetry that keeps to itself what is global: tests have one each.
pub(crate) fn telemetry(text: &str) -> Telemetry {
    let config = Config::from_yaml(text).expect("a configuration");
    let builder = Telemetry::builder().config(config).install_globals(false);
    builder.start().expect("a telemetry")
}

/// As that, of a configuration whose page is on a port of its own.
pub(crate) fn listening(text: &str) -> Telemetry {
    telemetry(&format!(
        "metrics: {{ listen: '127.0.0.1:0' }}\nscan: {{ interval: 50ms }}\n{text}"
    ))
}

pub(crate) fn page_of(telemetry: &Telemetry) -> SocketAddr {
    telemetry.metrics_address().expect("it listens")
}

pub(crate) async fn fetch(address: SocketAddr, path: &str) -> Answer {
    let mut client = Client::connect(address, Protocol::Http1).await;
    let answer = timeout(PATIENCE, client.fetch(get_of(path))).await;
    answer.expect("in time").expect("an answer")
}

pub(crate) async fn scrape(address: SocketAddr) -> Scrape {
    let Answer { head, body, .. } = fetch(address, "/metrics").await;
    assert_eq!(head.status, 200);
    let text = std::str::from_utf8(&body).expect("a page is text");
    Scrape::parse(text).expect("a page that Prometheus reads")
}

/// Scrapes until there is an answer.
pub(crate) async fn until<T>(address: SocketAddr, ask: impl Fn(&Scrape) -> Option<T>) -> T {
    let asking = async {
        loop {
            let scrape = scrape(address).await;
            if let Some(answer) = ask(&scrape) {
                return answer;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, asking).await.expect("it comes")
}

// === impl Rig ===

impl Rig {
    pub(crate) async fn start(telemetry: Telemetry) -> Self {
        let app = Router::new()
            .route("/users/{id}", get(async |Path(id): Path<String>| id))
            .route("/panics", get(panics))
            .route("/events", get(async || Sse::new(events())))
            .layer(telemetry.drain_layer())
            .layer(telemetry.layers());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = telemetry.connections();
        let served = axum::serve(connections.listener(listener), connections.make(app))
            .with_graceful_shutdown(telemetry.drain().fired());
        let served = tokio::spawn(async move { served.await.expect("it serves") });
        Self {
            telemetry,
            address,
            served,
        }
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.address, Protocol::Http1).await
    }

    /// Waits until the service has ended, which the drain began.
    pub(crate) async fn ended(self) -> Telemetry {
        let served = timeout(PATIENCE, self.served).await;
        served.expect("it ends").expect("it does not panic");
        self.telemetry
    }
}

async fn panics() {
    panic!("of a test")
}

/// Two events, and then none.
fn events() -> impl Stream<Item = Result<Event, Infallible>> {
    let events = stream::iter(["one", "two"]).map(|data| Ok(Event::default().data(data)));
    events.chain(stream::pending())
}
