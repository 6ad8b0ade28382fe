//! `POST /broken/{how}`: streams that break off in the middle, once the request's body has ended. So the
//! client decides when, and has the start of its answer for certain.

use std::io;

use axum::{
    body::Body,
    extract::Path,
    response::{Sse, sse::Event},
};
use futures_util::{Stream, StreamExt, stream};
use http_body_util::BodyExt;
use serde::Deserialize;

use crate::routes::PANIC;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum How {
    Error,
    Panic,
}

/// Streams two events, and then no more.
pub(crate) async fn broken(
    Path(how): Path<How>,
    request: Body,
) -> Sse<impl Stream<Item = Result<Event, io::Error>>> {
    let events = stream::iter(["all", "is well"]).map(|data| Ok(Event::default().data(data)));
    let end = stream::once(async move {
        let _ = request.collect().await;
        match how {
            How::Error => Err(io::Error::other("the upstream went away, as asked")),
            How::Panic => panic!("{PANIC}"),
        }
    });
    Sse::new(events.chain(end))
}
