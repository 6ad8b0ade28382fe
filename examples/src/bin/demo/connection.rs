//! A connection of HTTP/1 or HTTP/2, and the requests that go over it.

use std::{convert::Infallible, net::SocketAddr};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{future::Either, stream};
use http::{Request, Response, header};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, task::JoinHandle};

use crate::{
    Error,
    scenes::{Payload, Scene},
};

/// The version that a connection speaks, without negotiation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// An open connection. It is closed at once when it is dropped, whatever is under way.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    sender: Sender,
    driver: JoinHandle<()>,
}

#[derive(Debug)]
enum Sender {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

// === impl Connection ===

impl Connection {
    pub(crate) async fn open(address: SocketAddr, protocol: Protocol) -> Result<Self, Error> {
        let socket = TcpStream::connect(address).await?;
        Self::over(socket, address, protocol).await
    }

    /// A connection that is not closed in the end, but reset.
    pub(crate) async fn to_reset(address: SocketAddr, protocol: Protocol) -> Result<Self, Error> {
        let socket = TcpStream::connect(address).await?;
        socket.set_zero_linger()?;
        Self::over(socket, address, protocol).await
    }

    async fn over(
        socket: TcpStream,
        address: SocketAddr,
        protocol: Protocol,
    ) -> Result<Self, Error> {
        socket.set_nodelay(true)?;
        let io = TokioIo::new(socket);
        // The drivers' errors reach the requests that they concern.
        let (sender, driver) = match protocol {
            Protocol::Http1 => {
                let (sender, driver) = http1::handshake(io).await?;
                let driver = tokio::spawn(async move { drop(driver.await) });
                (Sender::Http1(sender), driver)
            }
            Protocol::Http2 => {
                let (sender, driver) = http2::handshake(TokioExecutor::new(), io).await?;
                let driver = tokio::spawn(async move { drop(driver.await) });
                (Sender::Http2(sender), driver)
            }
        };
        Ok(Self {
            address,
            sender,
            driver,
        })
    }

    /// Waits until a request can be sent; fails once the connection is closed.
    pub(crate) async fn ready(&mut self) -> hyper::Result<()> {
        match &mut self.sender {
            Sender::Http1(sender) => sender.ready().await,
            Sender::Http2(sender) => sender.ready().await,
        }
    }

    /// Queues the request now; the future waits for the answer.
    pub(crate) fn send(
        &mut self,
        request: Request<Body>,
    ) -> impl Future<Output = hyper::Result<Response<Incoming>>> + use<> {
        match &mut self.sender {
            Sender::Http1(sender) => Either::Left(sender.send_request(request)),
            Sender::Http2(sender) => Either::Right(sender.send_request(request)),
        }
    }

    /// A scene's request, for this connection, in a trace if it is in one.
    pub(crate) fn request(
        &self,
        scene: &Scene,
        number: u64,
        trace: Option<String>,
    ) -> Result<Request<Body>, http::Error> {
        let (address, path) = (self.address, scene.path(number));
        let request = Request::builder().method(scene.method);
        let request = trace.into_iter().fold(request, |request, trace| {
            request.header("traceparent", trace)
        });
        let request = match self.sender {
            Sender::Http1(_) => request.uri(path).header(header::HOST, address.to_string()),
            Sender::Http2(_) => request.uri(format!("http://{address}{path}")),
        };
        match scene.payload {
            Payload::None => request.body(Body::empty()),
            Payload::Json(text) => {
                let request = request.header(header::CONTENT_TYPE, "application/json");
                request.body(Body::from(text.replace("{n}", &number.to_string())))
            }
            Payload::Sized(length) => request.body(Body::from(vec![b'.'; length])),
            Payload::Streamed(length) => {
                let half = Bytes::from(vec![b'.'; length / 2]);
                let halves = [half.clone(), half].map(Ok::<_, Infallible>);
                request.body(Body::from_stream(stream::iter(halves)))
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
