//! Bodies that do what they are told, and what became of them.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header::ETAG};
use http_body::{Body, Frame, SizeHint};
use sse_body::{Ended, OnEnd, Stats};

thread_local! {
    /// The time of the bodies under test, past the first that was asked for.
    static ELAPSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    #[allow(clippy::disallowed_methods, reason = "the base of a clock that stands still")]
    static BASE: Instant = Instant::now();
}

/// A clock that moves when it is told to.
pub(crate) fn clock() -> Instant {
    BASE.with(|base| *base + ELAPSED.get())
}

pub(crate) fn pass(milliseconds: u64) {
    ELAPSED.set(ELAPSED.get() + Duration::from_millis(milliseconds));
}

/// What a scripted body does at a poll.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Data(&'static [u8]),
    Error,
    Panic,
    Pending,
    Trailers,
    Wait(u64),
}

/// A body that does what it is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) steps: VecDeque<Step>,
    /// Whether it says that it is at its end when it is.
    pub(crate) knows_its_end: bool,
}

// === impl Script ===

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            knows_its_end: false,
        }
    }

    pub(crate) fn knowing_its_end(self) -> Self {
        Self {
            knows_its_end: true,
            ..self
        }
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some(step) = self.steps.pop_front() else {
            return Poll::Ready(None);
        };
        match step {
            Step::Data(data) => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(data))))),
            Step::Error => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            Step::Panic => panic!("the body panics"),
            Step::Pending => Poll::Pending,
            Step::Trailers => {
                let trailers = HeaderMap::from_iter([(ETAG, HeaderValue::from_static("x"))]);
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
            Step::Wait(milliseconds) => {
                pass(milliseconds);
                poll(&mut *self)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.knows_its_end && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let len = self
            .steps
            .iter()
            .map(|step| {
                if let Step::Data(data) = step {
                    data.len() as u64
                } else {
                    0
                }
            })
            .sum();
        SizeHint::with_exact(len)
    }
}

pub(crate) type Polled<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

pub(crate) fn poll<B: Body + Unpin>(body: &mut B) -> Polled<B> {
    Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
}

/// Polls until the body is at its end, or gives an error.
pub(crate) fn drain<B: Body + Unpin>(body: &mut B) {
    while !matches!(poll(body), Poll::Ready(None | Some(Err(_)))) {}
}

/// What the ends of bodies told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ends(Rc<RefCell<Vec<(Ended, Stats)>>>);

impl OnEnd for Ends {
    fn on_end(&mut self, stats: &Stats, ended: Ended) {
        self.0.borrow_mut().push((ended, stats.clone()));
    }
}

impl Ends {
    /// The one end there is to be.
    pub(crate) fn one(&self) -> (Ended, Stats) {
        let ends = self.0.borrow();
        assert_eq!(ends.len(), 1, "told once: {ends:?}");
        ends[0].clone()
    }
}

pub(crate) const EVENT: Step = Step::Data(b"data: a\n\n");
pub(crate) const HALF: Step = Step::Data(b"data: a\n");
