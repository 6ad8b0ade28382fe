//! A call's future.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{
    Call, GenAi,
    call::{Entered, Part},
};
use crate::{
    label::{OTHER, Outcome},
    observe::guard,
    task::{ByResult, Classify, ErrorClass, Watch, WatchOutput, Watched, type_number, words},
};

pin_project! {
    /// A call's future; made by [`NewCall::run`](super::NewCall::run).
    ///
    /// Dropped before its end, the call is cancelled, and is recorded after the future inside was dropped.
    #[must_use = "futures do nothing unless polled"]
    pub struct CallFuture<F, Fut, C = ByResult> {
        #[pin]
        inner: Watched<Step<F, Fut>, Execution<C>>,
    }
}

pin_project! {
    /// A future that is made when it is first polled.
    #[project = StepProjection]
    enum Step<F, Fut> {
        Waiting { made_by: Option<(F, Call)> },
        Running { #[pin] future: Fut },
    }
}

/// Who measures a call.
struct Execution<C> {
    call: Call,
    classify: C,
    /// Registers the classes of errors.
    declare: fn(&Call),
}

// === impl CallFuture ===

impl<F, Fut, C> CallFuture<F, Fut, C> {
    pub(super) fn new(call: Call, f: F, classify: C) -> Self
    where
        Fut: Future,
        C: Classify<Fut::Output>,
    {
        let made_by = Some((f, call.clone()));
        let execution = Execution {
            call,
            classify,
            declare: declare::<C::Class>,
        };
        let inner = Watched::lazy(Step::Waiting { made_by }, execution);
        Self { inner }
    }
}

impl<F, Fut, C> Future for CallFuture<F, Fut, C>
where
    F: FnOnce(Call) -> Fut,
    Fut: Future,
    C: Classify<Fut::Output>,
{
    type Output = Fut::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Fut::Output> {
        self.project().inner.poll(cx)
    }
}

impl<F, Fut, C> fmt::Debug for CallFuture<F, Fut, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

fn declare<C: ErrorClass>(call: &Call) {
    let (core, about) = call.about();
    core.declare(about, type_number::<C>(), words::<C>);
}

// === impl Step ===

impl<F, Fut> Future for Step<F, Fut>
where
    F: FnOnce(Call) -> Fut,
    Fut: Future,
{
    type Output = Fut::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Fut::Output> {
        if let StepProjection::Waiting { made_by } = self.as_mut().project() {
            let (f, call) = made_by.take().expect("not polled after a panic");
            let future = f(call);
            self.set(Self::Running { future });
        }
        match self.project() {
            StepProjection::Running { future } => future.poll(cx),
            StepProjection::Waiting { .. } => unreachable!("it runs since above"),
        }
    }
}

// === impl Execution ===

impl<C> Watch for Execution<C> {
    type Entered = Option<Entered>;

    #[inline]
    fn begin(&mut self) {
        self.call.begin(true);
        guard::<GenAi, _>(|| (self.declare)(&self.call));
    }

    #[inline]
    fn enter(&self) -> Option<Entered> {
        self.call.enter()
    }

    fn end_without(&mut self, outcome: Outcome) {
        self.call.end(Part::Future, outcome, None, None);
    }
}

impl<O, C: Classify<O>> WatchOutput<O> for Execution<C> {
    #[inline]
    fn end_with(&mut self, output: &O) {
        // A panic of the user's function costs the class, and not the record.
        let class = guard::<GenAi, _>(|| {
            let class = self.classify.classify(output);
            class.map(|class| listed::<C::Class>(class.as_str()))
        });
        let (outcome, class) = match class {
            Some(None) => (Outcome::Success, None),
            Some(class) => (Outcome::Error, class),
            None => (Outcome::Error, Some(OTHER)),
        };
        self.call.end(Part::Future, outcome, class, None);
    }
}

/// A word of a list of classes; one that is not of the list is another.
#[cold]
fn listed<C: ErrorClass>(word: &'static str) -> &'static str {
    if words::<C>().contains(&word) {
        word
    } else {
        OTHER
    }
}
