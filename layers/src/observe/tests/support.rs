//! A scripted body, and an observer that writes down what it sees.

use std::{
    cell::Cell,
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower::{Service, service_fn};
use tower_layer::Layer;

use crate::{
    label::End,
    observe::{
        FrameRef, ObserveLayer, ObservedBody, Observer, Observers, Record, RequestHead,
        ResponseHead,
    },
};

/// What a scripted body does at a poll.
#[derive(Debug)]
pub(super) enum Step {
    Data(&'static str),
    Trailers,
    Error,
    TimedOut,
    Pending,
    Panic,
}

/// A body that follows a script, and is not `Sync`.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) steps: VecDeque<Step>,
    pub(super) length: Option<u64>,
    pub(super) ends_early: bool,
    /// Asked for its size or its end, it panics.
    pub(super) hint_panics: bool,
    pub(super) not_sync: Cell<()>,
}

/// What one exchange looked like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) end: End,
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
    pub(super) route: String,
    pub(super) frames: u64,
    pub(super) sent: u64,
}

/// Writes down the end of each exchange.
#[derive(Clone, Debug, Default)]
pub(super) struct Witness(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) hooks: Vec<String>,
    pub(super) ends: Vec<Seen>,
}

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

/// Puts `layer` around a service that answers with what `answer` makes.
pub(super) fn service<O: Observers>(
    layer: ObserveLayer<O>,
    answer: impl Fn() -> Response<Script> + Clone,
) -> impl Service<Request<()>, Response = Response<ObservedBody<Script, O>>, Error = Error> {
    layer.layer(service_fn(move |_: Request<()>| {
        let response = answer();
        async move { Ok::<_, Error>(response) }
    }))
}

/// Polls once.
pub(super) fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Calls a service whose answer is ready.
pub(super) fn answer<S, R>(service: &mut S, request: Request<()>) -> Result<R, S::Error>
where
    S: Service<Request<()>, Response = R>,
{
    match poll(std::pin::pin!(service.call(request))) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the service was to answer at once"),
    }
}

/// What a poll of a body gives.
type Polled<B> = Result<Frame<<B as Body>::Data>, <B as Body>::Error>;

/// Polls a body once.
pub(super) fn frame<B: Body + Unpin>(body: &mut B) -> Poll<Option<Polled<B>>> {
    Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
}

/// Polls a body until it is at its end, as hyper does.
pub(super) fn drain<B: Body + Unpin>(body: &mut B) {
    while !body.is_end_stream() {
        match frame(body) {
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Ready(_) | Poll::Pending => break,
        }
    }
}

// === impl Script ===

impl Script {
    pub(super) fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            ..Self::default()
        }
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.not_sync.set(());
        let Some(step) = self.steps.pop_front() else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(match step {
            Step::Data(text) => Ok(Frame::data(Bytes::from_static(text.as_bytes()))),
            Step::Trailers => Ok(Frame::trailers(HeaderMap::new())),
            Step::Error => Err("the body failed".into()),
            Step::TimedOut => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
            Step::Pending => return Poll::Pending,
            Step::Panic => panic!("the body panics"),
        }))
    }

    fn is_end_stream(&self) -> bool {
        assert!(!self.hint_panics, "the body's hint panics");
        self.ends_early && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map(SizeHint::with_exact).unwrap_or_default()
    }
}

// === impl Witness ===

impl Witness {
    pub(super) fn ends(&self) -> Vec<Seen> {
        self.0.lock().unwrap().ends.clone()
    }

    /// The only exchange.
    pub(super) fn only(&self) -> Seen {
        let ends = self.ends();
        assert_eq!(ends.len(), 1, "one record for one exchange: {ends:?}");
        ends[0].clone()
    }

    pub(super) fn hooks(&self) -> Vec<String> {
        self.0.lock().unwrap().hooks.clone()
    }

    fn hook(&self, name: &str) {
        self.0.lock().unwrap().hooks.push(name.to_owned());
    }
}

impl Observer for Witness {
    type State = Ticket;

    fn start(&self, record: Record<'_>, _: RequestHead<'_>) -> Ticket {
        assert_eq!(record.end(), None);
        self.hook("start");
        Ticket
    }

    fn head(&self, _: &mut Ticket, record: Record<'_>, head: &mut ResponseHead<'_>) {
        assert_eq!(record.status(), Some(head.status()));
        self.hook("head");
    }

    fn frame(&self, _: &mut Ticket, _: Record<'_>, frame: FrameRef<'_>) {
        self.hook(match frame {
            FrameRef::Data(_) => "data",
            FrameRef::Trailers(_) => "trailers",
            FrameRef::Other => "other",
        });
    }

    fn end(&self, _: Ticket, record: Record<'_>) {
        self.hook("end");
        self.0.lock().unwrap().ends.push(Seen {
            end: record.end().expect("it ended"),
            status: record.status().map(|status| status.as_u16()),
            error: record.error_type().map(|error| error.to_string()),
            route: record.route().label.to_owned(),
            frames: record.frames(),
            sent: record.sent(),
        });
    }
}

/// A state that is neither `Copy` nor `Clone`.
#[derive(Debug)]
pub(super) struct Ticket;
