//! What an exchange asks of its connection.

use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "sse")]
use super::IoErrorType;
use super::{ConnHandle, state::flag};

/// Set once a connection is observed: a process without any need not look for one in each request.
static ANY: AtomicBool = AtomicBool::new(false);

pub(super) fn observing() {
    // Most often it is set, and stays as the threads have it.
    if !ANY.load(Ordering::Relaxed) {
        ANY.store(true, Ordering::Relaxed);
    }
}

// === impl ConnHandle ===

impl ConnHandle {
    /// Whether any connection of this process was ever observed.
    #[inline(always)]
    pub(crate) fn any() -> bool {
        ANY.load(Ordering::Relaxed)
    }

    /// Whether the server closed it in order to shut down.
    pub(crate) fn drained(&self) -> bool {
        self.0.has(flag::DRAINED)
    }

    /// The kind of the error that writing failed with, if it did.
    #[cfg(feature = "sse")]
    pub(crate) fn write_error(&self) -> Option<IoErrorType> {
        if !self.0.has(flag::WRITE_ERR | flag::WRITE_ZERO) {
            return None;
        }
        let kind = self
            .first_error()
            .map_or(std::io::ErrorKind::Other, |(kind, _)| kind);
        Some(IoErrorType::from(kind))
    }
}
