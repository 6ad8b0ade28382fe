//! An observer of one's own: an audit log that gets exactly one entry for each exchange, however it
//! ends. It serves, makes requests that end in each way, prints their entries, and checks the count.
#![allow(clippy::print_stdout, reason = "it prints its log")]

use std::{
    collections::BTreeMap,
    convert::Infallible,
    error::Error,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, routing::get};
use bartizan::{
    label::End,
    observe::{ObserveLayer, Observer, Record, RequestHead},
};
use futures_util::{StreamExt, stream};
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{sleep, timeout},
};

type Failure = Box<dyn Error + Send + Sync>;

/// Writes down who asked for what, and how it ended.
///
/// A hook must not wait, so the entries go to a task through a channel. This one is unbounded because
/// the program is short; a service would take a bounded one, and count what it has to leave out.
#[derive(Clone, Debug)]
struct Audit {
    started: Arc<AtomicU64>,
    log: UnboundedSender<Entry>,
}

/// What the observer keeps while an exchange lasts.
struct Ticket {
    number: u64,
    account: String,
}

/// What is written down.
struct Entry {
    number: u64,
    end: Option<End>,
    text: String,
}

// === impl Audit ===

impl Observer for Audit {
    type State = Ticket;

    fn start(&self, _: Record<'_>, request: RequestHead<'_>) -> Ticket {
        let account = request
            .headers()
            .get("x-account")
            .and_then(|value| value.to_str().ok());
        Ticket {
            number: self.started.fetch_add(1, Ordering::Relaxed) + 1,
            account: account.unwrap_or("nobody").to_owned(),
        }
    }

    // The state comes by value: there can be no second end.
    fn end(&self, Ticket { number, account }: Ticket, record: Record<'_>) {
        let status = record
            .status()
            .map_or("no head".to_owned(), |status| status.to_string());
        let error = record
            .error_type()
            .map(|error| format!(", error {error}"))
            .unwrap_or_default();
        let (method, route) = (record.method(), record.route().label);
        let (sent, elapsed) = (record.sent(), record.elapsed().as_millis());
        let text =
            format!("{account}: {method} {route}, {status}, {sent} bytes, {elapsed} ms{error}");
        // The log may be gone before the last exchange is.
        let _ = self.log.send(Entry {
            number,
            end: record.end(),
            text,
        });
    }
}

/// How the client behaves.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    Read,
    LeaveInBody,
    LeaveBeforeHead,
}

/// Path, the client's way, and the end to be written down.
const SCENES: &[(&str, Act, End)] = &[
    ("/whole", Act::Read, End::Completed),
    ("/nothing", Act::Read, End::Completed),
    ("/error", Act::Read, End::Completed),
    ("/broken", Act::Read, End::BodyError),
    ("/panic", Act::Read, End::Panic),
    ("/endless", Act::LeaveInBody, End::Dropped),
    ("/slow", Act::LeaveBeforeHead, End::CancelledBeforeResponse),
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--listen");
    let address = args.next().unwrap_or_else(|| "127.0.0.1:3005".into());

    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));

    let (log, mut entries) = unbounded_channel();
    let audit = Audit {
        started: Arc::default(),
        log,
    };
    let app = Router::new()
        .route("/whole", get("all of it"))
        .route("/error", get(http::StatusCode::INTERNAL_SERVER_ERROR))
        .route(
            "/broken",
            get(async || {
                Body::from_stream(stream::iter([Ok("half"), Err(io::Error::other("no more"))]))
            }),
        )
        .route("/panic", get(async || -> &str { panic!("as asked") }))
        .route(
            "/endless",
            get(async || Body::from_stream(stream::repeat("more").map(Ok::<_, Infallible>))),
        )
        .route("/slow", get(async || sleep(Duration::from_secs(60)).await))
        .layer(ObserveLayer::new(audit.clone()));
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    println!("listening on http://{address}");
    tokio::spawn(axum::serve(listener, app).into_future());

    let mut ends = BTreeMap::new();
    for (sent, (path, act, expected)) in (1..).zip(SCENES) {
        request(address, path, *act, sent, &audit.started).await;
        let Entry { number, end, text } = next(&mut entries).await.ok_or("no entry in time")?;
        println!("{number} {text}");
        assert_eq!((number, end), (sent, Some(*expected)), "{path}");
        *ends.entry(expected.as_str()).or_insert(0) += 1;
    }
    sleep(Duration::from_millis(200)).await;
    assert!(entries.is_empty(), "an exchange ended twice");
    println!("{} exchanges, one end each: {ends:?}", SCENES.len());
    Ok(())
}

async fn next(entries: &mut UnboundedReceiver<Entry>) -> Option<Entry> {
    timeout(Duration::from_secs(5), entries.recv()).await.ok()?
}

/// Makes a request on a connection of its own. That it fails is no matter here.
async fn request(address: SocketAddr, path: &str, act: Act, number: u64, started: &AtomicU64) {
    let client = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build_http();
    let request = Request::get(format!("http://{address}{path}")).header("x-account", "acme");
    let Ok(request) = request.body(Empty::<bytes::Bytes>::new()) else {
        return;
    };
    let answered = client.request(request);
    let seen = async {
        while act != Act::LeaveBeforeHead || started.load(Ordering::Relaxed) < number {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let response = tokio::select! {
        response = answered => response,
        () = seen => return,
    };
    if let Ok(mut response) = response {
        while let Some(Ok(_)) = response.frame().await {
            if act == Act::LeaveInBody {
                return;
            }
        }
    }
}
