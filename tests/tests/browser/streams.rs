//! A server on axum whose page has two streams.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{Html, IntoResponse},
    routing::{get, post},
};
use bartizan::{
    conn::{Connections, Drain},
    observe::ObserveLayer,
    sse::Sse,
};
use bartizan_tests::{recorder::Recorder, server::Server};
use futures_util::{StreamExt, stream};
use tokio::{sync::mpsc, time::sleep};

/// What the first stream says, piece by piece, before the server ends it.
const FIRST: &[&str] = &[
    "\u{feff}: a comment\n\n",
    "retry: 20\n\n",
    "event: ti",
    "ck\nid: 1\nda",
    "ta: o",
    "ne\n\n",
    "data: first line\ndata: second line\n\nevent: ping\ndata:\n\n",
    "event: tock\r\nid: 2\r\ndata: two\r",
    "\n\r\n",
    "event: nothing\n\n",
];
/// What the client gets that comes back: the last event is `finish`, and the stream stays open.
const SECOND: &[&str] = &[
    "event: tick\nid: 3\ndata: three\n\ndata: 4\n\n",
    "event: finish\ndata: now\n\n",
];
/// The comments in both.
pub(crate) const COMMENTS: usize = 1;
/// What a browser makes of them: the type, the last id, and the data.
pub(crate) const SEEN: &str = r#"tick 1 "one"
message 1 "first line\nsecond line"
ping 1 ""
tock 2 "two"
tick 3 "three"
message 3 "4"
finish 3 "now""#;

const PIECE: Duration = Duration::from_millis(3);

/// What the page's server learns.
#[derive(Clone)]
struct Site {
    reports: mpsc::UnboundedSender<String>,
    asked: Asked,
}

/// The `Last-Event-ID` of each request for the first stream.
pub(crate) type Asked = Arc<Mutex<Vec<Option<String>>>>;

/// Starts the server. The page's reports come out of the receiver.
pub(crate) async fn serve(recorder: &Recorder) -> (Server, mpsc::UnboundedReceiver<String>, Asked) {
    let meter = || recorder.meter().build().expect("a meter without options");
    let sse = Sse::builder().meter(meter()).build().expect("no options");
    let drain = Drain::with_meter(&meter());
    let builder = Connections::builder().meter(meter());
    let connections = builder.drain(drain.clone()).build();

    let (reports, received) = mpsc::unbounded_channel();
    let asked = Asked::default();
    let app = Router::new()
        .route("/", get(Html(include_str!("page.html"))))
        .route("/bye", get(Html("<title>bye</title>")))
        .route("/report", post(report))
        .route("/events", get(events))
        .route("/left", get(left))
        .with_state(Site {
            reports,
            asked: asked.clone(),
        })
        .layer(ObserveLayer::new(sse));

    let serve = |listener, stop| {
        let fired = drain.fired();
        tokio::spawn(async move {
            stop.await;
            drain.fire();
        });
        axum::serve(connections.listener(listener), connections.make(app))
            .with_graceful_shutdown(fired)
            .into_future()
    };
    (Server::start(serve).await, received, asked)
}

async fn report(State(site): State<Site>, seen: String) {
    let _ = site.reports.send(seen);
}

async fn events(State(site): State<Site>, headers: HeaderMap) -> impl IntoResponse {
    let last = headers.get("last-event-id");
    let last = last.map(|last| String::from_utf8_lossy(last.as_bytes()).into_owned());
    let is_first = last.is_none();
    site.asked.lock().expect("no panic in here").push(last);
    if is_first {
        pieces(FIRST, false)
    } else {
        pieces(SECOND, true)
    }
}

async fn left() -> impl IntoResponse {
    pieces(&["data: are you there?\n\n"], true)
}

/// A stream of these pieces, some time apart, that then ends or stays open.
fn pieces(pieces: &'static [&'static str], stays: bool) -> impl IntoResponse {
    let said = stream::iter(pieces).then(|piece| async {
        sleep(PIECE).await;
        Ok::<_, Infallible>(*piece)
    });
    let then = match stays {
        true => stream::pending().left_stream(),
        false => stream::empty().right_stream(),
    };
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    (headers, Body::from_stream(said.chain(then)))
}
