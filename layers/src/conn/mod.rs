//! What connections know: who closed them and how, what they carry, and when a server drains.
//!
//! A body that is dropped does not know why. The connection does, a moment before: an [`ObservedIo`]
//! notes each end, error and blocked write in a word that the requests of the connection can read, by
//! its [`ConnHandle`]. [`Connections`] makes such IOs and counts them; a [`Drain`] tells connections and
//! streams that the server stops.
//!
//! | metric | kind, unit | labels (most values) | recorded |
//! |---|---|---|---|
//! | `server_connections_active` | up-down counter, {connection} | | from accept until the IO is dropped |
//! | `server_connections_accepted_total` | counter, {connection} | | accept |
//! | `server_connection_duration_seconds` | histogram, s | `close_reason` (6) | the IO is dropped |
//! | `server_connection_io_bytes_total` | counter, By | `network_io_direction` (2) | every 64 KiB of a connection, and when it is dropped |
//! | `server_connection_write_errors_total` | counter, {error} | `error_type` (6) | a connection's first failed write |
//! | `server_connection_write_blocked_seconds` | histogram, s | | the IO takes bytes again, fails or is dropped |
//! | `server_drain_start_time_seconds` | gauge, s | | the drain fires; 0 before |
//!
//! Counters are registered at 0, so that their first rise shows in a rate. The words are in
//! [`CloseReason`] and [`IoErrorType`]. These metrics are this project's own: OpenTelemetry has none for
//! connections of servers. Write errors are for diagnosis, and no alert: whether a read or a write meets
//! a client's reset is a race, so that the same clients give more of them or fewer.
//!
//! # Where it goes
//!
//! Right below hyper's `TokioIo`, and above TLS: `TokioIo<ObservedIo<TlsStream<TcpStream>>>`. There it
//! sees clear text, and so HTTP/2's frames; the bytes of the protocol and not of TLS; and TLS's own
//! ends. Below TLS, as with the TLS that tonic's server brings, it counts ciphertext and knows no stream
//! of HTTP/2 that was reset; all else holds.
//!
//! It forwards vectored writes. An IO in between that does not makes hyper copy each frame into one
//! buffer, and hyper then takes frames from a body without a limit on their number.
//!
//! # What can be known
//!
//! - **A client that leaves is known when the body drops.** With hyper, the end or the error was read,
//!   or a write failed, before the future and the bodies of a connection are dropped, on HTTP/1 and on
//!   HTTP/2, whether a stream was idle or flooding.
//! - **A reset stream of HTTP/2** is inferred: the connection is there, and the client sent RST_STREAM
//!   since the request began. hyper tells no one which stream a request is, so a stream that ends for
//!   another reason while a sibling is reset looks alike.
//! - **Whether bytes were written** is known on HTTP/1 only: hyper flushes the IO when it holds nothing
//!   back itself, and a body that was handed over may be far from that.
//! - **That the server let go** is known by exclusion: the IO is dropped or shut down, and nothing of the
//!   peer came before.
//!
//! And what cannot:
//!
//! - A half-closed connection looks as one that is closed whole, a browser that leaves as a proxy that
//!   closes; a reset has one look, whether a process crashed, left bytes unread or lingers for zero
//!   seconds. Written is not received: megabytes may stand in the kernel.
//! - A peer that is gone without a word (a pulled cable, a lost route) is there until the operating system
//!   or HTTP/2's pings give up: see below.
//! - On HTTP/1, hyper does not read while it has something left to read: a pipelined request, a stray
//!   line after a body, a request's body that the handler did not read to its end. A client that leaves
//!   then is noticed by the next write or the one after it. So read requests' bodies, and send heartbeats
//!   on streams. The same goes for `half_close(true)`.
//! - A client that HTTP/2's flow control holds back blocks no connection: `write_blocked` is of TCP. And a
//!   client of HTTP/2 that a drain asks to go away mostly closes by itself, which is `client_closed`.
//!
//! # Socket options
//!
//! | option | why |
//! |---|---|
//! | `TCP_USER_TIMEOUT`, 20 s, say | ends a connection whose bytes are not acknowledged. Without it, one that is written to lives for some 15 minutes after the peer is gone. It also ends a peer that reads nothing for that long |
//! | TCP keep-alive, 15 s and 3 probes, say | ends one that is idle; it does not run while bytes wait, so both options are needed |
//! | HTTP/2 pings (`keep_alive_interval`, `keep_alive_timeout`) | do the work of both, for HTTP/2, but for a connection that takes no byte: its streams end as `unknown`, and it stays until `TCP_USER_TIMEOUT` or its peer ends it |
//! | `TCP_NOTSENT_LOWAT`, 16 KiB, for event streams | keeps events out of the kernel's buffer: a client that stops reading then shows after tens of kilobytes and not megabytes |
//!
//! # Cost
//!
//! 13 instructions a write, 16 a flush and 14 a read, over the bare IO: half a nanosecond to two; no
//! clock, no lock, no atomic read-modify-write, no call through a pointer. The clock is read when a write
//! first does not go on, and when it does again. On HTTP/2 a frame that is read costs a hundred more, some
//! 7 nanoseconds. A connection costs one allocation of 144 bytes, 56 bytes beside the inner IO, and two
//! readings of the clock. Counted with callgrind, of an IO that takes everything.
//!
//! # Errors, panics, cancellation
//!
//! None of its own: results pass unchanged. A recorder that panics costs no connection, and what it
//! should have recorded is left out. A gauge that was raised is lowered in the same series; without a
//! recorder nothing is raised.
//!
//! # On plain hyper
//!
//! ```no_run
//! use std::convert::Infallible;
//!
//! use bartizan::conn::Connections;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use hyper::{
//!     body::{Bytes, Incoming},
//!     service::service_fn,
//! };
//! use hyper_util::{
//!     rt::{TokioExecutor, TokioIo},
//!     server::conn::auto,
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let connections = Connections::new();
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! loop {
//!     let (stream, _) = listener.accept().await?;
//!     let io = connections.observe(stream);
//!     let handle = io.handle();
//!     let service = service_fn(async |_: Request<Incoming>| {
//!         Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("Hello"))))
//!     });
//!     tokio::spawn(async move {
//!         let builder = auto::Builder::new(TokioExecutor::new());
//!         let serve = builder.serve_connection(TokioIo::new(io), service);
//!         let result = handle.observe_boxed(serve).await;
//!         tracing::debug!(cause = ?handle.cause(), outcome = ?handle.outcome(), ?result);
//!     });
//! }
//! # }
//! ```
//!
//! On axum, see [`Drain`], and on tonic
#![cfg_attr(feature = "tonic", doc = "[`ConnectInfoLayer`].")]
#![cfg_attr(
    not(feature = "tonic"),
    doc = "`ConnectInfoLayer`, of the feature `tonic`."
)]

#[cfg(feature = "axum")]
mod axum;
mod connections;
mod drain;
mod exchange;
mod guard;
mod handle;
mod incoming;
mod io;
mod metrics;
mod outcome;
mod probe;
mod resets;
mod settle;
mod sniff;
mod state;
#[cfg(test)]
mod tests;
#[cfg(feature = "tonic")]
mod tonic;
mod words;

#[cfg(feature = "axum")]
pub use self::axum::{ObservedListener, ObservedMake, ObservedMakeFuture, WithConnection};
pub(crate) use self::handle::{ConnMark, Verdict};
#[cfg(feature = "tonic")]
pub use self::tonic::{ConnectInfoLayer, ConnectInfoService, ObservedInfo};
pub use self::{
    connections::{Connections, ConnectionsBuilder},
    drain::{Drain, Fired},
    handle::ConnHandle,
    incoming::ObservedIncoming,
    io::ObservedIo,
    outcome::{ObservedConnection, Outcome},
    words::{CloseReason, Detail, IoErrorType},
};
#[cfg(feature = "sse")]
pub(crate) use self::{drain::DrainCell, settle::Settle};
