//! What is known of a connection: written by the one who owns the IO, read by everyone.

use std::{
    io,
    sync::{
        OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use super::{Detail, Drain, Outcome, resets::Resets, settle::Settling};
use crate::clock::Moment;

#[derive(Debug)]
pub(super) struct ConnState {
    /// Set with Release, read with Acquire: who sees a flag sees what led to it.
    flags: AtomicU32,
    /// Bytes that the IO took. One writer, so no read-modify-write.
    written: AtomicU64,
    /// When a write first did not go on, in nanoseconds since `started`, plus one; 0 if it goes on.
    blocked_since: AtomicU64,
    pub(super) resets: Resets,
    pub(super) started: Moment,
    cause: OnceLock<Cause>,
    outcome: OnceLock<Outcome>,
    pub(super) settling: Settling,
    drain: Option<Drain>,
}

/// What the peer or the network did first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause {
    pub(super) detail: Detail,
    /// The error, if it was one.
    pub(super) error: Option<(io::ErrorKind, Option<i32>)>,
}

/// Things that happened, a bit each.
pub(super) mod flag {
    /// A read found the end.
    pub(in crate::conn) const EOF: u32 = 1;
    /// A read failed.
    pub(in crate::conn) const READ_ERR: u32 = 1 << 1;
    /// A write or a flush failed.
    pub(in crate::conn) const WRITE_ERR: u32 = 1 << 2;
    /// A write took no byte of some.
    pub(in crate::conn) const WRITE_ZERO: u32 = 1 << 3;
    /// The server began to shut the connection down.
    pub(in crate::conn) const SHUTDOWN_BEGUN: u32 = 1 << 4;
    /// The IO is gone.
    pub(in crate::conn) const IO_DROPPED: u32 = 1 << 5;
    /// The IO was taken out of its wrapper: nothing more is seen of it.
    pub(in crate::conn) const RELEASED: u32 = 1 << 6;
    /// The peer speaks HTTP/2.
    pub(in crate::conn) const HTTP2: u32 = 1 << 7;
    /// The peer sent GOAWAY.
    pub(in crate::conn) const GOAWAY: u32 = 1 << 8;
    /// Reports wait for a flush.
    pub(in crate::conn) const SETTLING: u32 = 1 << 9;
    /// The server closed it while it was draining.
    pub(in crate::conn) const DRAINED: u32 = 1 << 10;
    /// What serves it is let go of, unfinished; the IO follows.
    pub(in crate::conn) const ABANDONED: u32 = 1 << 11;
    /// The server closed it, or is about to.
    pub(in crate::conn) const CLOSED: u32 = SHUTDOWN_BEGUN | IO_DROPPED | ABANDONED;
}

// === impl ConnState ===

impl ConnState {
    pub(super) fn new(started: Moment, drain: Option<Drain>) -> Self {
        Self {
            drain,
            flags: AtomicU32::new(0),
            written: AtomicU64::new(0),
            blocked_since: AtomicU64::new(0),
            resets: Resets::default(),
            started,
            cause: OnceLock::new(),
            outcome: OnceLock::new(),
            settling: Settling::new(),
        }
    }

    pub(super) fn is_draining(&self) -> bool {
        self.drain.as_ref().is_some_and(Drain::is_fired)
    }

    /// Notes that the server closes, in the way that `flag` says.
    pub(super) fn close(&self, flag: u32) {
        // It comes before the flag: who sees that the server closes sees why.
        if self.is_draining() {
            self.set(flag::DRAINED);
        }
        self.set(flag);
    }

    /// Whether one of `flags` is set.
    #[inline]
    pub(super) fn has(&self, flags: u32) -> bool {
        self.flags.load(Ordering::Acquire) & flags != 0
    }

    pub(super) fn set(&self, flag: u32) {
        self.flags.fetch_or(flag, Ordering::Release);
    }

    pub(super) fn clear(&self, flag: u32) {
        self.flags.fetch_and(!flag, Ordering::Release);
    }

    #[inline]
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Counts bytes. The IO's owner alone does so.
    #[inline]
    pub(super) fn add_written(&self, bytes: u64) {
        self.written
            .store(self.written().wrapping_add(bytes), Ordering::Relaxed);
    }

    pub(super) fn cause(&self) -> Option<&Cause> {
        self.cause.get()
    }

    /// Notes what the peer or the network did, unless the server had begun to close before.
    pub(super) fn note(&self, cause: Cause) {
        if !self.has(flag::SHUTDOWN_BEGUN) {
            // The first one stays.
            let _ = self.cause.set(cause);
        }
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.outcome.get().copied()
    }

    /// Notes how serving it ended; the first word stays.
    pub(super) fn conclude(&self, outcome: Outcome) {
        let _ = self.outcome.set(outcome);
    }

    /// Notes that a write does not go on, at this time.
    pub(super) fn block(&self, now: Moment) {
        let since = now.since(self.started);
        self.blocked_since
            .store(since.saturating_add(1), Ordering::Release);
    }

    /// Notes that it goes on.
    pub(super) fn unblock(&self) {
        self.blocked_since.store(0, Ordering::Release);
    }

    /// Since when a write does not go on.
    pub(super) fn blocked_since(&self) -> Option<Moment> {
        let since = self.blocked_since.load(Ordering::Acquire).checked_sub(1)?;
        Some(self.started.after(since))
    }
}
