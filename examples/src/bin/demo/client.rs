//! A client that keeps one connection, and leaves in the middle where its scene says so.

use std::{convert::Infallible, future::pending, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::oneshot,
    time::{sleep, timeout},
};

use crate::{
    Error,
    connection::{Connection, Protocol},
    ledger::Ledger,
    programme::FOLLOW_UP,
    scenes::{Act, Scene},
    streams::Received,
    traces::Traces,
};

/// No scene takes longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client waits before it leaves without an answer.
const IMPATIENCE: Duration = Duration::from_millis(60);

/// One client with its connection.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    protocol: Protocol,
    ledger: Arc<Ledger>,
    traces: Traces,
    connection: Option<Connection>,
    /// The id of the last event of the last stream.
    last_id: Option<String>,
}

// === impl Client ===

impl Client {
    pub(crate) fn new(
        address: SocketAddr,
        protocol: Protocol,
        ledger: Arc<Ledger>,
        traces: Traces,
    ) -> Self {
        Self {
            address,
            protocol,
            ledger,
            traces,
            connection: None,
            last_id: None,
        }
    }

    /// Plays one scene and notes it, however it goes.
    pub(crate) async fn play(&mut self, scene: &Scene, number: u64) {
        let mut status = None;
        let played = timeout(PATIENCE, self.act(scene, number, &mut status)).await;
        let surprise = match (played, scene.act, status) {
            (Err(_), ..) => Some("no end in time".to_owned()),
            (Ok(Ok(())), Act::ExpectNoAnswer, _) => Some("an answer".to_owned()),
            (Ok(Ok(())), Act::ExpectBreak, _) => Some("an answer that is whole".to_owned()),
            (Ok(Err(_)), Act::ExpectNoAnswer, _) | (Ok(Err(_)), Act::ExpectBreak, Some(_)) => None,
            (Ok(Ok(())), ..) => None,
            (Ok(Err(error)), ..) => Some(error.to_string()),
        };
        self.ledger.record(scene, status);
        if let Some(surprise) = surprise {
            self.ledger.surprise(scene, &surprise);
            self.connection = None;
        }
    }

    async fn act(
        &mut self,
        scene: &Scene,
        number: u64,
        status: &mut Option<u16>,
    ) -> Result<(), Error> {
        if scene.act == Act::LeaveBeforeHead {
            return match self.protocol {
                Protocol::Http1 => self.write_and_leave(scene).await,
                Protocol::Http2 => self.reset(scene, number).await,
            };
        }
        let last_id = self.last_id.take();
        let trace = self.traces.begin();
        let mut own = None;
        let connection = if scene.act == Act::ResetInBody {
            own.insert(Connection::to_reset(self.address, self.protocol).await?)
        } else {
            self.connection().await?
        };
        let mut request = connection.request(scene, number, Some(trace))?;
        let (hold, held) = oneshot::channel();
        match scene.act {
            Act::Resume => {
                let last = last_id.unwrap_or_default().parse()?;
                request.headers_mut().insert("last-event-id", last);
            }
            Act::ExpectBreak => *request.body_mut() = empty_until(held),
            _ => {}
        }
        let response = connection.send(request).await?;
        *status = Some(response.status().as_u16());
        let mut received = Received::default();
        let read = read(response.into_body(), scene, hold, &mut received).await;
        if self.protocol == Protocol::Http1 && (scene.leaves() || read.is_err()) {
            // An answer of HTTP/1 can only be left with its connection.
            self.connection = None;
        }
        self.last_id = received.last_id.take();
        self.ledger.record_stream(scene, received);
        read
    }

    /// Leaves before the head on HTTP/1. What the kernel has taken arrives before the end of the
    /// connection, so it is certain that the server counts this request.
    async fn write_and_leave(&self, scene: &Scene) -> Result<(), Error> {
        let (method, path, address) = (scene.method, scene.path, self.address);
        let trace = self.traces.begin();
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ntraceparent: {trace}\r\n\r\n");
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(head.as_bytes()).await?;
        sleep(IMPATIENCE).await;
        Ok(())
    }

    /// Leaves before the head on HTTP/2. Streams begin in order, so the answer to a later one proves
    /// that the server has the one that is then reset.
    async fn reset(&mut self, scene: &Scene, number: u64) -> Result<(), Error> {
        let (first, second) = (self.traces.begin(), self.traces.begin());
        let connection = self.connection().await?;
        let abandoned = connection.send(connection.request(scene, number, Some(first))?);
        let follow_up = connection.send(connection.request(&FOLLOW_UP, number, Some(second))?);
        let abandoned = async {
            let _ = abandoned.await;
            pending().await
        };
        let followed = async {
            let response = follow_up.await?;
            let status = response.status().as_u16();
            response.into_body().collect().await?;
            sleep(IMPATIENCE).await;
            Ok::<_, Error>(status)
        };
        let status = tokio::select! {
            never = abandoned => never,
            status = followed => status,
        };
        self.ledger
            .record(&FOLLOW_UP, status.as_ref().ok().copied());
        status.map(drop)
    }

    /// The open connection, or a new one.
    async fn connection(&mut self) -> Result<&mut Connection, Error> {
        let open = match &mut self.connection {
            Some(connection) => connection.ready().await.is_ok(),
            None => false,
        };
        if !open {
            self.connection = None;
        }
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address, self.protocol).await?,
        };
        Ok(self.connection.insert(connection))
    }
}

/// A body without anything in it, that ends when the other half is dropped.
fn empty_until(held: oneshot::Receiver<()>) -> Body {
    let end = held.into_stream();
    Body::from_stream(end.filter_map(async |_| None::<Result<Bytes, Infallible>>))
}

/// Reads an answer, as far as the scene has it. What it holds is let go of with the first piece.
async fn read(
    mut body: Incoming,
    scene: &Scene,
    hold: oneshot::Sender<()>,
    received: &mut Received,
) -> Result<(), Error> {
    let mut hold = Some(hold);
    while let Some(frame) = body.frame().await {
        // HTTP/2 may say the end with a frame that is empty.
        if let Some(data) = frame?.data_ref().filter(|data| !data.is_empty())
            && scene.closes.is_some()
        {
            received.read(data);
        }
        hold = None;
        if scene.leaves() {
            break;
        }
    }
    drop(hold);
    Ok(())
}
