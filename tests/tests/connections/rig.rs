//! A server on plain hyper whose connections are observed, and clients that leave as they are told to.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bartizan::conn::{ConnHandle, Connections, Detail, Drain};
use bartizan_tests::{
    AnyBody, BoxError, Protocol,
    client::text,
    recorder::Recorder,
    scrape::Scrape,
    script::{Script, Step},
    server::{Server, Stop},
    wait::eventually,
};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tower::service_fn;

pub(crate) const ACTIVE: &str = "server_connections_active";
pub(crate) const ACCEPTED: &str = "server_connections_accepted_total";
pub(crate) const DURATION: &str = "server_connection_duration_seconds";
pub(crate) const IO_BYTES: &str = "server_connection_io_bytes_total";
pub(crate) const WRITE_ERRORS: &str = "server_connection_write_errors_total";
pub(crate) const WRITE_BLOCKED: &str = "server_connection_write_blocked_seconds";

/// What a body saw of its connection as it was dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) cause: Option<Detail>,
    pub(crate) closed: bool,
}

/// Connections with a recorder of their own, and what their bodies saw.
#[derive(Clone)]
pub(crate) struct Rig {
    pub(crate) recorder: Recorder,
    pub(crate) connections: Connections,
    pub(crate) drain: Drain,
    seen: Arc<Mutex<Vec<Seen>>>,
    handles: Arc<Mutex<Vec<ConnHandle>>>,
    abort: watch::Sender<bool>,
}

struct Told {
    inner: AnyBody,
    handle: ConnHandle,
    seen: Arc<Mutex<Vec<Seen>>>,
}

// === impl Rig ===

impl Rig {
    pub(crate) fn new() -> Self {
        let recorder = Recorder::new();
        let meter = recorder.meter().build().expect("a meter without options");
        let drain = Drain::with_meter(&meter);
        let builder = Connections::builder().meter(meter);
        Self {
            recorder,
            connections: builder.drain(drain.clone()).build(),
            drain,
            seen: Arc::default(),
            handles: Arc::default(),
            abort: watch::channel(false).0,
        }
    }

    /// Plain hyper, both protocols.
    pub(crate) async fn hyper(&self) -> Server {
        let rig = self.clone();
        Server::start(move |listener, stop| rig.serve(listener, stop)).await
    }

    async fn serve(self, listener: TcpListener, mut stop: Stop) {
        let mut tasks = JoinSet::new();
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => accepted.expect("a connection").0,
                () = &mut stop => break,
            };
            tasks.spawn(self.clone().serve_one(stream));
        }
        self.drain.fire();
        while tasks.join_next().await.is_some() {}
    }

    async fn serve_one(self, stream: TcpStream) {
        let io = self.connections.observe(stream);
        let handle = io.handle();
        self.handles.lock().expect("no panic").push(handle.clone());
        let service = {
            let (rig, handle) = (self.clone(), handle.clone());
            service_fn(move |request: Request<Incoming>| {
                std::future::ready(Ok::<_, Infallible>(rig.answer(request, handle.clone())))
            })
        };
        let builder = auto::Builder::new(TokioExecutor::new());
        let serve = builder.serve_connection(TokioIo::new(io), TowerToHyperService::new(service));
        let mut serve = std::pin::pin!(handle.observe_boxed(serve));
        let mut aborted = self.abort.subscribe();
        tokio::select! {
            _ = &mut serve => return,
            _ = aborted.wait_for(|abort| *abort) => return,
            () = self.drain.fired() => serve.as_mut().get_pin_mut().graceful_shutdown(),
        }
        let _ = serve.await;
    }

    /// `/stay` gives a chunk and hangs, `/flood` gives chunks without end.
    fn answer(&self, request: Request<Incoming>, handle: ConnHandle) -> Response<AnyBody> {
        let inner = match request.uri().path() {
            "/stay" => Script::new([Step::data("abc"), Step::Hang]).any(),
            "/flood" => flood(),
            _ => return Response::new(text("hello")),
        };
        let seen = Arc::clone(&self.seen);
        let told = Told {
            inner,
            handle,
            seen,
        };
        Response::new(told.boxed_unsync())
    }

    /// Lets go of all connections.
    pub(crate) fn abort(&self) {
        self.abort.send_replace(true);
    }

    /// What is known of the only connection.
    pub(crate) async fn handle(&self) -> ConnHandle {
        let first = || self.handles.lock().expect("no panic").first().cloned();
        eventually(first, || "no connection".to_owned()).await
    }

    /// What so many bodies saw.
    pub(crate) async fn seen(&self, bodies: usize) -> Vec<Seen> {
        let all = || self.seen.lock().expect("no panic").clone();
        eventually(
            || Some(all()).filter(|seen| seen.len() == bodies),
            || format!("{:?}", all()),
        )
        .await
    }

    /// The scrape, once so many connections closed, all for this reason; and no more than these.
    pub(crate) async fn closed(&self, connections: u32, reason: &str) -> Scrape {
        let closed = u64::from(connections);
        let scrape = self
            .recorder
            .once(|scrape| {
                scrape.count(DURATION, &[]) == closed && scrape.value(ACTIVE, &[]) == Some(0.0)
            })
            .await;
        assert_eq!(scrape.values(DURATION, "close_reason"), [reason]);
        assert_eq!(scrape.value(ACCEPTED, &[]), Some(f64::from(connections)));
        scrape
    }
}

/// Chunks of 16 KiB, without end.
fn flood() -> AnyBody {
    let chunk = Bytes::from_static(&[b'a'; 16 * 1024]);
    let frames = stream::repeat_with(move || Ok::<_, BoxError>(Frame::data(chunk.clone())));
    StreamBody::new(frames).boxed_unsync()
}

// === impl Told ===

impl Body for Told {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let Self { handle, seen, .. } = self;
        seen.lock().expect("no panic").push(Seen {
            cause: handle.cause(),
            closed: handle.is_closed(),
        });
    }
}

/// A socket on which so many streams have the first chunk of `/stay`, and nothing is unread. On HTTP/1
/// there is one.
pub(crate) async fn staying(server: &Server, protocol: Protocol, streams: u32) -> TcpStream {
    let mut stream = match protocol {
        Protocol::Http1 => raw(server.address(), "/stay", "").await.0,
        Protocol::Http2 => raw_http2(server.address(), "/stay", streams).await,
    };
    read_until(&mut stream, "abc", streams as usize).await;
    if protocol == Protocol::Http1 {
        read_until(&mut stream, "\r\n", 1).await;
    }
    stream
}

/// A socket on which a request of HTTP/1 was sent, and how many bytes that took.
pub(crate) async fn raw(server: SocketAddr, path: &str, headers: &str) -> (TcpStream, usize) {
    let mut stream = TcpStream::connect(server).await.expect("a server");
    let request = format!("GET {path} HTTP/1.1\r\nhost: bartizan.test\r\n{headers}\r\n");
    let sent = stream.write_all(request.as_bytes()).await;
    sent.expect("room");
    (stream, request.len())
}

/// A socket on which requests of HTTP/2 were sent.
pub(crate) async fn raw_http2(server: SocketAddr, path: &str, streams: u32) -> TcpStream {
    let mut stream = TcpStream::connect(server).await.expect("a server");
    let mut words = PREFACE_AND_SETTINGS.to_vec();
    for number in 0..streams {
        // GET, http, and the authority and the path as literals.
        let mut block = b"\x82\x86\x01\x01a\x04".to_vec();
        block.push(path.len() as u8);
        block.extend(path.as_bytes());
        words.extend([0, 0, block.len() as u8, HEADERS, END_STREAM | END_HEADERS]);
        words.extend((2 * number + 1).to_be_bytes());
        words.extend(block);
    }
    stream.write_all(&words).await.expect("room");
    stream
}

/// What a client of HTTP/2 begins with.
pub(crate) const PREFACE_AND_SETTINGS: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Reads until a text was there so often, byte by byte, and returns how many bytes that were.
pub(crate) async fn read_until(stream: &mut TcpStream, text: &str, times: usize) -> usize {
    let (mut read, mut seen) = (Vec::new(), 0);
    while seen < times {
        read.push(stream.read_u8().await.expect("more bytes"));
        seen += usize::from(read.ends_with(text.as_bytes()));
    }
    read.len()
}

/// Makes a close a reset.
pub(crate) fn reset_on_close(stream: &TcpStream) {
    SockRef::from(stream)
        .set_linger(Some(Duration::ZERO))
        .expect("a socket");
}
