//! The handle of a call.

use std::{
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http_body::Body;

use super::{
    CallBody, GenAi, Tokens,
    core::{About, Core},
    figures::{Counted, Figures},
    record::Over,
};
use crate::{clock::Moment, label::Outcome, observe::guard};

/// The handle of a call that is under way: what it used is told here.
///
/// A clone is of the same call. What is told after its end changes nothing.
#[derive(Clone)]
pub struct Call(Arc<Shared>);

struct Shared {
    core: Arc<Core>,
    about: About,
    cell: Mutex<Cell>,
    #[cfg(feature = "trace")]
    span: std::sync::OnceLock<opentelemetry::Context>,
}

/// Where a call is in its life.
#[derive(Debug)]
enum Cell {
    Waiting,
    Live(Live),
    Over,
}

#[derive(Debug)]
struct Live {
    started: Moment,
    figures: Figures,
    future_runs: bool,
    bodies: u32,
    #[cfg(feature = "trace")]
    response: Option<Box<super::span::Response>>,
    #[cfg(feature = "log")]
    trace: Option<crate::line::Trace>,
}

/// What a call is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Future,
    Body,
}

/// What is active while a call runs.
#[derive(Debug)]
pub(super) struct Entered {
    #[cfg(feature = "trace")]
    _span: Option<opentelemetry::ContextGuard>,
}

// === impl Call ===

impl Call {
    /// So many tokens were read. Told several times, they add up; past 10⁹ they are refused.
    pub fn input_tokens(&self, tokens: u64) {
        self.with(|live| live.figures.add_input(tokens));
    }

    /// So many tokens were written. Told several times, they add up; past 10⁹ they are refused.
    ///
    /// Where none are told, the tokens that were [counted](Self::token) are the output.
    pub fn output_tokens(&self, tokens: u64) {
        self.with(|live| live.figures.add_output(tokens));
    }

    /// It cost so many US dollars. Told several times, they add up. What is negative, no number, or past a million in
    /// all is refused.
    pub fn cost_usd(&self, usd: f64) {
        self.with(|live| live.figures.add_cost(usd));
    }

    /// The first token came now, for those who know of no other. Only the first time counts.
    pub fn first_token(&self) {
        self.with(|live| live.figures.first_token(live.started.elapsed()));
    }

    /// A token came now: for answers that come piece by piece, and not as the body of an event
    /// [stream](Self::stream), where one piece is one token.
    pub fn token(&self) {
        self.with(|live| {
            let now = live.started.elapsed();
            live.figures.count(Counted::one(now));
        });
    }

    /// The model that answered: an attribute of the span.
    pub fn response_model(&self, model: &str) {
        #[cfg(feature = "trace")]
        self.respond(|response| response.model = Some(crate::label::clean(model).into_owned()));
        #[cfg(not(feature = "trace"))]
        let _ = model;
    }

    /// The id of the answer: an attribute of the span.
    pub fn response_id(&self, id: &str) {
        #[cfg(feature = "trace")]
        self.respond(|response| response.id = Some(crate::label::clean(id).into_owned()));
        #[cfg(not(feature = "trace"))]
        let _ = id;
    }

    /// Why a generation ended, such as `stop`: an attribute of the span. Of several answers each has one, 16 at most.
    pub fn finish_reason(&self, reason: &str) {
        #[cfg(feature = "trace")]
        self.respond(|response| response.finished(reason));
        #[cfg(not(feature = "trace"))]
        let _ = reason;
    }

    /// Watches the body of an event stream: an upstream's answer, or the service's own.
    ///
    /// The call ends with the body: it succeeds where that comes to its end, with an [end
    /// marker](super::GenAiBuilder::end_data) if there are any declared; it is `incomplete` without, an error if the body
    /// fails, and `cancelled` if the body is dropped before. Within the future of a [run](super::NewCall::run) it is that
    /// one's output that counts, if it ends later than the body. `tokens` says which events are tokens.
    pub fn stream<B: Body>(&self, body: B, tokens: Tokens) -> CallBody<B> {
        self.with(|live| live.bodies = live.bodies.saturating_add(1));
        let Shared { core, about, .. } = &*self.0;
        guard::<GenAi, _>(|| super::body::declare(core, about));
        CallBody::new(
            self.clone(),
            Arc::clone(&core.vocabulary),
            self.elapsed(),
            body,
            tokens,
        )
    }

    pub(super) fn new(core: Arc<Core>, about: About) -> Self {
        Self(Arc::new(Shared {
            core,
            about,
            cell: Mutex::new(Cell::Waiting),
            #[cfg(feature = "trace")]
            span: std::sync::OnceLock::new(),
        }))
    }

    /// It starts.
    #[inline]
    pub(super) fn begin(&self, future_runs: bool) {
        let live = Live {
            started: Moment::now(),
            figures: Figures::default(),
            future_runs,
            bodies: 0,
            #[cfg(feature = "trace")]
            response: None,
            #[cfg(feature = "log")]
            trace: None,
        };
        *self.cell() = Cell::Live(live);
        #[cfg(any(feature = "log", feature = "trace"))]
        if self.0.about.names.is_some() {
            self.tell_start();
        }
    }

    /// Opens the span, and keeps its ids for the line.
    #[cfg(any(feature = "log", feature = "trace"))]
    #[cold]
    fn tell_start(&self) {
        #[cfg(feature = "trace")]
        {
            let Shared { core, about, .. } = &*self.0;
            if let Some(context) = guard::<GenAi, _>(|| super::span::open(core, about)).flatten() {
                let _ = self.0.span.set(context);
            }
        }
        #[cfg(feature = "log")]
        {
            let trace = {
                let _entered = self.enter();
                crate::line::active_trace()
            };
            self.with(|live| live.trace = trace);
        }
    }

    #[inline]
    pub(super) fn enter(&self) -> Option<Entered> {
        #[cfg(feature = "trace")]
        let entered = self.0.span.get().map(|span| Entered {
            _span: crate::task::enter(Some(span)),
        });
        #[cfg(not(feature = "trace"))]
        let entered = None;
        entered
    }

    pub(super) fn about(&self) -> (&Core, &About) {
        (&self.0.core, &self.0.about)
    }

    /// The nanoseconds since its start; 0 if it is over.
    pub(super) fn elapsed(&self) -> u64 {
        self.with(|live| live.started.elapsed()).unwrap_or_default()
    }

    /// A body passed so many tokens.
    pub(super) fn count(&self, counted: Counted) {
        self.with(|live| live.figures.count(counted));
    }

    /// A part of it ended; `nanos` is when, and otherwise it is now.
    pub(super) fn end(
        &self,
        part: Part,
        outcome: Outcome,
        class: Option<&'static str>,
        nanos: Option<u64>,
    ) {
        let mut cell = self.cell();
        let Cell::Live(live) = &mut *cell else {
            return;
        };
        if !live.ends_with(part, outcome) {
            return;
        }
        let over = Over {
            outcome,
            class,
            nanos: nanos.unwrap_or_else(|| live.started.elapsed()),
        };
        let Cell::Live(live) = mem::replace(&mut *cell, Cell::Over) else {
            return;
        };
        // Nothing of others runs under the lock.
        drop(cell);
        let Shared { core, about, .. } = &*self.0;
        guard::<GenAi, _>(|| core.record(about, over, &live.figures));
        #[cfg(any(feature = "log", feature = "trace"))]
        self.tell_end(over, &live);
    }

    #[cfg(any(feature = "log", feature = "trace"))]
    #[inline]
    fn tell_end(&self, over: Over, live: &Live) {
        #[cfg(feature = "log")]
        if let Some(names) = &self.0.about.names
            && self.0.core.options.has_lines()
        {
            let (about, figures) = (&self.0.about, &live.figures);
            let trace = live.trace.as_ref();
            guard::<GenAi, _>(|| super::log::end(about, names, over, figures, trace));
        }
        #[cfg(feature = "trace")]
        if let Some(context) = self.0.span.get() {
            let response = live.response.as_deref();
            guard::<GenAi, _>(|| super::span::end(context, over, &live.figures, response));
        }
    }

    /// Tells the span something of the answer.
    #[cfg(feature = "trace")]
    fn respond(&self, f: impl FnOnce(&mut super::span::Response)) {
        if self.0.span.get().is_some() {
            self.with(|live| f(live.response.get_or_insert_default()));
        }
    }

    /// Runs `f` unless the call is over. It may run nothing of others.
    #[inline]
    fn with<T>(&self, f: impl FnOnce(&mut Live) -> T) -> Option<T> {
        match &mut *self.cell() {
            Cell::Live(live) => Some(f(live)),
            Cell::Waiting | Cell::Over => None,
        }
    }

    #[inline]
    fn cell(&self) -> MutexGuard<'_, Cell> {
        self.0.cell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("about", &self.0.about)
            .field("cell", &*self.cell())
            .finish_non_exhaustive()
    }
}

// === impl Live ===

impl Live {
    /// Whether the call ends as this part of it does. A future that runs has the last word; after it, the first body that
    /// fails, or the last one.
    fn ends_with(&mut self, part: Part, outcome: Outcome) -> bool {
        match part {
            Part::Future => self.future_runs = false,
            Part::Body => self.bodies = self.bodies.saturating_sub(1),
        }
        !self.future_runs && (self.bodies == 0 || outcome != Outcome::Success)
    }
}
