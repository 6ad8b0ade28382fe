//! Real servers on real sockets.

use std::{net::SocketAddr, pin::Pin};

use axum::Router;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};
use tonic::{
    body::Body as TonicBody,
    service::Routes,
    transport::{self, server::TcpIncoming},
};
use tower_layer::Layer;
use tower_service::Service;

use crate::{BoxError, wait::PATIENCE};

/// A server that stops when it is told to, and not before its connections are done.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Resolves when the server shall stop.
pub type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

// === impl Server ===

impl Server {
    /// Starts a server that is any future with a listener and a word to stop.
    ///
    /// # Panics
    ///
    /// If there is no port.
    pub async fn start<F, T>(serve: impl FnOnce(TcpListener, Stop) -> F) -> Self
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, mut stopped) = watch::channel(false);
        let stopped = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let served = serve(listener, Box::pin(stopped));
        Self {
            address,
            stop,
            task: tokio::spawn(served.map(drop)),
        }
    }

    /// Plain hyper, HTTP/1 and HTTP/2 on one port.
    pub async fn hyper<S, B>(service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError> + Send,
        B: http_body::Body<Error: Into<BoxError>, Data: Send> + Send + 'static,
    {
        Self::start(move |listener, stop| hyper(listener, stop, service)).await
    }

    /// `axum::serve`.
    pub async fn axum(router: Router) -> Self {
        Self::start(move |listener, stop| {
            axum::serve(listener, router)
                .with_graceful_shutdown(stop)
                .into_future()
        })
        .await
    }

    /// tonic's transport.
    pub async fn tonic<L, B>(router: transport::server::Router<L>) -> Self
    where
        L: Layer<Routes> + Send + 'static,
        L::Service: Service<Request<TonicBody>, Response = Response<B>> + Clone + Send + 'static,
        <L::Service as Service<Request<TonicBody>>>::Future: Send,
        <L::Service as Service<Request<TonicBody>>>::Error: Into<BoxError> + Send,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        Self::start(move |listener, stop| {
            router.serve_with_incoming_shutdown(TcpIncoming::from(listener), stop)
        })
        .await
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it, and waits until all its connections are done.
    ///
    /// # Panics
    ///
    /// If one of them never is, or if the server itself panicked.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let stopped = timeout(PATIENCE, self.task).await;
        stopped
            .expect("connections that end")
            .expect("a server that does not panic");
    }
}

async fn hyper<S, B>(listener: TcpListener, mut stop: Stop, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError> + Send,
    B: http_body::Body<Error: Into<BoxError>, Data: Send> + Send + 'static,
{
    let (stopping, _) = watch::channel(false);
    let mut connections = JoinSet::new();
    loop {
        let io = tokio::select! {
            accepted = listener.accept() => TokioIo::new(accepted.expect("a connection").0),
            () = &mut stop => break,
        };
        let service = TowerToHyperService::new(service.clone());
        let mut stopping = stopping.subscribe();
        connections.spawn(async move {
            let builder = auto::Builder::new(TokioExecutor::new());
            let mut connection =
                std::pin::pin!(builder.serve_connection_with_upgrades(io, service));
            tokio::select! {
                _ = &mut connection => return,
                _ = stopping.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        });
    }
    let _ = stopping.send(true);
    // A connection whose service panicked is done too.
    while connections.join_next().await.is_some() {}
}
