//! An IO that is observed.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{ConnHandle, Connections, probe::Probe};

pin_project! {
    /// Notes what happens on a connection; [`Connections::observe`] makes it.
    ///
    /// It goes below hyper's `TokioIo` and above TLS: see the [module docs](super). Reads, writes,
    /// flushes and shutdowns pass unchanged, vectored writes among them.
    ///
    /// # Cancellation
    ///
    /// Its drop closes the connection's books before the inner IO is dropped.
    #[derive(Debug)]
    pub struct ObservedIo<T> {
        // It drops before the inner IO: what is seen there is recorded by then.
        probe: Probe,
        #[pin]
        inner: T,
    }
}

// === impl ObservedIo ===

impl<T> ObservedIo<T> {
    pub(super) fn new(inner: T, connections: Connections) -> Self {
        Self {
            probe: Probe::new(connections),
            inner,
        }
    }

    /// What is known of the connection.
    #[must_use]
    pub fn handle(&self) -> ConnHandle {
        ConnHandle(Arc::clone(&self.probe.state))
    }

    /// The inner IO.
    #[must_use]
    pub fn get_ref(&self) -> &T {
        &self.inner
    }

    /// The inner IO. What is read from it or written to it here is not noted.
    #[must_use]
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Takes the inner IO out. The connection is no longer seen: if nothing told its end before, its
    /// close reason is `unknown`.
    #[must_use]
    pub fn into_inner(self) -> T {
        let Self { mut probe, inner } = self;
        probe.release();
        inner
    }
}

impl<T: AsyncRead> AsyncRead for ObservedIo<T> {
    #[inline]
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.project();
        let (before, room) = (buffer.filled().len(), buffer.remaining() > 0);
        let result = this.inner.poll_read(cx, buffer);
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        this.probe.read(&result, bytes, room);
        result
    }
}

impl<T: AsyncWrite> AsyncWrite for ObservedIo<T> {
    #[inline]
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.project();
        let result = this.inner.poll_write(cx, bytes);
        this.probe.wrote(&result, || !bytes.is_empty());
        result
    }

    #[inline]
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.project();
        let result = this.inner.poll_write_vectored(cx, slices);
        this.probe
            .wrote(&result, || slices.iter().any(|slice| !slice.is_empty()));
        result
    }

    #[inline]
    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    #[inline]
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        let result = this.inner.poll_flush(cx);
        this.probe.flushed(&result);
        result
    }

    /// What fails from here on is of the server's doing, and no error is noted.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        this.probe.shut_down();
        this.inner.poll_shutdown(cx)
    }
}
