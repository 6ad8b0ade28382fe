//! `GET /blast`: events as large and as fast as the connection takes them, for clients that are slow to read.

use std::convert::Infallible;

use axum::response::{Sse, sse::Event};
use futures_util::{Stream, stream};

const SIZE: usize = 64 << 10;

/// Streams for ever, without a pause.
pub(crate) async fn blast() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let data = "x".repeat(SIZE);
    Sse::new(stream::repeat_with(
        move || Ok(Event::default().data(&data)),
    ))
}
