//! Serves the page on a port of its own, from our thread.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::{Arc, Mutex, PoisonError, mpsc as std_mpsc},
    time::Duration,
};

use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep},
};
use tower_service::Service as _;

use super::{MetricsService, connections::Connections, page::Page};
use crate::{
    health::Health,
    runtime::{Runtime, Task},
};

/// The server of `metrics.listen`. It is there until it is closed or dropped.
#[derive(Debug)]
pub(crate) struct Server {
    bound: Bound,
    closing: watch::Sender<bool>,
    /// Hears that the last connection is gone: nothing is ever sent.
    closed: Mutex<std_mpsc::Receiver<()>>,
    _task: Task,
}

/// The address, while there is one.
type Bound = Arc<Mutex<Option<SocketAddr>>>;

/// What each connection has.
#[derive(Clone)]
struct Shared {
    page: Page,
    connections: Connections,
    closing: watch::Receiver<bool>,
    /// Dropped with the last connection.
    _open: std_mpsc::Sender<()>,
}

/// How long after a failure it is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// What a request's head may have: those of Prometheus have some hundreds of bytes.
const HEAD: usize = 16 * 1024;

/// What a client of HTTP/2 may ask for at a time.
const STREAMS: u32 = 8;

// === impl Server ===

impl Server {
    /// Listens on `address`. If that fails, it says so, and tries again until it works: a rolling restart on one host has
    /// the port taken for a while.
    pub(crate) fn start(
        address: SocketAddr,
        page: &Page,
        health: Health,
        runtime: &Runtime,
    ) -> Self {
        // Here and not on the thread, so that the address is known from the start.
        let listener = listen(address, runtime);
        let bound = Bound::default();
        let (closing, close) = watch::channel(false);
        let (open, closed) = std_mpsc::channel();
        let shared = Shared {
            page: page.clone(),
            connections: Connections::default(),
            closing: close,
            _open: open,
        };
        match &listener {
            Ok(listener) => set(&bound, listener.local_addr().ok()),
            Err(error) => health.failed(&format_args!("{address}: {error}")),
        }
        let task = runtime.spawn(run(address, listener.ok(), bound.clone(), health, shared));
        Self {
            bound,
            closing,
            closed: Mutex::new(closed),
            _task: task,
        }
    }

    /// Where it listens; `None` while it does not.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        *self.bound.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes no more connections, lets those that are open finish their answers, and waits for that.
    pub(crate) fn close(&self, deadline: Instant) {
        self.closing.send_replace(true);
        let left = deadline.saturating_duration_since(Instant::now());
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = closed.recv_timeout(left);
    }
}

fn listen(address: SocketAddr, runtime: &Runtime) -> io::Result<TcpListener> {
    let listener = StdListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let _entered = runtime.handle().enter();
    TcpListener::from_std(listener)
}

fn set(bound: &Bound, address: Option<SocketAddr>) {
    *bound.lock().unwrap_or_else(PoisonError::into_inner) = address;
}

/// Accepts until it is closed.
async fn run(
    address: SocketAddr,
    mut listener: Option<TcpListener>,
    bound: Bound,
    health: Health,
    shared: Shared,
) {
    let mut closing = shared.closing.clone();
    let accepting = async {
        loop {
            let Some(listening) = &listener else {
                sleep(AGAIN).await;
                match TcpListener::bind(address).await {
                    Ok(again) => {
                        set(&bound, again.local_addr().ok());
                        health.sent();
                        listener = Some(again);
                    }
                    Err(error) => health.failed(&format_args!("{address}: {error}")),
                }
                continue;
            };
            match listening.accept().await {
                Ok((stream, _)) => {
                    health.sent();
                    drop(tokio::spawn(serve(stream, shared.clone())));
                }
                // The peer's fault, and gone with it.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // No file left, say.
                Err(error) => {
                    health.failed(&format_args!("{address}: {error}"));
                    sleep(AGAIN).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        _ = closing.wait_for(|closing| *closing) => {}
    }
    // Before `shared`: who closed is told that all is gone, the port too.
    drop(listener);
    set(&bound, None);
}

/// Serves one connection.
async fn serve(stream: TcpStream, shared: Shared) {
    let Shared {
        page,
        connections,
        mut closing,
        _open,
    } = shared;
    let place = connections.enter();
    let asks = place.asks();
    let service = service_fn(move |request: Request<Incoming>| {
        asks.note();
        MetricsService::of_server(&page).call(request)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).max_buf_size(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEAD as u32)
        .max_concurrent_streams(STREAMS);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = &mut connection => return,
        () = place.over() => return,
        _ = closing.wait_for(|closing| *closing) => connection.as_mut().graceful_shutdown(),
    }
    // Whoever closed waits for a time and then for no more.
    tokio::select! {
        _ = connection => {}
        () = place.over() => {}
    }
}
