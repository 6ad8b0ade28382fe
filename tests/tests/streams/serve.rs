//! The servers: hyper with all that can be done to a connection, and axum's own.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use axum::{
    Router,
    serve::{Listener, ListenerExt},
};
use bartizan::conn::{ConnHandle, Connections};
use bartizan_tests::{
    AnyBody, BoxError,
    server::{Server, Stop},
};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tower::{Service, layer::layer_fn};

use crate::{
    rig::{Answer, Setup},
    stack::Stack,
};

/// The tasks of connections.
pub(crate) type Aborts = Arc<Mutex<Vec<AbortHandle>>>;

/// The service of a server.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) answer: Answer,
    /// Where requests do not carry it.
    pub(crate) connection: Option<ConnHandle>,
}

// === impl App ===

impl<R> Service<Request<R>> for App
where
    R: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<AnyBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        let mut request = request.map(|body| body.map_err(Into::into).boxed_unsync());
        if let Some(connection) = &self.connection {
            request.extensions_mut().insert(connection.clone());
        }
        let answer = (self.answer)(request);
        Box::pin(async { Ok(answer.await) })
    }
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

pub(crate) async fn hyper(
    listener: TcpListener,
    mut stop: Stop,
    stack: Stack,
    app: App,
    connections: Connections,
    aborts: Aborts,
) {
    let (stopping, _) = watch::channel(false);
    let mut tasks = JoinSet::new();
    loop {
        let io = tokio::select! {
            accepted = listener.accept() => accepted.expect("a connection").0,
            () = &mut stop => break,
        };
        (stack.setup.socket)(&io);
        let (stack, mut app, connections) = (stack.clone(), app.clone(), connections.clone());
        let stopping = stopping.subscribe();
        let task = tasks.spawn(async move {
            let io: Box<dyn Io> = match &stack.setup.tls {
                None => Box::new(io),
                Some(tls) => Box::new(tls.accept(io).await.expect("a handshake")),
            };
            if !stack.setup.observed {
                return serve(io, stopping, &stack, app, None).await;
            }
            let io = connections.observe(io);
            let handle = io.handle();
            app.connection = Some(handle.clone());
            serve(io, stopping, &stack, app, Some(handle)).await;
        });
        aborts.lock().expect("no panic").push(task);
    }
    let _ = stopping.send(true);
    // A connection whose service panicked is done too.
    while tasks.join_next().await.is_some() {}
}

async fn serve<T: Io + 'static>(
    io: T,
    mut stopping: watch::Receiver<bool>,
    stack: &Stack,
    app: App,
    handle: Option<ConnHandle>,
) {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    (stack.setup.http)(&mut builder);
    let service = TowerToHyperService::new(stack.wrap(app, handle.clone()));
    let connection = builder.serve_connection(TokioIo::new(io), service);
    let Some(handle) = handle else {
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            _ = &mut connection => return,
            _ = stopping.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
        return;
    };
    let mut connection = std::pin::pin!(handle.observe_boxed(connection));
    tokio::select! {
        _ = &mut connection => return,
        _ = stopping.wait_for(|stop| *stop) => {
            connection.as_mut().get_pin_mut().graceful_shutdown();
        }
    }
    let _ = connection.await;
}

pub(crate) async fn axum(stack: Stack, app: App, connections: Connections) -> Server {
    let Setup {
        socket,
        observed,
        tls,
        ..
    } = &*stack.setup;
    let (socket, observed, tls) = (*socket, *observed, tls.clone());
    let router = Router::new()
        .route_service("/stream/{case}", app)
        .layer(layer_fn(move |route| stack.wrap(route, None)));
    Server::start(move |listener, stop| async move {
        let listener = listener.tap_io(move |io| socket(io));
        match (tls, observed) {
            (None, true) => {
                let observed = connections.listener(listener);
                let served = axum::serve(observed, connections.make(router));
                served.with_graceful_shutdown(stop).await
            }
            (None, false) => {
                let served = axum::serve(listener, router);
                served.with_graceful_shutdown(stop).await
            }
            (Some(tls), _) => {
                let observed = connections.listener(TlsListener { listener, tls });
                let served = axum::serve(observed, connections.make(router));
                served.with_graceful_shutdown(stop).await
            }
        }
    })
    .await
}

/// Shakes hands with one client after the other.
struct TlsListener<L> {
    listener: L,
    tls: TlsAcceptor,
}

// === impl TlsListener ===

impl<L: Listener<Io = TcpStream>> Listener for TlsListener<L> {
    type Io = TlsStream<TcpStream>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (io, address) = self.listener.accept().await;
        (self.tls.accept(io).await.expect("a handshake"), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
