//! A client's socket, held in hand: it is closed or reset when the test says so, whatever is under way.

use std::{
    io,
    net::{Shutdown, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bartizan_tests::{Protocol, client::Client, wait::PATIENCE};
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// A socket that several may hold.
#[derive(Clone, Debug)]
pub(crate) struct Line(Arc<Mutex<Option<TcpStream>>>);

/// A client of HTTP/1 that writes and reads bytes.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) socket: TcpStream,
    read: Vec<u8>,
}

/// A request for a stream.
pub(crate) const GET: &str = "GET /stream/raw HTTP/1.1\r\nhost: bartizan.test\r\n\r\n";

// === impl Line ===

impl Line {
    pub(crate) async fn connect(server: SocketAddr) -> Self {
        Self::of(TcpStream::connect(server).await.expect("a server"))
    }

    pub(crate) fn of(socket: TcpStream) -> Self {
        Self(Arc::new(Mutex::new(Some(socket))))
    }

    /// A client on a new line.
    pub(crate) async fn client(server: SocketAddr, protocol: Protocol) -> (Self, Client) {
        let line = Self::connect(server).await;
        let client = Client::over(line.clone(), protocol).await;
        (line, client)
    }

    /// Closes the socket. The peer sees FIN if all that it sent was read, and a reset else.
    pub(crate) fn close(&self) {
        self.0.lock().expect("no panic").take();
    }

    /// Closes this side alone; what comes is still read.
    pub(crate) fn finish(&self) {
        let socket = self.0.lock().expect("no panic");
        let socket = SockRef::from(socket.as_ref().expect("an open line"));
        socket.shutdown(Shutdown::Write).expect("a connection");
    }

    /// Resets the connection.
    pub(crate) fn reset(&self) {
        if let Some(socket) = self.0.lock().expect("no panic").take() {
            reset(socket);
        }
    }

    fn with<T>(
        &self,
        poll: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut *self.0.lock().expect("no panic") {
            Some(socket) => poll(Pin::new(socket)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.with(|socket| socket.poll_read(cx, buffer))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|socket| socket.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|socket| socket.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|socket| socket.poll_shutdown(cx))
    }
}

/// Closes a socket with a reset.
pub(crate) fn reset(socket: TcpStream) {
    SockRef::from(&socket)
        .set_linger(Some(Duration::ZERO))
        .expect("a socket");
    drop(socket);
}

// === impl Raw ===

impl Raw {
    /// Connects and writes this.
    pub(crate) async fn send(server: SocketAddr, text: &str) -> Self {
        let socket = TcpStream::connect(server).await.expect("a server");
        let mut raw = Self {
            socket,
            read: Vec::new(),
        };
        raw.write(text).await;
        raw
    }

    /// Connects and asks for a stream.
    pub(crate) async fn get(server: SocketAddr) -> Self {
        Self::send(server, GET).await
    }

    /// Connects with little room for what comes.
    pub(crate) async fn with_little_room(server: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(16 * 1024).expect("an option");
        Self {
            socket: socket.connect(server).await.expect("a server"),
            read: Vec::new(),
        }
    }

    /// Connects with little room for what comes, and asks for a stream.
    pub(crate) async fn get_with_little_room(server: SocketAddr) -> Self {
        let mut raw = Self::with_little_room(server).await;
        raw.write(GET).await;
        raw
    }

    pub(crate) async fn write(&mut self, text: &str) {
        self.bytes(text.as_bytes()).await;
    }

    pub(crate) async fn bytes(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.expect("a connection");
    }

    /// Reads until this text was read.
    pub(crate) async fn reads(&mut self, text: &str) {
        let reading = async {
            let mut from = 0;
            while !self.read[from..]
                .windows(text.len())
                .any(|at| at == text.as_bytes())
            {
                from = self.read.len().saturating_sub(text.len());
                let read = self.socket.read_buf(&mut self.read).await;
                assert_ne!(
                    read.expect("a connection"),
                    0,
                    "the end came before {text:?}"
                );
            }
        };
        timeout(PATIENCE, reading).await.expect("what was sent");
    }

    /// How many bytes were read.
    pub(crate) fn has_read(&self) -> u64 {
        self.read.len() as u64
    }

    /// Reads to the end, however it comes, and returns all that was read.
    pub(crate) async fn reads_all(mut self) -> Vec<u8> {
        let reading = self.socket.read_to_end(&mut self.read);
        let _ = timeout(PATIENCE, reading).await.expect("an end");
        self.read
    }

    pub(crate) fn reset(self) {
        reset(self.socket);
    }
}
