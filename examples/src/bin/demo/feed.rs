//! `GET /feed/{topic}`: an endless stream of events, a few a second, as pages keep one open. It is where streams go
//! wrong if they are to.

use std::{io, time::Duration};

use axum::{
    extract::Path,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::sleep;

use crate::faults::Fault;

/// The pace of events.
const PACE: Duration = Duration::from_millis(200);
/// A silent stream says at least this often that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(1);
/// How long a stream takes to begin where it takes its time.
const SLOW: Duration = Duration::from_secs(7);

/// Streams for ever.
pub(crate) async fn feed(Path(topic): Path<String>) -> Sse<impl Stream<Item = io::Result<Event>>> {
    let events = stream::unfold(0_u64, move |number| {
        let topic = topic.clone();
        async move { Some((next(&topic, number).await?, number + 1)) }
    });
    Sse::new(events.boxed()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// The next event; none where the stream ends.
async fn next(topic: &str, number: u64) -> Option<io::Result<Event>> {
    if number == 0 {
        if Fault::EmptyStreams.is_on() {
            return None;
        }
        if Fault::SlowFirstEvent.is_on() {
            sleep(SLOW).await;
        }
    } else {
        sleep(PACE).await;
    }
    Fault::Silence.is_switched(false).await;
    if Fault::BrokenStreams.is_on() {
        return Some(Err(io::Error::other("the upstream went away, as asked")));
    }
    let event = Event::default().id(number.to_string()).data(topic);
    let event = if Fault::ManyTypes.is_on() {
        event.event(format!("type-{number}"))
    } else {
        event.event("update")
    };
    Some(Ok(event))
}
