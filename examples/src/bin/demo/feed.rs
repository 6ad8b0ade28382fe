//! `GET /feed/{topic}` and `GET /ticker/{topic}`: an endless stream of events, a few a second, as pages keep one open. It is
//! where streams go wrong if they are to. A ticker says nothing to keep a silent stream alive.

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

use crate::{faults::Fault, sse::END};

/// The pace of events.
const PACE: Duration = Duration::from_millis(200);
/// A silent stream says at least this often that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(1);
/// How long a stream takes to begin where it takes its time.
const SLOW: Duration = Duration::from_secs(7);

/// Streams for ever, and says now and then that it is alive.
pub(crate) async fn feed(Path(topic): Path<String>) -> Sse<impl Stream<Item = io::Result<Event>>> {
    Sse::new(events(topic)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// Streams for ever.
pub(crate) async fn ticker(
    Path(topic): Path<String>,
) -> Sse<impl Stream<Item = io::Result<Event>>> {
    Sse::new(events(topic))
}

fn events(topic: String) -> impl Stream<Item = io::Result<Event>> {
    stream::unfold(Some(0_u64), move |number| {
        let topic = topic.clone();
        async move { next(&topic, number?).await }
    })
    .boxed()
}

/// The next event, and the number of the one after it, if there is to be one.
async fn next(topic: &str, number: u64) -> Option<(io::Result<Event>, Option<u64>)> {
    let (empty, slow) = (Fault::EmptyStreams.is_on(), Fault::SlowFirstEvent.is_on());
    match number {
        0 if empty => return None,
        0 if slow => sleep(SLOW).await,
        0 => {}
        // Only those that begin anew are empty or slow.
        _ if empty || slow => {
            let last = Event::default().event(END).data("come back");
            return Some((Ok(last), None));
        }
        _ => sleep(PACE).await,
    }
    Fault::Silence.is_switched(false).await;
    if Fault::BrokenStreams.is_on() {
        let error = io::Error::other("the upstream went away, as asked");
        return Some((Err(error), None));
    }
    let event = Event::default().id(number.to_string()).data(topic);
    let event = if Fault::ManyTypes.is_on() {
        event.event(format!("type-{number}"))
    } else {
        event.event("update")
    };
    Some((Ok(event), Some(number + 1)))
}
