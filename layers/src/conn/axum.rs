//! `axum::serve` on observed connections.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    extract::ConnectInfo,
    serve::{IncomingStream, Listener},
};
use http::Request;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{ConnHandle, Connections, ObservedIo};

/// A listener whose connections are observed; [`Connections::listener`] makes it.
#[derive(Clone, Debug)]
pub struct ObservedListener<L> {
    listener: L,
    connections: Connections,
}

/// Makes the services of connections, each of which knows its own; [`Connections::make`] makes it.
#[derive(Clone, Debug)]
pub struct ObservedMake<M> {
    make: M,
}

pin_project! {
    /// The future of [`ObservedMake`].
    #[derive(Debug)]
    pub struct ObservedMakeFuture<F, A> {
        #[pin]
        inner: F,
        handle: ConnHandle,
        address: Option<A>,
    }
}

/// Puts the [`ConnHandle`] and the [`ConnectInfo`] of its connection into the extensions of each
/// request.
#[derive(Clone, Debug)]
pub struct WithConnection<S, A> {
    inner: S,
    handle: ConnHandle,
    address: A,
}

// === impl Connections ===

impl Connections {
    /// Observes the connections of a listener; goes with [`make`](Self::make).
    ///
    /// What alters the sockets, as axum's `ListenerExt::tap_io` does, goes inside, and so does TLS.
    #[must_use]
    pub fn listener<L>(&self, listener: L) -> ObservedListener<L> {
        ObservedListener {
            listener,
            connections: self.clone(),
        }
    }

    /// Wraps what makes a service for each connection, as a `Router` does, for
    /// `axum::serve(connections.listener(listener), connections.make(router))`.
    ///
    /// Requests get the [`ConnHandle`] and axum's `ConnectInfo` with the peer's address into their
    /// extensions. So handlers extract `ConnectInfo<SocketAddr>` as they do with
    /// `into_make_service_with_connect_info`, which a listener that is not axum's own cannot have.
    #[must_use]
    pub fn make<M>(&self, make: M) -> ObservedMake<M> {
        ObservedMake { make }
    }
}

// === impl ObservedListener ===

impl<L: Listener> Listener for ObservedListener<L> {
    type Io = ObservedIo<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (io, address) = self.listener.accept().await;
        (self.connections.observe(io), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

// === impl ObservedMake ===

impl<'a, L, M> Service<IncomingStream<'a, ObservedListener<L>>> for ObservedMake<M>
where
    L: Listener<Addr: Clone>,
    M: Service<IncomingStream<'a, ObservedListener<L>>, Error = Infallible>,
{
    type Response = WithConnection<M::Response, L::Addr>;
    type Error = Infallible;
    type Future = ObservedMakeFuture<M::Future, L::Addr>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.make.poll_ready(cx)
    }

    fn call(&mut self, stream: IncomingStream<'a, ObservedListener<L>>) -> Self::Future {
        ObservedMakeFuture {
            handle: stream.io().handle(),
            address: Some(stream.remote_addr().clone()),
            inner: self.make.call(stream),
        }
    }
}

// === impl ObservedMakeFuture ===

impl<F, S, A> Future for ObservedMakeFuture<F, A>
where
    F: Future<Output = Result<S, Infallible>>,
{
    type Output = Result<WithConnection<S, A>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ok(inner) = ready!(this.inner.poll(cx));
        Poll::Ready(Ok(WithConnection {
            inner,
            handle: this.handle.clone(),
            address: this.address.take().expect("a future that is ready once"),
        }))
    }
}

// === impl WithConnection ===

impl<S, A, B> Service<Request<B>> for WithConnection<S, A>
where
    S: Service<Request<B>>,
    A: Clone + Send + Sync + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let extensions = request.extensions_mut();
        extensions.insert(self.handle.clone());
        extensions.insert(ConnectInfo(self.address.clone()));
        self.inner.call(request)
    }
}
