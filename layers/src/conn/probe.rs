//! What the owner of an IO notes, call by call.

use std::{io, sync::Arc, task::Poll, time::Duration};

use tokio::task::coop;

use super::{
    CloseReason, Connections, Detail, IoErrorType, Outcome,
    metrics::Direction,
    sniff::{Found, Sniffer},
    state::{Cause, ConnState, flag},
};
use crate::clock::Moment;

/// The writing side of a [`ConnState`]. Its drop closes the connection's books.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) state: Arc<ConnState>,
    connections: Connections,
    /// Bytes that no counter has yet.
    sent: usize,
    received: usize,
    sniffer: Sniffer,
    blocked: Blocked,
    /// Whether the gauge was raised for it.
    raised: bool,
}

/// Whether what is to be written does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blocked {
    No,
    /// The IO took no bytes.
    Write,
    /// It took some, and holds them. TLS does: what it takes after that goes on nowhere.
    Flush,
}

/// How many bytes go one way until they are counted.
const COUNTED_EVERY: usize = 64 * 1024;

// === impl Probe ===

impl Probe {
    pub(super) fn new(connections: Connections) -> Self {
        let raised = connections.metrics().accept();
        super::exchange::observing();
        Self {
            state: Arc::new(ConnState::new(Moment::now(), connections.drain())),
            connections,
            sent: 0,
            received: 0,
            sniffer: Sniffer::new(),
            blocked: Blocked::No,
            raised,
        }
    }

    /// Notes what a write gave; `offered` is whether there was a byte to write.
    #[inline]
    pub(super) fn wrote(
        &mut self,
        result: &Poll<io::Result<usize>>,
        offered: impl FnOnce() -> bool,
    ) {
        match result {
            Poll::Ready(Ok(bytes)) if *bytes != 0 && self.blocked == Blocked::No => {
                self.send(*bytes);
            }
            result => self.wrote_unusually(result, offered()),
        }
    }

    #[inline]
    fn send(&mut self, bytes: usize) {
        self.state.add_written(bytes as u64);
        self.sent = self.sent.wrapping_add(bytes);
        if self.sent >= COUNTED_EVERY {
            self.count_sent();
        }
    }

    #[cold]
    fn wrote_unusually(&mut self, result: &Poll<io::Result<usize>>, offered: bool) {
        match result {
            Poll::Pending => self.block(Blocked::Write),
            Poll::Ready(result) => {
                if self.blocked == Blocked::Write {
                    self.unblock();
                }
                match result {
                    Ok(0) if offered => self.write_failed(io::ErrorKind::WriteZero, None),
                    Ok(bytes) => self.send(*bytes),
                    Err(error) => self.write_failed(error.kind(), error.raw_os_error()),
                }
            }
        }
    }

    /// Notes what a flush gave.
    #[inline]
    pub(super) fn flushed(&mut self, result: &Poll<io::Result<()>>) {
        match result {
            Poll::Ready(Ok(())) if self.blocked == Blocked::No => {
                if self.state.has(flag::SETTLING) {
                    self.settle();
                }
            }
            result => self.flushed_unusually(result),
        }
    }

    #[cold]
    fn flushed_unusually(&mut self, result: &Poll<io::Result<()>>) {
        match result {
            Poll::Pending => self.block(Blocked::Flush),
            Poll::Ready(result) => {
                self.unblock();
                match result {
                    Ok(()) => self.settle(),
                    Err(error) => self.write_failed(error.kind(), error.raw_os_error()),
                }
            }
        }
    }

    /// Notes what a read gave; `room` is whether there was room for a byte.
    #[inline]
    pub(super) fn read(&mut self, result: &Poll<io::Result<()>>, bytes: &[u8], room: bool) {
        match result {
            Poll::Ready(Ok(())) if !bytes.is_empty() => {
                self.received = self.received.wrapping_add(bytes.len());
                if self.received >= COUNTED_EVERY {
                    self.count_received();
                }
                if !self.sniffer.is_off() {
                    self.sniff(bytes);
                }
            }
            Poll::Ready(Ok(())) if room => self.end_of_file(),
            Poll::Ready(Err(error)) => self.read_failed(error),
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
    }

    fn sniff(&mut self, bytes: &[u8]) {
        let state = &*self.state;
        self.sniffer.read(bytes, |found| match found {
            Found::Http2 => state.set(flag::HTTP2),
            Found::Reset(code) => state.resets.count(code),
            Found::GoAway => state.set(flag::GOAWAY),
        });
    }

    /// Notes that the server closes.
    pub(super) fn shut_down(&mut self) {
        if !self.state.has(flag::SHUTDOWN_BEGUN) {
            self.state.close(flag::SHUTDOWN_BEGUN);
        }
    }

    /// Notes that the IO is taken out of our sight.
    pub(super) fn release(&mut self) {
        self.state.set(flag::RELEASED);
    }

    #[cold]
    fn end_of_file(&mut self) {
        if !self.state.has(flag::EOF) {
            self.state.note(Cause {
                detail: Detail::Fin,
                error: None,
            });
            self.state.set(flag::EOF);
        }
    }

    #[cold]
    fn read_failed(&mut self, error: &io::Error) {
        let detail = Detail::of_read(error.kind());
        self.fail(flag::READ_ERR, detail, error.kind(), error.raw_os_error());
    }

    #[cold]
    fn write_failed(&mut self, error: io::ErrorKind, number: Option<i32>) {
        if !self.state.has(flag::WRITE_ERR | flag::WRITE_ZERO) {
            let kind = IoErrorType::from(error);
            self.connections.metrics().write_error(kind);
        }
        let flag = match error {
            io::ErrorKind::WriteZero => flag::WRITE_ZERO,
            _ => flag::WRITE_ERR,
        };
        self.fail(flag, Detail::of_write(error), error, number);
    }

    fn fail(&mut self, flag: u32, detail: Detail, error: io::ErrorKind, number: Option<i32>) {
        self.state.note(Cause {
            detail,
            error: Some((error, number)),
        });
        self.state.set(flag);
        self.state.settling.close(self.state.written());
    }

    fn block(&mut self, by: Blocked) {
        if self.blocked != Blocked::No {
            if by == Blocked::Flush {
                self.blocked = by;
            }
            return;
        }
        // A task that has used up its turn is turned away without a look at the socket.
        if coop::has_budget_remaining() {
            self.blocked = by;
            self.state.block(Moment::now());
        }
    }

    fn unblock(&mut self) {
        if self.blocked == Blocked::No {
            return;
        }
        self.blocked = Blocked::No;
        if let Some(since) = self.state.blocked_since() {
            let time = Duration::from_nanos(since.elapsed());
            self.state.unblock();
            self.connections.metrics().write_blocked(time);
        }
    }

    #[cold]
    fn settle(&mut self) {
        let state = &*self.state;
        let emptied = || state.clear(flag::SETTLING);
        state.settling.flushed(state.written(), emptied);
    }

    #[cold]
    fn count_sent(&mut self) {
        let bytes = std::mem::take(&mut self.sent);
        let metrics = self.connections.metrics();
        metrics.transfer(Direction::Transmit, bytes as u64);
    }

    #[cold]
    fn count_received(&mut self) {
        let bytes = std::mem::take(&mut self.received);
        let metrics = self.connections.metrics();
        metrics.transfer(Direction::Receive, bytes as u64);
    }

    fn close_reason(&self) -> CloseReason {
        let state = &*self.state;
        if let Some(cause) = state.cause() {
            cause.detail.close_reason()
        } else if state.has(flag::RELEASED) {
            CloseReason::Unknown
        } else if state.outcome().is_some_and(Outcome::is_timeout) {
            CloseReason::PeerTimeout
        } else if state.is_draining() {
            CloseReason::ServerShutdown
        } else {
            CloseReason::ServerClosed
        }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.unblock();
        if self.sent > 0 {
            self.count_sent();
        }
        if self.received > 0 {
            self.count_received();
        }
        if !self.state.has(flag::RELEASED) {
            self.state.close(flag::IO_DROPPED);
        }
        self.state.settling.close(self.state.written());
        let lived = Duration::from_nanos(self.state.started.elapsed());
        let reason = self.close_reason();
        self.connections.metrics().close(self.raised, reason, lived);
    }
}
