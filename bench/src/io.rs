//! Writes to a connection, bare and observed.

use std::{
    hint::black_box,
    io,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use bartizan::conn::Connections;
use tokio::io::AsyncWrite;

use crate::{drive::Run, recorder::Exporter};

/// Takes whatever it is given.
#[derive(Debug)]
struct Sink;

/// Writes to the IO itself.
pub fn bare(run: Run) -> u64 {
    write(Sink, run)
}

/// Writes through an observed connection.
pub fn observed(run: Run) -> u64 {
    let _exporter = Exporter::install();
    write(Connections::new().observe(Sink), run)
}

fn write<T: AsyncWrite + Unpin>(mut io: T, run: Run) -> u64 {
    // What is made once is made before.
    one(&mut io);
    let before = (run.allocations)();
    counted_region_of_writes(&mut io, run.requests);
    (run.allocations)() - before
}

#[inline(never)]
fn counted_region_of_writes<T: AsyncWrite + Unpin>(io: &mut T, writes: usize) {
    for _ in 0..writes {
        one(io);
    }
}

#[inline(never)]
fn one<T: AsyncWrite + Unpin>(io: &mut T) {
    let mut cx = Context::from_waker(Waker::noop());
    let written = Pin::new(io).poll_write(&mut cx, black_box(&[0; 120]));
    assert!(matches!(written, Poll::Ready(Ok(120))), "it takes all");
}

// === impl Sink ===

impl AsyncWrite for Sink {
    #[inline(never)]
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(black_box(bytes).len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
