//! Calls that end in each way, and where they are measured.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::{
    gen_ai::{Call, GenAi, GenAiBuilder, NewCall, Operation, Provider},
    grpc::tests::support::Scribe,
};

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

pub(super) const DURATION: &str = "gen_ai_client_operation_duration_seconds";
pub(super) const USAGE: &str = "gen_ai_client_token_usage";
pub(super) const FIRST_TOKEN: &str = "gen_ai_server_time_to_first_token_seconds";
pub(super) const PER_TOKEN: &str = "gen_ai_server_time_per_output_token_seconds";
pub(super) const COST: &str = "gen_ai_cost_usd";

/// The labels of [`Rig::chat`].
pub(super) const CHAT: &str =
    "gen_ai_operation_name=chat,gen_ai_provider_name=openai,gen_ai_request_model=gpt-5";

/// What a call's future does, after it told its handle 10 tokens, 4 tokens and a cost of 0.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Succeed,
    Fail,
    TimeOut,
    /// It never ends, and is let go of.
    Hang,
    /// It is let go of before it was polled.
    Unpolled,
    /// The function that makes the future panics.
    PanicInCall,
    PanicInFuture,
    PanicInDrop,
}

/// What panics when it is dropped.
#[derive(Clone, Debug)]
pub(super) struct Bomb;

/// What a body does at a poll; after the last step it ends.
#[derive(Clone, Debug)]
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
pub(super) struct Script {
    pub(super) steps: VecDeque<Step>,
    /// It says when it is at its end, and its length.
    pub(super) knows_its_end: bool,
    pub(super) _bomb: Option<Bomb>,
}

/// A set of calls, and where its figures are.
pub(super) struct Rig {
    pub(super) gen_ai: GenAi,
    pub(super) scribe: Scribe,
}

// === impl Does ===

impl Does {
    pub(super) const ALL: [Self; 8] = [
        Self::Succeed,
        Self::Fail,
        Self::TimeOut,
        Self::Hang,
        Self::Unpolled,
        Self::PanicInCall,
        Self::PanicInFuture,
        Self::PanicInDrop,
    ];

    /// What it comes to: the outcome, and the `error_type`.
    pub(super) fn outcome(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Succeed => ("success", None),
            Self::Fail => ("error", Some("_OTHER")),
            Self::TimeOut => ("error", Some("timeout")),
            Self::Hang | Self::Unpolled => ("cancelled", Some("cancelled")),
            Self::PanicInCall | Self::PanicInFuture | Self::PanicInDrop => ("panic", Some("panic")),
        }
    }

    /// Makes the call, and lets go of it. Panics end here.
    pub(super) fn make(self, new: NewCall) {
        let run = AssertUnwindSafe(|| {
            let mut future = Box::pin(new.run(|call| {
                tell(&call);
                assert!(self != Self::PanicInCall, "in the function");
                self.run(call)
            }));
            if self != Self::Unpolled {
                let _ = poll(future.as_mut());
                // Once more, where it waits: that is no second call.
                if self == Self::Hang {
                    let _ = poll(future.as_mut());
                }
            }
        });
        let _ = catch_unwind(run);
    }

    async fn run(self, _kept: Call) -> Result<u8, Error> {
        match self {
            Self::Succeed => Ok(7),
            Self::Fail => Err("it failed".into()),
            Self::TimeOut => Err(timed_out()),
            Self::Hang | Self::Unpolled => std::future::pending().await,
            Self::PanicInCall | Self::PanicInFuture => panic!("in the future"),
            Self::PanicInDrop => {
                let _bomb = Bomb;
                std::future::pending().await
            }
        }
    }
}

fn timed_out() -> Error {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

/// Tells a call what it used.
pub(super) fn tell(call: &Call) {
    call.input_tokens(7);
    call.input_tokens(3);
    call.output_tokens(4);
    call.cost_usd(0.25);
    call.cost_usd(0.25);
}

/// Polls once.
pub(super) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// What a poll of a body gives.
type Framed<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

/// Polls a body once.
pub(super) fn frame<B: Body>(body: Pin<&mut B>) -> Framed<B> {
    body.poll_frame(&mut Context::from_waker(Waker::noop()))
}

/// Polls a body until it is at its end, fails or waits.
pub(super) fn drain<B: Body>(mut body: Pin<&mut B>) {
    while let Poll::Ready(Some(Ok(_))) = frame(body.as_mut()) {}
}

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in the drop");
    }
}

// === impl Script ===

impl Script {
    pub(super) fn of<const N: usize>(steps: [Step; N]) -> Self {
        Self {
            steps: steps.into(),
            ..Self::default()
        }
    }

    pub(super) fn data<const N: usize>(frames: [&'static str; N]) -> Self {
        Self::of(frames.map(Step::Data))
    }

    pub(super) fn knowing_its_end(mut self) -> Self {
        self.knows_its_end = true;
        self
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(step) = self.steps.pop_front() else {
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

    fn is_end_stream(&self) -> bool {
        self.knows_its_end && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.steps.iter().map(|step| match step {
            Step::Data(text) => text.len() as u64,
            _ => 0,
        });
        if self.knows_its_end {
            SizeHint::with_exact(length.sum())
        } else {
            SizeHint::default()
        }
    }
}

// === impl Rig ===

impl Rig {
    /// Metrics alone.
    pub(super) fn new() -> Self {
        Self::with(|options| options)
    }

    /// Metrics alone, with options.
    pub(super) fn with(options: impl FnOnce(GenAiBuilder) -> GenAiBuilder) -> Self {
        Self::with_all(|builder| options(builder.without_spans().without_lines()))
    }

    pub(super) fn with_all(options: impl FnOnce(GenAiBuilder) -> GenAiBuilder) -> Self {
        let scribe = Scribe::new();
        let builder = options(GenAi::builder().meter(scribe.meter()));
        let gen_ai = builder.build().expect("options");
        Self { gen_ai, scribe }
    }

    pub(super) fn chat(&self) -> NewCall {
        self.gen_ai.call(Operation::Chat, Provider::OPENAI, "gpt-5")
    }

    /// The series of a metric that are not 0.
    pub(super) fn risen(&self, metric: &str) -> Vec<String> {
        let mut series = self.scribe.series(metric);
        series.retain(|series| !series.ends_with(" 0"));
        series
    }

    /// The sum of a histogram's only series that has any samples.
    pub(super) fn sum(&self, metric: &str) -> f64 {
        let sums = self.scribe.scrape().into_iter().filter_map(|line| {
            let (series, value) = line.strip_prefix(metric)?.rsplit_once(' ')?;
            series
                .starts_with("_sum")
                .then(|| value.parse::<f64>().expect("a number"))
        });
        sums.sum()
    }

    /// Checks what one call of [`chat`](Self::chat) left, which was told the usual.
    pub(super) fn check(&self, error: Option<&str>, what: &dyn std::fmt::Debug) {
        let labels = match error {
            Some(error) => format!("{{{CHAT},error_type={error}}} 1"),
            None => format!("{{{CHAT}}} 1"),
        };
        assert_eq!(self.risen(DURATION), [labels], "{what:?}");
        let usage =
            ["input", "output"].map(|kind| format!("{{{CHAT},gen_ai_token_type={kind}}} 1"));
        assert_eq!(self.risen(USAGE), usage, "{what:?}");
        assert_eq!(self.sum(USAGE), 14.0, "{what:?}");
        assert_eq!(self.risen(COST), [format!("{{{CHAT}}} 1")], "{what:?}");
        assert_eq!(self.sum(COST), 0.5, "{what:?}");
    }
}
