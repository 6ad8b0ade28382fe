//! A transparent [`http_body::Body`] wrapper that shows what passes.
//!
//! [`TapBody`] gives the same frames, trailers, size hint and end of stream as the body within it, and
//! shows each frame to a hook on the way. It buffers nothing, allocates nothing, and knows no metrics.
//!
//! ```
//! use http_body::Frame;
//! use http_body_util::{BodyExt, Full};
//! use sse_body::TapBody;
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let mut sent = 0;
//! let body = Full::new(bytes::Bytes::from_static(b"data: hello\n\n"));
//! let tapped = TapBody::new(body, |frame: &Frame<bytes::Bytes>| {
//!     sent += frame.data_ref().map_or(0, bytes::Bytes::len);
//! });
//! assert_eq!(tapped.collect().await?.to_bytes(), "data: hello\n\n");
//! assert_eq!(sent, 13);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod body;
mod end;
mod format;
pub mod hooks;
mod scanner;
mod stats;
mod tap;
#[cfg(test)]
mod tests;
mod watch;

pub use self::{
    body::SseBody,
    end::{Ended, OnEnd},
    format::Format,
    scanner::{Event, EventType, Item, OnItem, Scanner},
    stats::Stats,
    tap::{OnFrame, TapBody},
};
