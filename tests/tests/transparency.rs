//! The observed body is the bare body: the same frames, trailers, hints and ends, before each poll and
//! past the end.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use bartizan::observe::{
    FrameRef, Needs, ObserveLayer, ObservedBody, Observer, Observers, Record, RequestHead,
};
use bartizan_tests::script::{Failed, Length, Script, Step};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, Method, Request, Response, StatusCode, Version, header::CONTENT_LENGTH};
use http_body::{Body, SizeHint};
use http_body_util::BodyExt;
use proptest::{collection::vec, option, prelude::*};
use tower::{Layer, ServiceExt, service_fn};

/// An observer that looks at everything.
#[derive(Clone, Debug, Default)]
struct Watch {
    ends: Arc<AtomicUsize>,
}

impl Observer for Watch {
    type State = (usize, Option<Duration>);

    fn needs(&self) -> Needs {
        Needs::NONE.first_data().request_size()
    }

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) -> Self::State {
        (0, None)
    }

    fn frame(&self, seen: &mut Self::State, record: Record<'_>, frame: FrameRef<'_>) {
        let (frames, first) = seen;
        *frames += usize::from(matches!(frame, FrameRef::Data(_)));
        *first = first.or(record.first_data());
    }

    fn end(&self, (frames, first): Self::State, record: Record<'_>) {
        // The engine catches a panic here, and then the end is not counted.
        assert!(record.end().is_some());
        assert_eq!(
            (frames as u64, first),
            (record.frames(), record.first_data())
        );
        self.ends.fetch_add(1, Ordering::Relaxed);
    }
}

/// Another type of observer, which panics wherever it can.
#[derive(Clone, Debug)]
struct Faulty;

impl Observer for Faulty {
    type State = ();

    fn start(&self, _: Record<'_>, _: RequestHead<'_>) {}

    fn frame(&self, (): &mut (), _: Record<'_>, _: FrameRef<'_>) {
        panic!("an observer's bug");
    }

    fn end(&self, (): (), _: Record<'_>) {
        panic!("another one");
    }
}

/// What one can see of a body from outside.
#[derive(Debug, PartialEq)]
struct Sight {
    hint: (u64, Option<u64>),
    ended: bool,
    polled: Polled,
}

#[derive(Debug, PartialEq)]
enum Polled {
    Pending,
    None,
    Data(Bytes),
    Trailers(HeaderMap),
    Failed,
    Panicked,
}

/// Polls a body, past its end too, and tells all that there is to see.
fn watch(body: impl Body<Data = Bytes, Error = Failed>, polls: usize) -> Vec<Sight> {
    let mut body = Box::pin(body);
    let mut cx = Context::from_waker(Waker::noop());
    let poll = |_| {
        let (hint, ended) = (bounds(&body.size_hint()), body.is_end_stream());
        let polled = catch_unwind(AssertUnwindSafe(|| {
            Pin::as_mut(&mut body).poll_frame(&mut cx)
        }));
        let polled = match polled {
            Err(_) => Polled::Panicked,
            Ok(Poll::Pending) => Polled::Pending,
            Ok(Poll::Ready(None)) => Polled::None,
            Ok(Poll::Ready(Some(Err(Failed)))) => Polled::Failed,
            Ok(Poll::Ready(Some(Ok(frame)))) => match frame.into_data() {
                Ok(data) => Polled::Data(data),
                Err(frame) => Polled::Trailers(frame.into_trailers().expect("data or trailers")),
            },
        };
        Sight {
            hint,
            ended,
            polled,
        }
    };
    (0..polls).map(poll).collect()
}

fn bounds(hint: &SizeHint) -> (u64, Option<u64>) {
    (hint.lower(), hint.upper())
}

/// An exchange: what decides how the layer takes the body.
#[derive(Clone, Debug)]
struct Exchange {
    method: Method,
    version: Version,
    status: StatusCode,
    declared: Option<u64>,
    body: Script,
    polls: usize,
}

impl Exchange {
    fn bare(&self) -> Vec<Sight> {
        watch(self.body.clone(), self.polls)
    }

    fn observed<O: Observers>(&self, observers: O) -> Vec<Sight> {
        watch(self.response(observers).into_body(), self.polls)
    }

    fn response<O: Observers>(&self, observers: O) -> Response<ObservedBody<Script, O>> {
        let Self {
            method,
            version,
            status,
            declared,
            body,
            ..
        } = self.clone();
        let mut response = Response::builder().status(status);
        if let Some(declared) = declared {
            response = response.header(CONTENT_LENGTH, declared);
        }
        let response = Cell::new(response.body(body).ok());
        let service = service_fn(|_: Request<()>| {
            let response = response.take().expect("one request");
            async { Ok::<_, Failed>(response) }
        });
        let request = Request::builder().method(method).version(version).body(());
        let service = ObserveLayer::new(observers).layer(service);
        let answered = service.oneshot(request.expect("a request")).now_or_never();
        answered.expect("it never waits").expect("it never fails")
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(any::<u8>(), 0..40).prop_map(|bytes| Step::Data(bytes.into())),
        2 => Just(Step::Pend),
        1 => Just(Step::trailer("x-done")),
        1 => Just(Step::Fail),
        1 => Just(Step::End),
        1 => Just(Step::Panic),
    ]
}

fn exchange() -> impl Strategy<Value = Exchange> {
    let length = prop_oneof![
        Just(Length::Unknown),
        Just(Length::Exact),
        (0..99_u64, option::of(99..200_u64)).prop_map(|(low, high)| Length::Between(low, high)),
    ];
    let body = (vec(step(), 0..12), length, any::<bool>()).prop_map(|(steps, length, silent)| {
        let body = Script::new(steps).length(length);
        if silent { body.silent() } else { body }
    });
    (
        prop_oneof![4 => Just(Method::GET), 1 => Just(Method::HEAD), 1 => Just(Method::CONNECT)],
        prop_oneof![Just(Version::HTTP_11), Just(Version::HTTP_2)],
        prop_oneof![4 => Just(200), 1 => Just(204), 1 => Just(304), 1 => Just(101), 1 => Just(500)],
        option::of(0..200_u64),
        body,
        0..20_usize,
    )
        .prop_map(|(method, version, status, declared, body, polls)| {
            let status = StatusCode::from_u16(status).expect("a status");
            Exchange {
                method,
                version,
                status,
                declared,
                body,
                polls,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn observed_is_as_bare(exchange in exchange()) {
        let bare = exchange.bare();
        prop_assert_eq!(&exchange.observed(()), &bare);
        prop_assert_eq!(&exchange.observed(Watch::default()), &bare);
        prop_assert_eq!(&exchange.observed((Watch::default(), Faulty)), &bare);
        prop_assert_eq!(&exchange.observed(Some(Watch::default())), &bare);
        prop_assert_eq!(&exchange.observed(None::<Watch>), &bare);
        prop_assert_eq!(&exchange.observed(((), (Some(Faulty), Watch::default()))), &bare);
    }

    #[test]
    fn there_is_one_end_however_far_it_is_polled(exchange in exchange()) {
        let (one, two) = (Watch::default(), Watch::default());
        drop(exchange.observed((one.clone(), Some(two.clone()))));
        // Two of one type in one layer are two observers.
        prop_assert_eq!(one.ends.load(Ordering::Relaxed), 1);
        prop_assert_eq!(two.ends.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn the_head_is_as_bare(exchange in exchange()) {
        let response = exchange.response(Watch::default());
        prop_assert_eq!(response.status(), exchange.status);
        let declared = exchange.declared.map(|declared| declared.to_string());
        let header = response.headers().get(CONTENT_LENGTH).map(|value| value.to_str().unwrap());
        prop_assert_eq!(header, declared.as_deref());
        prop_assert_eq!(response.headers().len(), usize::from(declared.is_some()));
        prop_assert!(response.extensions().is_empty());
        prop_assert_eq!(bounds(&response.body().size_hint()), bounds(&exchange.body.size_hint()));
    }
}

#[test]
fn a_default_body_is_the_default_of_the_bare_one() {
    let bare = watch(Script::default(), 3);
    assert_eq!(watch(ObservedBody::<Script, Watch>::default(), 3), bare);
}

#[tokio::test]
async fn what_follows_the_declared_length_is_seen_where_the_protocol_asks_for_it() {
    for (version, at_once) in [
        (Version::HTTP_10, 1),
        (Version::HTTP_11, 1),
        (Version::HTTP_2, 0),
    ] {
        let watch = Watch::default();
        let steps = [Step::data("forty"), Step::Pend, Step::trailer("x-done")];
        let exchange = Exchange {
            method: Method::GET,
            version,
            status: StatusCode::OK,
            declared: Some(5),
            body: Script::new(steps),
            polls: 0,
        };
        let mut body = exchange.response(watch.clone()).into_body();
        body.frame().await.unwrap().unwrap();
        assert_eq!(watch.ends.load(Ordering::Relaxed), at_once, "{version:?}");
        body.frame().await.unwrap().unwrap();
        assert_eq!(watch.ends.load(Ordering::Relaxed), 1, "{version:?}");
    }
}
