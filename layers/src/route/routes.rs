//! The route of one request, as it becomes known.

use std::sync::Arc;

use http::{StatusCode, HeaderMap};
use route_canon::{Admission, Budget, Table, ValueId};

use super::{RouteSource, RouteSourcesError, Word, grpc};
use crate::{
    label::{self, OTHER, OVERFLOW, UNMATCHED},
    observe::RequestHead,
};

/// A layer's sources and its budget.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    pub(super) budget: Arc<Budget>,
    pub(super) table: Option<Arc<(Table, Vec<RouteLabel>)>>,
    pub(super) grpc: bool,
    pub(super) slot: bool,
}

/// A route's label, as small as a request needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteLabel {
    Unmatched,
    Overflow,
    Other,
    Known(ValueId),
}

/// What is known about the route of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteState {
    pub(crate) label: RouteLabel,
    pub(crate) source: Option<RouteSource>,
}

// === impl Routes ===

impl Routes {
    /// Whether requests get a `RouteSlot`.
    pub(crate) fn slot(&self) -> bool {
        self.slot
    }

    /// What the request's head tells, and a path that the response's head may vouch for.
    #[inline]
    pub(crate) fn start(&self, request: RequestHead<'_>) -> (RouteState, Option<Box<str>>) {
        if self.grpc && grpc::is_call(request.method(), request.headers()) {
            return self.start_grpc(request.uri().path());
        }
        #[cfg(feature = "axum")]
        if let Some(path) = super::axum::matched(request.extensions()) {
            return (RouteState::new(self.admit(path), Some(RouteSource::Framework)), None);
        }
        if let Some((table, labels)) = self.table.as_deref()
            && let Some(index) = table.find(request.uri().path())
        {
            return (RouteState::new(labels[index], Some(RouteSource::Table)), None);
        }
        (RouteState::new(RouteLabel::Unmatched, None), None)
    }

    fn start_grpc(&self, path: &str) -> (RouteState, Option<Box<str>>) {
        if let Some(id) = self.budget.lookup(path) {
            return (RouteState::new(RouteLabel::Known(id), Some(RouteSource::Framework)), None);
        }
        let pending = grpc::is_path(path).then(|| path.into());
        (RouteState::new(RouteLabel::Other, None), pending)
    }

    /// The response's head is there: does it vouch for the path?
    #[cold]
    pub(crate) fn vouch(
        &self,
        state: &mut RouteState,
        path: &str,
        status: StatusCode,
        headers: &HeaderMap,
    ) {
        if state.source.is_none() && grpc::vouches(status, headers) {
            *state = RouteState::new(self.admit(path), Some(RouteSource::Framework));
        }
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
            RouteLabel::Unmatched => UNMATCHED,
            RouteLabel::Overflow => OVERFLOW,
            RouteLabel::Other => OTHER,
            RouteLabel::Known(id) => self.budget.value(id).unwrap_or(OVERFLOW),
        }
    }

    fn admit(&self, text: &str) -> RouteLabel {
        if let Some(id) = self.budget.lookup(text) {
            return RouteLabel::Known(id);
        }
        self.admit_new(text)
    }

    #[cold]
    fn admit_new(&self, text: &str) -> RouteLabel {
        let clean = label::clean(text);
        if clean.is_empty() {
            return RouteLabel::Unmatched;
        }
        match self.budget.admit(&clean) {
            Admission::Known(id) | Admission::Admitted(id) => RouteLabel::Known(id),
            Admission::Overflow { first } => {
                if first {
                    tracing::warn!(
                        limit = self.budget.limit(),
                        "there are more distinct routes than the budget holds; new ones are \
                         recorded as {OVERFLOW}"
                    );
                }
                RouteLabel::Overflow
            }
        }
    }

    /// Admits texts that are known when the layer is built.
    pub(super) fn reserve(
        &self,
        field: &'static str,
        texts: &[&str],
    ) -> Result<Vec<RouteLabel>, RouteSourcesError> {
        let labels: Vec<_> = texts.iter().map(|text| self.admit(text)).collect();
        if labels.contains(&RouteLabel::Overflow) {
            let (given, limit) = (texts.len(), self.budget.limit());
            return Err(RouteSourcesError::Budget { field, given, limit });
        }
        Ok(labels)
    }
}

// === impl RouteLabel ===

impl RouteLabel {
    /// A number below 2¹⁷ that tells any two labels apart.
    #[inline]
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Unmatched => 0,
            Self::Overflow => 1,
            Self::Other => 2,
            Self::Known(id) => 3 + id.index() as u64,
        }
    }
}

// === impl RouteState ===

impl RouteState {
    fn new(label: RouteLabel, source: Option<RouteSource>) -> Self {
        Self { label, source }
    }
}
