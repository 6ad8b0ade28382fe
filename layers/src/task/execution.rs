//! One execution of a job, from its start to its end.

use std::sync::Arc;

use super::{
    About, Tasks,
    classify::{Classify, ErrorClass},
    current::{self, Within},
    in_flight::Place,
    kind::{Counted, Kind},
    watched::{Watch, WatchOutput},
};
use crate::{
    clock::Moment,
    label::{OTHER, Outcome},
    observe::guard,
};

/// Who measures a job.
#[derive(Debug)]
pub(crate) struct Execution<C> {
    state: State,
    classify: C,
}

#[derive(Debug)]
enum State {
    /// It is to begin.
    Waiting(Plan),
    Live(Live),
    Over,
}

/// What is known of a job that is to begin.
#[derive(Debug)]
struct Plan {
    kind: Arc<Kind>,
    /// What it says of itself, if that matters.
    about: Option<Box<About>>,
}

#[derive(Debug)]
struct Live {
    kind: Arc<Kind>,
    started: Moment,
    place: Place,
    counted: Counted,
    /// What only some jobs have is apart: a job is moved with what is kept of it.
    #[cfg(any(feature = "log", feature = "trace"))]
    told: Option<Box<Told>>,
}

/// What spans and lines keep of a job.
#[cfg(any(feature = "log", feature = "trace"))]
#[derive(Debug, Default)]
struct Told {
    #[cfg(feature = "trace")]
    span: Option<opentelemetry::Context>,
    #[cfg(feature = "log")]
    kept: Option<super::log::Kept>,
}

/// What is active while a job runs.
#[derive(Debug)]
pub(crate) struct Entered {
    _within: Within,
    #[cfg(feature = "trace")]
    _span: Option<opentelemetry::ContextGuard>,
}

// === impl Execution ===

impl<C> Execution<C> {
    /// A job that is to begin, as a part of whatever runs it.
    pub(super) fn waiting(kind: Arc<Kind>, about: Option<Box<About>>, classify: C) -> Self {
        let state = State::Waiting(Plan { kind, about });
        Self { state, classify }
    }

    /// A worker's job, which begins now.
    #[inline]
    pub(super) fn begun(kind: Arc<Kind>, about: Option<&About>, classify: C) -> Self {
        let state = State::Live(Live::begin(kind, about, true));
        Self { state, classify }
    }

    fn end(&mut self, outcome: Outcome, error: Option<&'static str>) {
        if let State::Live(live) = &mut self.state {
            live.end(outcome, error);
            self.state = State::Over;
        }
    }
}

impl<C> Watch for Execution<C> {
    type Entered = Option<Entered>;

    #[inline]
    fn begin(&mut self) {
        if let State::Waiting(Plan { kind, about }) = &mut self.state {
            let about = about.take();
            let live = Live::begin(Arc::clone(kind), about.as_deref(), false);
            self.state = State::Live(live);
        }
    }

    #[inline]
    fn enter(&self) -> Option<Entered> {
        match &self.state {
            State::Live(live) => live.enter(),
            State::Waiting(_) | State::Over => None,
        }
    }

    fn end_without(&mut self, outcome: Outcome) {
        self.end(outcome, None);
    }
}

impl<O, C: Classify<O>> WatchOutput<O> for Execution<C> {
    #[inline]
    fn end_with(&mut self, output: &O) {
        // A panic of the user's function costs the class, and not the record.
        let class = guard::<Tasks, _>(|| {
            let class = self.classify.classify(output);
            class.map(|class| listed::<C::Class>(class.as_str()))
        });
        match class {
            Some(None) => self.end(Outcome::Success, None),
            Some(Some(word)) => self.end(Outcome::Error, Some(word)),
            None => self.end(Outcome::Error, Some(OTHER)),
        }
    }
}

// === impl Live ===

impl Live {
    #[cfg_attr(
        not(any(feature = "log", feature = "trace")),
        expect(unused_mut, unused_variables, reason = "it is told to spans and lines")
    )]
    #[inline]
    fn begin(kind: Arc<Kind>, about: Option<&About>, is_consumer: bool) -> Self {
        let started = Moment::now();
        let place = kind.in_flight.add(started);
        let counted = guard::<Tasks, _>(|| kind.start()).unwrap_or_default();
        let mut live = Self {
            kind,
            started,
            place,
            counted,
            #[cfg(any(feature = "log", feature = "trace"))]
            told: None,
        };
        #[cfg(any(feature = "log", feature = "trace"))]
        if live.kind.core.options.tells() {
            live.tell(about, is_consumer);
        }
        live
    }

    /// Opens the span, and within it writes the line.
    #[cfg(any(feature = "log", feature = "trace"))]
    #[cold]
    fn tell(&mut self, about: Option<&About>, is_consumer: bool) {
        let nothing = About::default();
        let about = about.unwrap_or(&nothing);
        let options = &self.kind.core.options;
        #[cfg(feature = "trace")]
        if let Some(spans) = &options.spans {
            let text = &self.kind.text;
            let open = || spans.of_job(text, is_consumer, about);
            if let Some(span) = guard::<Tasks, _>(open).flatten() {
                self.told.get_or_insert_default().span = Some(span);
            }
        }
        #[cfg(not(feature = "trace"))]
        let _ = is_consumer;
        #[cfg(feature = "log")]
        if !options.lines.is_off() {
            let lines = options.lines;
            let entered = self.enter();
            let kept = guard::<Tasks, _>(|| lines.start(&self.kind.text, about));
            drop(entered);
            self.told.get_or_insert_default().kept = kept;
        }
    }

    #[inline]
    fn enter(&self) -> Option<Entered> {
        let needs_current = self.kind.core.options.stages;
        #[cfg(feature = "trace")]
        let needs_current = needs_current || self.told.is_some();
        // One within another job is not to be taken for that.
        let needs_current = needs_current || current::is_any();
        needs_current.then(|| self.enter_kind())
    }

    #[inline(never)]
    fn enter_kind(&self) -> Entered {
        Entered {
            _within: current::enter(&self.kind),
            #[cfg(feature = "trace")]
            _span: {
                let told = self.told.as_ref();
                super::span::enter(told.and_then(|told| told.span.as_ref()))
            },
        }
    }

    #[inline]
    fn end(&mut self, outcome: Outcome, error: Option<&'static str>) {
        let Self {
            kind,
            started,
            place,
            counted,
            #[cfg(any(feature = "log", feature = "trace"))]
            told,
        } = self;
        let nanos = started.elapsed();
        kind.in_flight.remove(*place);
        guard::<Tasks, _>(|| kind.lower(*counted));
        guard::<Tasks, _>(|| match outcome {
            Outcome::Success => kind.succeed(nanos),
            _ => kind.fail(outcome, error, nanos),
        });
        #[cfg(any(feature = "log", feature = "trace"))]
        if let Some(told) = told.take() {
            told.end(kind, outcome, error, nanos);
        }
    }
}

// === impl Told ===

#[cfg(any(feature = "log", feature = "trace"))]
impl Told {
    #[cold]
    fn end(&self, kind: &Kind, outcome: Outcome, error: Option<&'static str>, nanos: u64) {
        // A panic is told as one; who cancelled is not known.
        let error = match outcome {
            Outcome::Panic => Some(outcome.as_str()),
            _ => error,
        };
        #[cfg(feature = "log")]
        if let Some(kept) = &self.kept {
            guard::<Tasks, _>(|| kept.end(&kind.text, outcome, error, nanos));
        }
        #[cfg(not(feature = "log"))]
        let _ = (kind, nanos);
        #[cfg(feature = "trace")]
        if let Some(span) = &self.span {
            guard::<Tasks, _>(|| super::span::end(span, outcome, error));
        }
    }
}

/// A word of a list of classes; one that is not of the list is another.
#[cold]
fn listed<C: ErrorClass>(word: &'static str) -> &'static str {
    let is_listed = C::ALL.iter().any(|class| class.as_str() == word);
    if is_listed && !word.is_empty() {
        word
    } else {
        OTHER
    }
}
