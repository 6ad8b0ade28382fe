//! A service that does as it is told, and what a subscriber sees of it.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, header::CONTENT_TYPE};
use http_body::{Body, Frame};
use tower::{Service, service_fn};
use tower_layer::Layer as _;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{Layer, Registry, layer, layer::SubscriberExt};

use crate::{
    observe::{ObserveLayer, Observers},
    route::RouteSources,
};

/// What a body does at a poll; after the last step it ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Data(&'static str),
    Fail,
    Hang,
    Panic,
    TimeOut,
    Trailers,
}

/// A body that follows a script.
#[derive(Clone, Debug, Default)]
pub(super) struct Script(VecDeque<Step>);

/// What a service does with a request.
#[derive(Debug)]
pub(super) enum Reply {
    Answer(Response<Script>),
    Error,
    Hang,
    PanicInCall,
    PanicInFuture,
    TimeOut,
}

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

/// The lines that a subscriber saw, a text each: level, target, message, then the fields as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

/// Writes the fields of an event down, with the types that they have.
#[derive(Default)]
struct Fields {
    message: String,
    fields: String,
}

/// Subscribes on this thread for as long as the guard is there.
pub(crate) fn subscribe() -> (DefaultGuard, Lines) {
    let lines = Lines::default();
    let subscriber = Registry::default().with(lines.clone());
    (tracing::subscriber::set_default(subscriber), lines)
}

/// The lines of one exchange.
pub(super) fn lines_of<O: Observers>(
    layer: &ObserveLayer<O>,
    request: Request<()>,
    reply: impl FnOnce() -> Reply,
) -> Vec<String> {
    let (_guard, lines) = subscribe();
    exchange(layer, request, reply);
    lines.take()
}

/// One exchange, whose body is polled until it ends or waits, and then let go of. Panics end here.
pub(super) fn exchange<O: Observers>(
    layer: &ObserveLayer<O>,
    request: Request<()>,
    reply: impl FnOnce() -> Reply,
) {
    let run = || {
        let mut reply = Some(reply);
        let routes = RouteSources::new().table(["/users/{id}"]).expect("a table");
        let layer = layer.clone().routes(routes);
        let mut service = layer.layer(service_fn(move |_: Request<()>| {
            let reply = match reply.take().expect("one request")() {
                Reply::PanicInCall => panic!("in `call`"),
                reply => reply,
            };
            async move {
                match reply {
                    Reply::Answer(response) => Ok(response),
                    Reply::Error => Err::<_, Error>("the service failed".into()),
                    Reply::Hang => std::future::pending().await,
                    Reply::PanicInCall | Reply::PanicInFuture => panic!("in the future"),
                    Reply::TimeOut => Err(timed_out()),
                }
            }
        }));
        let mut context = Context::from_waker(Waker::noop());
        let mut future = Box::pin(service.call(request));
        let Poll::Ready(Ok(response)) = future.as_mut().poll(&mut context) else {
            return;
        };
        let mut body = Box::pin(response.into_body());
        while let Poll::Ready(Some(Ok(_))) = body.as_mut().poll_frame(&mut context) {}
    };
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
}

pub(super) fn get() -> Request<()> {
    request("GET")
}

pub(super) fn request(method: &str) -> Request<()> {
    let request = Request::builder().method(method).uri("/users/7");
    request.body(()).expect("a request")
}

pub(super) fn answer<const N: usize>(status: u16, steps: [Step; N]) -> Reply {
    let script = Script(steps.into_iter().collect());
    let response = Response::builder().status(status).body(script);
    Reply::Answer(response.expect("a response"))
}

/// An event stream.
pub(super) fn stream<const N: usize>(steps: [Step; N]) -> Reply {
    with_header(
        answer(200, steps),
        CONTENT_TYPE.as_str(),
        "text/event-stream",
    )
}

pub(super) fn with_header(reply: Reply, name: &'static str, value: &'static str) -> Reply {
    let Reply::Answer(mut response) = reply else {
        return reply;
    };
    let value = value.parse().expect("a value");
    response.headers_mut().insert(name, value);
    Reply::Answer(response)
}

fn timed_out() -> Error {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

// === impl Script ===

impl Body for Script {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(step) = self.0.pop_front() else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(match step {
            Step::Data(text) => Ok(Frame::data(Bytes::from_static(text.as_bytes()))),
            Step::Fail => Err("the body failed".into()),
            Step::Hang => return Poll::Pending,
            Step::Panic => panic!("in the body"),
            Step::TimeOut => Err(timed_out()),
            Step::Trailers => Ok(Frame::trailers(HeaderMap::new())),
        }))
    }
}

// === impl Lines ===

impl Lines {
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no panic while a line is kept"))
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: layer::Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (level, target) = (event.metadata().level(), event.metadata().target());
        let Fields { message, fields } = fields;
        let line = format!("{level} {target} {message:?}{fields}");
        self.0
            .lock()
            .expect("no panic while a line is kept")
            .push(line);
    }
}

// === impl Fields ===

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => self.fields += &format!(" {name}={value:?} (debug)"),
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.fields += &format!(" {field}={value:?}");
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields += &format!(" {field}={value}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields += &format!(" {field}={value:?}");
    }
}
