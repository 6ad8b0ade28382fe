//! An IO that does as it is told, and a recorder for each test.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{
    conn::{Connections, ConnectionsBuilder, Drain, ObservedIo},
    meter::Meter,
};

/// What each call gives, in order; Pending when there is no more.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) reads: VecDeque<io::Result<Vec<u8>>>,
    pub(super) writes: VecDeque<Option<io::Result<usize>>>,
    pub(super) flushes: VecDeque<Option<io::Result<()>>>,
    pub(super) shutdowns: VecDeque<io::Result<()>>,
    pub(super) vectored: bool,
    /// How many slices each vectored write had.
    pub(super) slices: Vec<usize>,
}

/// Connections, and what their exporter shows.
pub(super) struct Rig {
    pub(super) connections: Connections,
    pub(super) drain: Drain,
    exporter: PrometheusHandle,
}

pub(super) fn error<T>(kind: io::ErrorKind) -> io::Result<T> {
    Err(kind.into())
}

pub(super) fn context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

// === impl Script ===

impl Script {
    pub(super) fn read(mut self, read: io::Result<&[u8]>) -> Self {
        self.reads.push_back(read.map(<[u8]>::to_vec));
        self
    }

    pub(super) fn write(mut self, write: io::Result<usize>) -> Self {
        self.writes.push_back(Some(write));
        self
    }

    pub(super) fn write_pending(mut self) -> Self {
        self.writes.push_back(None);
        self
    }

    pub(super) fn flush(mut self, flush: io::Result<()>) -> Self {
        self.flushes.push_back(Some(flush));
        self
    }

    pub(super) fn flush_pending(mut self) -> Self {
        self.flushes.push_back(None);
        self
    }

    fn next_write(&mut self) -> Poll<io::Result<usize>> {
        self.writes
            .pop_front()
            .flatten()
            .map_or(Poll::Pending, Poll::Ready)
    }
}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(read) = self.reads.pop_front() else {
            return Poll::Pending;
        };
        Poll::Ready(read.map(|bytes| buffer.put_slice(&bytes)))
    }
}

impl AsyncWrite for Script {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.next_write()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.slices.push(slices.len());
        self.next_write()
    }

    fn is_write_vectored(&self) -> bool {
        self.vectored
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.flushes
            .pop_front()
            .flatten()
            .map_or(Poll::Pending, Poll::Ready)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.shutdowns
            .pop_front()
            .map_or(Poll::Pending, Poll::Ready)
    }
}

// === impl ObservedIo ===

/// One call each.
impl<T: AsyncRead + AsyncWrite + Unpin> ObservedIo<T> {
    pub(super) fn reads(&mut self) -> Poll<io::Result<usize>> {
        let mut space = [0; 1024];
        let mut buffer = ReadBuf::new(&mut space);
        let read = Pin::new(self).poll_read(&mut context(), &mut buffer);
        read.map_ok(|()| buffer.filled().len())
    }

    pub(super) fn writes(&mut self, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(self).poll_write(&mut context(), bytes)
    }

    pub(super) fn flushes(&mut self) -> Poll<io::Result<()>> {
        Pin::new(self).poll_flush(&mut context())
    }

    pub(super) fn shuts_down(&mut self) -> Poll<io::Result<()>> {
        Pin::new(self).poll_shutdown(&mut context())
    }
}

// === impl Rig ===

impl Rig {
    pub(super) fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let exporter = recorder.handle();
        let meter = Meter::builder().recorder(recorder).build().unwrap();
        let drain = Drain::with_meter(&meter);
        let builder: ConnectionsBuilder = Connections::builder();
        Self {
            connections: builder.meter(meter).drain(drain.clone()).build(),
            drain,
            exporter,
        }
    }

    pub(super) fn observe(&self, script: Script) -> ObservedIo<Script> {
        self.connections.observe(script)
    }

    /// The series that are not 0, without the `server_connection` in front.
    pub(super) fn lines(&self) -> Vec<String> {
        let scrape = self.exporter.render();
        let lines = scrape.lines().filter(|line| !line.starts_with('#'));
        let mut lines: Vec<_> = lines
            .filter_map(|line| line.strip_prefix("server_connection"))
            .filter(|line| !line.ends_with(" 0") && !line.contains("quantile"))
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    }

    /// All series.
    pub(super) fn scrape(&self) -> String {
        self.exporter.render()
    }

    /// Why the connections so far closed.
    pub(super) fn reasons(&self) -> Vec<String> {
        let reason = |line: &String| {
            let (_, reason) = line.split_once("duration_seconds_count{close_reason=\"")?;
            Some(reason.replace("\"}", ""))
        };
        self.lines().iter().filter_map(reason).collect()
    }
}
