//! `GET /answers/{id}`: an answer word by word, as a gateway in front of a language model streams it.
//!
//! It thinks before it speaks, which is what keep-alives are for. `[DONE]` says that it is whole: a
//! client that misses it comes back with the id of the last word in `Last-Event-ID`.

use std::{convert::Infallible, future::ready, time::Duration};

use axum::{
    Extension,
    extract::{Path, Query},
    http::HeaderMap,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use bartizan::observe::StreamHandle;
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::time::sleep;

/// The data of the last event of an answer that is whole.
pub(crate) const DONE: &str = "[DONE]";
/// Why an answer ends whose client has used up what it paid for.
pub(crate) const QUOTA: &str = "quota_exceeded";

const WORDS: [&str; 7] = ["one", "true", "record", "for", "every", "stream", "here"];
/// How long it thinks, and how long it takes to say a word.
const THOUGHT: Duration = Duration::from_millis(20);
const WORD: Duration = Duration::from_millis(3);
/// A proxy gives a silent stream up after a minute or so: 15 s would do, if thoughts were longer.
const KEEP_ALIVE: Duration = Duration::from_millis(8);

/// After how many words the answer goes wrong, if at all.
#[derive(Deserialize)]
pub(crate) struct Fate {
    cut: Option<usize>,
    quota: Option<usize>,
}

/// How an answer ends.
#[derive(Clone, Copy)]
enum Ending {
    Done,
    /// Without a word: something upstream went away.
    Cut,
    Quota,
}

/// Streams an answer, from the word on that the client has not had yet.
pub(crate) async fn answer(
    Path(id): Path<String>,
    Query(fate): Query<Fate>,
    headers: HeaderMap,
    Extension(handle): Extension<StreamHandle>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // For logs and spans: it is in no label.
    handle.set_id(id);
    let (ending, until) = fate.ending();
    let from = last_event_id(&headers).min(until);
    let words = stream::iter(from..until).then(|word| async move {
        sleep(WORD).await;
        let id = (word + 1).to_string();
        Event::default().event("word").id(id).data(WORDS[word])
    });
    let thought = stream::once(async {
        sleep(THOUGHT).await;
        Event::default().event("ping").data("still thinking")
    });
    let last = stream::once(async move { ending.say(&handle) }).filter_map(ready);
    Sse::new(thought.chain(words).chain(last).map(Ok))
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// How many words the client has had.
fn last_event_id(headers: &HeaderMap) -> usize {
    let id = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    id.and_then(|id| id.parse().ok()).unwrap_or(0)
}

// === impl Fate ===

impl Fate {
    /// How the answer ends, and after how many words.
    fn ending(&self) -> (Ending, usize) {
        let (ending, words) = match *self {
            Self { cut: Some(n), .. } => (Ending::Cut, n),
            Self { quota: Some(n), .. } => (Ending::Quota, n),
            _ => (Ending::Done, WORDS.len()),
        };
        (ending, words.min(WORDS.len()))
    }
}

// === impl Ending ===

impl Ending {
    /// The last event, if there is one.
    fn say(self, handle: &StreamHandle) -> Option<Event> {
        match self {
            Self::Done => Some(Event::default().data(DONE)),
            Self::Cut => None,
            Self::Quota => {
                handle.end_with(QUOTA).expect("it was declared");
                Some(Event::default().event("error").data(QUOTA))
            }
        }
    }
}
