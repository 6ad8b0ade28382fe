//! tonic's transport on observed connections.

use std::{
    any::type_name,
    fmt,
    marker::PhantomData,
    task::{Context, Poll},
};

use http::Request;
use tonic::transport::server::{Connected, TcpConnectInfo};
use tower_layer::Layer;
use tower_service::Service;

use super::{ConnHandle, ObservedIo};

/// What tonic puts into the extensions of the requests of an observed connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ObservedInfo<I> {
    /// What the inner IO tells of itself.
    pub inner: I,
    /// What is known of the connection.
    pub handle: ConnHandle,
}

/// Puts what [`ObservedInfo`] holds into the extensions by itself: the [`ConnHandle`], and the inner
/// IO's information, without which tonic's `remote_addr` finds nothing.
///
/// `I` is that information: [`TcpConnectInfo`] for TCP. Place it outermost: first on tonic's `Server`.
///
/// # Example
///
/// ```no_run
/// use bartizan::conn::{ConnectInfoLayer, Connections};
/// use tonic::{service::Routes, transport::{Server, server::TcpIncoming}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let services = Routes::default();
/// let connections = Connections::new();
/// let incoming = TcpIncoming::bind("127.0.0.1:3000".parse()?)?;
/// Server::builder()
///     .layer(ConnectInfoLayer::tcp())
///     .add_routes(services)
///     .serve_with_incoming(connections.incoming(incoming))
///     .await?;
/// # Ok(())
/// # }
/// ```
pub struct ConnectInfoLayer<I = TcpConnectInfo>(PhantomData<fn() -> I>);

/// The service of [`ConnectInfoLayer`].
pub struct ConnectInfoService<S, I = TcpConnectInfo> {
    inner: S,
    info: PhantomData<fn() -> I>,
}

// === impl ObservedIo ===

impl<T: Connected> Connected for ObservedIo<T> {
    type ConnectInfo = ObservedInfo<T::ConnectInfo>;

    fn connect_info(&self) -> Self::ConnectInfo {
        ObservedInfo {
            inner: self.get_ref().connect_info(),
            handle: self.handle(),
        }
    }
}

// === impl ConnectInfoLayer ===

impl ConnectInfoLayer {
    /// For TCP.
    #[must_use]
    pub const fn tcp() -> Self {
        Self(PhantomData)
    }
}

impl<I> ConnectInfoLayer<I> {
    /// For an IO with this information.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<I> Default for ConnectInfoLayer<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I> Clone for ConnectInfoLayer<I> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<I> fmt::Debug for ConnectInfoLayer<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConnectInfoLayer")
            .field(&type_name::<I>())
            .finish()
    }
}

impl<S, I> Layer<S> for ConnectInfoLayer<I> {
    type Service = ConnectInfoService<S, I>;

    fn layer(&self, inner: S) -> Self::Service {
        ConnectInfoService {
            inner,
            info: PhantomData,
        }
    }
}

// === impl ConnectInfoService ===

impl<S: Clone, I> Clone for ConnectInfoService<S, I> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            info: PhantomData,
        }
    }
}

impl<S: fmt::Debug, I> fmt::Debug for ConnectInfoService<S, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectInfoService")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl<S, I, B> Service<Request<B>> for ConnectInfoService<S, I>
where
    S: Service<Request<B>>,
    I: Clone + Send + Sync + 'static,
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
        if let Some(ObservedInfo { inner, handle }) = extensions.get::<ObservedInfo<I>>().cloned() {
            extensions.insert(inner);
            extensions.insert(handle);
        }
        self.inner.call(request)
    }
}
