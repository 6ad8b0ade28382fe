//! `GET /events`: server-sent events of a chosen number, pace, size and kind.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::Query,
    http::StatusCode,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, stream};
use serde::Deserialize;

const KEEP_ALIVE: Duration = Duration::from_secs(15);
const MAX_INTERVAL_MS: u64 = 3_600_000;
const MAX_SIZE: usize = 1 << 20;
const MAX_TYPES: usize = 32;

/// The query's fields. Without any: an event a second, for ever.
#[derive(Deserialize)]
pub(crate) struct Events {
    #[serde(default)]
    count: u64,
    #[serde(default = "default_interval_ms")]
    interval_ms: u64,
    #[serde(default = "default_size")]
    size: usize,
    #[serde(default)]
    types: String,
}

const fn default_interval_ms() -> u64 {
    1000
}

const fn default_size() -> usize {
    32
}

/// What the type of the last event is, if there is one.
pub(crate) const END: &str = "end";

/// Streams events: `count` of them and an [`END`], or endlessly if that is 0.
pub(crate) async fn events(Query(query): Query<Events>) -> Response {
    if let Err(refusal) = query.check() {
        return (StatusCode::BAD_REQUEST, refusal).into_response();
    }
    Sse::new(stream(query))
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

fn stream(query: Events) -> impl Stream<Item = Result<Event, Infallible>> {
    let Events {
        count,
        interval_ms,
        size,
        types,
    } = query;
    let types: Vec<String> = types
        .split(',')
        .filter(|name| !name.is_empty())
        .map(String::from)
        .collect();
    let data = "x".repeat(size);
    stream::unfold((0, types, data), move |(sent, types, data)| async move {
        if count != 0 && sent >= count {
            let end = Event::default().event(END).data("that was all");
            return (sent == count).then(|| (Ok(end), (sent + 1, types, data)));
        }
        if sent > 0 && interval_ms > 0 {
            tokio::time::sleep(Duration::from_millis(interval_ms)).await;
        }
        let mut event = Event::default().id(sent.to_string()).data(&data);
        if !types.is_empty() {
            event = event.event(&types[(sent % types.len() as u64) as usize]);
        }
        Some((Ok(event), (sent + 1, types, data)))
    })
}

// === impl Events ===

impl Events {
    /// Refuses what would break the stream's lines or the process's memory.
    fn check(&self) -> Result<(), String> {
        let Self {
            count: _,
            interval_ms,
            size,
            types,
        } = self;
        if *interval_ms > MAX_INTERVAL_MS {
            return Err(format!("interval_ms is at most {MAX_INTERVAL_MS}\n"));
        }
        if *size > MAX_SIZE {
            return Err(format!("size is at most {MAX_SIZE}\n"));
        }
        if types.contains(['\r', '\n', '\0']) || types.split(',').count() > MAX_TYPES {
            return Err(format!(
                "types is a list of at most {MAX_TYPES} names, each on one line\n"
            ));
        }
        Ok(())
    }
}
