//! A client that keeps one connection, and leaves in the middle where its scene says so.

use std::{future::pending, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::BodyExt;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    Error,
    connection::{Connection, Protocol},
    ledger::Ledger,
    scenes::{Act, FOLLOW_UP, METRICS, Scene},
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
    connection: Option<Connection>,
}

// === impl Client ===

impl Client {
    pub(crate) fn new(address: SocketAddr, protocol: Protocol, ledger: Arc<Ledger>) -> Self {
        let connection = None;
        Self {
            address,
            protocol,
            ledger,
            connection,
        }
    }

    /// Plays one scene and notes it, however it goes.
    pub(crate) async fn play(&mut self, scene: &Scene, number: u64) {
        let mut status = None;
        let played = timeout(PATIENCE, self.act(scene, number, &mut status)).await;
        let surprise = match (played, scene.act) {
            (Err(_), _) => Some("no end in time".to_owned()),
            (Ok(Ok(())), Act::ExpectNoAnswer) => Some("an answer".to_owned()),
            (Ok(Ok(())), _) | (Ok(Err(_)), Act::ExpectNoAnswer) => None,
            (Ok(Err(error)), _) => Some(error.to_string()),
        };
        self.ledger.record(scene, status);
        if let Some(surprise) = surprise {
            self.ledger.surprise(scene, &surprise);
            self.connection = None;
        }
    }

    /// Reads `/metrics`, which the caller notes once the metrics can know of it.
    pub(crate) async fn scrape(&mut self) -> Result<String, Error> {
        let response = timeout(PATIENCE, self.connection().await?.send(&METRICS, 0)).await??;
        let text = timeout(PATIENCE, response.into_body().collect()).await??;
        Ok(String::from_utf8(text.to_bytes().to_vec())?)
    }

    async fn act(
        &mut self,
        scene: &Scene,
        number: u64,
        status: &mut Option<u16>,
    ) -> Result<(), Error> {
        match (scene.act, self.protocol) {
            (Act::LeaveBeforeHead, Protocol::Http1) => return self.write_and_leave(scene).await,
            (Act::LeaveBeforeHead, Protocol::Http2) => return self.reset(scene, number).await,
            (Act::Read | Act::ExpectNoAnswer | Act::LeaveInBody, _) => {}
        }
        let response = self.connection().await?.send(scene, number).await?;
        *status = Some(response.status().as_u16());
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
            if scene.act == Act::LeaveInBody {
                if self.protocol == Protocol::Http1 {
                    // An answer of HTTP/1 can only be left with its connection.
                    self.connection = None;
                }
                break;
            }
        }
        Ok(())
    }

    /// Leaves before the head on HTTP/1. What the kernel has taken arrives before the end of the
    /// connection, so it is certain that the server counts this request.
    async fn write_and_leave(&self, scene: &Scene) -> Result<(), Error> {
        let (method, path, address) = (scene.method, scene.path, self.address);
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(head.as_bytes()).await?;
        sleep(IMPATIENCE).await;
        Ok(())
    }

    /// Leaves before the head on HTTP/2. Streams begin in order, so the answer to a later one proves
    /// that the server has the one that is then reset.
    async fn reset(&mut self, scene: &Scene, number: u64) -> Result<(), Error> {
        let connection = self.connection().await?;
        let abandoned = connection.send(scene, number);
        let follow_up = connection.send(&FOLLOW_UP, number);
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
