//! What hyper does with an observed IO, and what the verdicts on its bodies are then.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body::{Body, Frame};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    task::{JoinHandle, yield_now},
};

use super::{
    sniffing::{PREFACE, frame},
    support::Rig,
};
use crate::conn::{ConnHandle, ConnMark, Detail, ObservedIo, Outcome, Settle, Verdict};

/// How a body goes on after its chunks.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Hang,
    /// A layer outside lets go of it.
    LetGo,
    End,
}

#[derive(Default)]
struct Seen {
    verdicts: Vec<Verdict>,
    ended: bool,
    settled: Option<(bool, u64)>,
}

type Log = Arc<Mutex<Seen>>;

/// A body that tells what the connection says as it is dropped.
struct Told {
    chunks: usize,
    then: Then,
    handle: ConnHandle,
    mark: ConnMark,
    version: Version,
    log: Log,
}

/// A body that lets go of its inner one after its first frame, if it is told to.
struct Outer(Option<Told>);

struct Report(Log, ConnMark);

const CHUNK: Bytes = Bytes::from_static(&[b'a'; 16 * 1024]);

impl Body for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.chunks > 0 {
            self.chunks -= 1;
            return Poll::Ready(Some(Ok(Frame::data(CHUNK))));
        }
        if self.then != Then::End {
            return Poll::Pending;
        }
        self.log.lock().unwrap().ended = true;
        let report = Report(Arc::clone(&self.log), self.mark);
        self.handle.settle(Box::new(report));
        Poll::Ready(None)
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let verdict = self.handle.verdict(self.mark, self.version);
        self.log.lock().unwrap().verdicts.push(verdict);
    }
}

impl Body for Outer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(inner) = &mut self.0 else {
            return Poll::Ready(None);
        };
        if inner.then == Then::LetGo && inner.chunks == 0 {
            self.0 = None;
            return Poll::Ready(None);
        }
        Pin::new(inner).poll_frame(cx)
    }
}

impl Settle for Report {
    fn settle(self: Box<Self>, flushed: bool, written: u64) {
        let written = self.1.written(written);
        self.0.lock().unwrap().settled = Some((flushed, written));
    }
}

struct Served {
    client: DuplexStream,
    handle: ConnHandle,
    log: Log,
    task: JoinHandle<()>,
}

/// A connection that is served, and a request on it.
async fn serve(version: Version, room: usize, chunks: usize, then: Then) -> Served {
    let (mut client, server) = duplex(room);
    let io: ObservedIo<DuplexStream> = Rig::new().connections.observe(server);
    let (handle, log) = (io.handle(), Log::default());
    let service = {
        let (handle, log) = (handle.clone(), Arc::clone(&log));
        service_fn(move |request: Request<Incoming>| {
            let told = Told {
                chunks,
                then,
                mark: handle.mark(),
                handle: handle.clone(),
                version: request.version(),
                log: Arc::clone(&log),
            };
            std::future::ready(Ok::<_, Infallible>(Response::new(Outer(Some(told)))))
        })
    };
    let io = TokioIo::new(io);
    let task = if version == Version::HTTP_2 {
        let serve = http2::Builder::new(TokioExecutor::new()).serve_connection(io, service);
        let serve = handle.observe(serve);
        tokio::spawn(async move { drop(serve.await) })
    } else {
        let serve = handle.observe(http1::Builder::new().serve_connection(io, service));
        tokio::spawn(async move { drop(serve.await) })
    };
    if version == Version::HTTP_2 {
        let mut head = frame(1, 1, b"\x82\x84\x86\x41\x01a");
        head[4] = 0x5; // END_STREAM and END_HEADERS
        let request = [PREFACE, &frame(4, 0, &[]), &head].concat();
        client.write_all(&request).await.unwrap();
    } else {
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
    }
    Served {
        client,
        handle,
        log,
        task,
    }
}

/// Lets the server's tasks run until it is so.
async fn until(what: &str, mut is: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if is() {
            return;
        }
        yield_now().await;
    }
    panic!("it never came: {what}");
}

impl Served {
    /// Reads the first chunk's first bytes: the body is under way.
    async fn under_way(&mut self) {
        let mut space = [0; 1024];
        let mut last = 0;
        while last != b'a' {
            let read = self.client.read(&mut space).await.unwrap();
            assert_ne!(read, 0);
            last = space[read - 1];
        }
    }

    async fn verdict(&self) -> Verdict {
        until("a dropped body", || {
            !self.log.lock().unwrap().verdicts.is_empty()
        })
        .await;
        let seen = self.log.lock().unwrap();
        assert_eq!(seen.verdicts.len(), 1);
        seen.verdicts[0]
    }
}

const BOTH: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

#[tokio::test]
async fn a_client_that_leaves_is_known_as_the_body_drops() {
    for version in BOTH {
        let mut served = serve(version, 1 << 20, 1, Then::Hang).await;
        served.under_way().await;
        let (client, log) = (served.client, served.log);
        drop(client);
        until("a dropped body", || {
            !log.lock().unwrap().verdicts.is_empty()
        })
        .await;
        let verdict = log.lock().unwrap().verdicts[0];
        assert_eq!(verdict, Verdict::Client(Detail::Fin), "{version:?}");
        served.task.await.unwrap();
        let outcome = match version {
            Version::HTTP_2 => Outcome::Done,
            _ => Outcome::Other,
        };
        assert_eq!(served.handle.outcome(), Some(outcome));
    }
}

#[tokio::test]
async fn a_task_that_is_aborted_is_the_servers() {
    for version in BOTH {
        let mut served = serve(version, 1 << 20, 1, Then::Hang).await;
        served.under_way().await;
        served.task.abort();
        assert_eq!(served.verdict().await, Verdict::ServerClosed, "{version:?}");
        assert_eq!(served.handle.outcome(), None);
    }
}

#[tokio::test]
async fn an_outer_layer_is_proven_on_http_1() {
    for (version, expected) in [
        (Version::HTTP_11, Verdict::Alive),
        (Version::HTTP_2, Verdict::Unknown),
    ] {
        let mut served = serve(version, 1 << 20, 1, Then::LetGo).await;
        served.under_way().await;
        assert_eq!(served.verdict().await, expected);
        assert!(!served.handle.is_closed());
    }
}

#[tokio::test]
async fn a_stream_that_is_reset_is_told_from_its_connection() {
    let mut served = serve(Version::HTTP_2, 1 << 20, 1, Then::Hang).await;
    served.under_way().await;
    let reset = frame(3, 1, &8_u32.to_be_bytes());
    for byte in reset.chunks(1) {
        served.client.write_all(byte).await.unwrap();
        yield_now().await;
    }
    assert_eq!(served.verdict().await, Verdict::Client(Detail::H2Reset));
    assert!(!served.handle.is_closed());
    assert_eq!(served.handle.cause(), None);
}

#[tokio::test]
async fn a_frame_that_breaks_the_protocol_makes_the_server_close() {
    let mut served = serve(Version::HTTP_2, 1 << 20, 1, Then::Hang).await;
    served.under_way().await;
    let window_of_zero = frame(8, 0, &[0; 4]);
    served.client.write_all(&window_of_zero).await.unwrap();
    assert_eq!(served.verdict().await, Verdict::ServerClosed);
    served.task.await.unwrap();
    assert_eq!(served.handle.outcome(), Some(Outcome::ProtocolError));
}

#[tokio::test]
async fn a_body_that_ended_is_settled_when_its_bytes_are_out() {
    let mut served = serve(Version::HTTP_11, 4 * 1024, 8, Then::End).await;
    let log = Arc::clone(&served.log);
    until("an end", || log.lock().unwrap().ended).await;
    for _ in 0..100 {
        yield_now().await;
    }
    assert_eq!(log.lock().unwrap().settled, None);
    let written = served.handle.bytes_written();
    assert!(written < 8 * 16 * 1024, "{written}");
    let mut read = 0;
    while log.lock().unwrap().settled.is_none() {
        read += served.client.read(&mut [0; 1024]).await.unwrap();
    }
    let (flushed, written) = log.lock().unwrap().settled.unwrap();
    assert!(flushed && written > 8 * 16 * 1024, "{written}");
    // What is left in the pipe is no more than its room.
    assert!(written - read as u64 <= 4 * 1024);
    assert_eq!(served.handle.bytes_written(), written);
    served.task.abort();
}

#[tokio::test]
async fn a_body_that_ended_and_was_lost_is_settled_too() {
    let served = serve(Version::HTTP_11, 4 * 1024, 8, Then::End).await;
    let log = Arc::clone(&served.log);
    until("an end", || log.lock().unwrap().ended).await;
    assert_eq!(log.lock().unwrap().settled, None);
    drop(served.client);
    served.task.await.unwrap();
    let (flushed, written) = log.lock().unwrap().settled.expect("settled");
    assert!(!flushed && written <= 4 * 1024, "{written}");
}
