//! The route of one request, as it becomes known.

use std::sync::{Arc, OnceLock};

use http::{HeaderMap, StatusCode};
use route_canon::{Admission, Budget, Table, ValueId};

#[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
use super::ids::Ids;
#[cfg(feature = "axum")]
use super::memo::Memo;
use super::{
    RouteSource, Word, grpc,
    guess::{self, Guesser},
    interner::Interner,
};
use crate::{
    label::{self, OTHER, OVERFLOW, UNMATCHED},
    observe::RequestHead,
};

/// A layer's sources and its budget.
#[derive(Clone, Debug)]
pub(crate) struct Routes {
    #[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
    ids: Ids,
    budget: Arc<Budget>,
    #[cfg(feature = "axum")]
    memo: Memo,
    table: Option<Arc<Table>>,
    /// The label of each template of the table.
    labels: Arc<[RouteLabel]>,
    guesser: Guesser,
    grpc: bool,
    slot: bool,
    /// Made once a layer outside is to be told.
    told: Arc<OnceLock<Interner>>,
}

/// What the response's head may vouch for.
#[derive(Debug)]
pub(crate) enum Pending {
    /// The path of a gRPC method.
    Method(Box<str>),
    /// A guessed route.
    Guess(Box<str>),
}

/// A route's label, as small as a request needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RouteLabel(u16);

/// What is known about the route of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteState {
    pub(crate) label: RouteLabel,
    pub(crate) source: Option<RouteSource>,
    /// The request is a gRPC call, and an observer measures how long those take. It is here because what an
    /// exchange hears from inside is.
    pub(crate) is_measured: bool,
}

// === impl Routes ===

impl Routes {
    /// Sources of at most `limit` routes, of which templates and methods have theirs from the start.
    pub(super) fn new(
        limit: usize,
        table: Option<Arc<Table>>,
        methods: &[String],
        guesser: Guesser,
        grpc: bool,
        slot: bool,
    ) -> Self {
        let budget = Arc::new(Budget::new(limit));
        let mut routes = Self {
            #[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
            ids: Ids::new(usize::from(RouteLabel::FIRST_KNOWN) + budget.limit()),
            budget,
            #[cfg(feature = "axum")]
            memo: Memo::default(),
            table,
            labels: Arc::default(),
            guesser,
            grpc,
            slot,
            told: Arc::default(),
        };
        let templates = routes.table.iter().flat_map(|table| table.templates());
        routes.labels = templates
            .map(|template| routes.admit(template.as_str()))
            .collect();
        for method in methods {
            routes.admit(method);
        }
        routes
    }

    /// Whether requests get a `RouteSlot`.
    pub(crate) fn slot(&self) -> bool {
        self.slot
    }

    /// What the request's head tells; `wait` is told what the response's head may vouch for.
    #[inline(always)]
    pub(crate) fn start(&self, request: RequestHead<'_>, wait: impl FnOnce(Pending)) -> RouteState {
        if self.grpc && grpc::is_call(request) {
            return self.start_grpc(request, wait);
        }
        match self.of_framework(request) {
            Some(state) => state,
            None if self.guesser.is_on() => self.start_guess(request, wait),
            None => RouteState::UNMATCHED,
        }
    }

    #[inline(never)]
    fn start_guess(&self, request: RequestHead<'_>, wait: impl FnOnce(Pending)) -> RouteState {
        let started = self.guesser.guess(request.uri().path(), |label| {
            if let Some(id) = self.budget.lookup(label) {
                return RouteState::new(RouteLabel::known(id), Some(RouteSource::Guess));
            }
            wait(Pending::Guess(label.into()));
            RouteState::UNMATCHED
        });
        started.unwrap_or(RouteState::UNMATCHED)
    }

    #[inline(always)]
    fn of_framework(&self, request: RequestHead<'_>) -> Option<RouteState> {
        #[cfg(feature = "axum")]
        if let Some(path) = super::axum::matched(request.extensions()) {
            let known = self.memo.find(path);
            let label = known.unwrap_or_else(|| self.admit_path(path));
            return Some(RouteState::new(label, Some(RouteSource::Framework)));
        }
        let index = self.table.as_deref()?.find(request.uri().path())?;
        Some(RouteState::new(
            self.labels[index],
            Some(RouteSource::Table),
        ))
    }

    /// What the request's head tells, for a layer outside: its own budget decides, not this one.
    pub(crate) fn word(&self, request: RequestHead<'_>) -> Option<Word> {
        let told = |text: &str| self.told.get_or_init(Interner::default).route(text, "");
        if self.grpc && grpc::is_call(request) {
            // Those that are declared, or were vouched for.
            let path = request.uri().path();
            if self.budget.lookup(path).is_some() {
                let source = RouteSource::Framework;
                return told(path).map(|route| Word { route, source });
            }
        }
        #[cfg(feature = "axum")]
        if let Some(path) = super::axum::matched(request.extensions()) {
            let source = RouteSource::Framework;
            return told(path.as_str()).map(|route| Word { route, source });
        }
        let table = self.table.as_deref()?;
        let template = table.get(table.find(request.uri().path())?)?;
        let source = RouteSource::Table;
        told(template.as_str()).map(|route| Word { route, source })
    }

    #[inline(never)]
    fn start_grpc(&self, request: RequestHead<'_>, wait: impl FnOnce(Pending)) -> RouteState {
        let path = request.uri().path();
        if let Some(id) = self.budget.lookup(path) {
            return RouteState::new(RouteLabel::known(id), Some(RouteSource::Framework));
        }
        if grpc::is_path(path) {
            wait(Pending::Method(path.into()));
        }
        // A service that is not gRPC's may be asked as if it was.
        self.of_framework(request)
            .unwrap_or(RouteState::new(RouteLabel::OTHER, None))
    }

    /// The response's head is there: does it vouch for what waits for it?
    #[cold]
    pub(crate) fn vouch(
        &self,
        state: &mut RouteState,
        pending: &Pending,
        status: StatusCode,
        headers: &HeaderMap,
    ) {
        match pending {
            // A router may know no more than the service.
            Pending::Method(path)
                if state.source != Some(RouteSource::Handler) && grpc::vouches(status, headers) =>
            {
                state.label = self.admit(path);
                state.source = Some(RouteSource::Framework);
            }
            Pending::Guess(label) if state.source.is_none() && guess::vouches(status) => {
                if let Some(admission) = self.budget.vouch(label) {
                    state.label = self.label_of(admission);
                    state.source = Some(RouteSource::Guess);
                }
            }
            Pending::Method(_) | Pending::Guess(_) => {}
        }
    }

    /// A number above 0 and below 2²⁴ for a label: that of its text, in any layer.
    #[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
    #[inline]
    pub(crate) fn key(&self, label: RouteLabel) -> u64 {
        u64::from(self.ids.get(usize::from(label.0), || self.text(label)))
    }

    /// What someone says.
    pub(crate) fn hear(&self, state: &mut RouteState, word: &Word) {
        if word.goes_before(state.source) {
            state.label = self.admit(word.route.as_str());
            state.source = Some(word.source);
        }
    }

    /// The label's text.
    pub(crate) fn text(&self, label: RouteLabel) -> &str {
        match label {
            RouteLabel::UNMATCHED => UNMATCHED,
            RouteLabel::OVERFLOW => OVERFLOW,
            RouteLabel::OTHER => OTHER,
            // The series of all texts past the last that has a number of its own.
            #[cfg(any(feature = "http", feature = "log", feature = "sse", feature = "trace"))]
            RouteLabel(number) if self.ids.is_shared(usize::from(number)) => OVERFLOW,
            RouteLabel(number) => {
                let id = ValueId::from_index(usize::from(number - RouteLabel::FIRST_KNOWN));
                id.and_then(|id| self.budget.value(id)).unwrap_or(OVERFLOW)
            }
        }
    }

    #[cfg(feature = "axum")]
    #[inline(never)]
    fn admit_path(&self, path: &axum::extract::MatchedPath) -> RouteLabel {
        let label = self.admit(path.as_str());
        // What overflows is counted each time.
        if label.0 >= RouteLabel::FIRST_KNOWN {
            let labels = usize::from(RouteLabel::FIRST_KNOWN) + self.budget.limit();
            self.memo.keep(path, label, labels);
        }
        label
    }

    fn admit(&self, text: &str) -> RouteLabel {
        if let Some(id) = self.budget.lookup(text) {
            return RouteLabel::known(id);
        }
        self.admit_new(text)
    }

    #[cold]
    fn admit_new(&self, text: &str) -> RouteLabel {
        let clean = label::clean(text);
        if clean.is_empty() {
            return RouteLabel::UNMATCHED;
        }
        self.label_of(self.budget.admit(&clean))
    }

    fn label_of(&self, admission: Admission) -> RouteLabel {
        match admission {
            Admission::Known(id) | Admission::Admitted(id) => RouteLabel::known(id),
            Admission::Overflow { first } => {
                if first {
                    tracing::warn!(
                        limit = self.budget.limit(),
                        "there are more distinct routes than the budget holds; new ones are \
                         recorded as {OVERFLOW}"
                    );
                }
                RouteLabel::OVERFLOW
            }
        }
    }
}

impl Default for Routes {
    fn default() -> Self {
        Self::new(
            Budget::DEFAULT_LIMIT,
            None,
            &[],
            Guesser::default(),
            false,
            false,
        )
    }
}

// === impl RouteLabel ===

impl RouteLabel {
    pub(crate) const UNMATCHED: Self = Self(0);
    pub(crate) const OVERFLOW: Self = Self(1);
    pub(crate) const OTHER: Self = Self(2);
    const FIRST_KNOWN: u16 = 3;

    #[inline]
    fn known(id: ValueId) -> Self {
        // A budget has 60,000 ids at most.
        Self(Self::FIRST_KNOWN + id.index() as u16)
    }

    /// A number that tells any two labels apart.
    #[cfg(any(feature = "axum", feature = "http"))]
    #[inline]
    pub(crate) fn number(self) -> u16 {
        self.0
    }

    /// The label of a number.
    #[cfg(feature = "http")]
    #[inline]
    pub(crate) fn from_number(number: u16) -> Self {
        Self(number)
    }
}

// === impl RouteState ===

impl RouteState {
    pub(crate) const UNMATCHED: Self = Self {
        label: RouteLabel::UNMATCHED,
        source: None,
        is_measured: false,
    };

    fn new(label: RouteLabel, source: Option<RouteSource>) -> Self {
        Self {
            label,
            source,
            is_measured: false,
        }
    }

    /// Whatever the guess, nothing was found there.
    #[inline(always)]
    pub(crate) fn not_found(&mut self) {
        if self.source == Some(RouteSource::Guess) {
            self.label = RouteLabel::UNMATCHED;
            self.source = None;
        }
    }
}
