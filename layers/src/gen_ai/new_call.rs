//! A call that is to be made.

use std::{fmt, sync::Arc};

use http_body::Body;

use super::{
    Call, CallBody, CallFuture, Tokens,
    capped::Number,
    core::{About, Core},
};
use crate::task::{AnyOutput, ByError, ByResult, Classify, ErrorClass};

/// A call that is to be made; from [`GenAi::call`](super::GenAi::call) and [`GenAi::tool`](super::GenAi::tool).
#[must_use = "nothing is measured until it runs"]
pub struct NewCall<C = ByResult> {
    core: Arc<Core>,
    about: About,
    classify: C,
}

// === impl NewCall ===

impl NewCall {
    pub(super) fn new(core: Arc<Core>, about: About) -> Self {
        Self {
            core,
            about,
            classify: ByResult,
        }
    }
}

impl<C> NewCall<C> {
    /// Who pays for it: a label of the costs, if the set has [teams](super::GenAiBuilder::teams).
    pub fn team(mut self, team: &str) -> Self {
        let Core { teams, meter, .. } = &*self.core;
        self.about.team = teams
            .as_ref()
            .map_or(Number::ABSENT, |teams| teams.number(meter, team));
        self
    }

    /// Tells the class of an error: its words are values of `error_type`.
    pub fn errors<E, K: ErrorClass, F: Fn(&E) -> K>(self, class: F) -> NewCall<ByError<F>> {
        self.classify_by(ByError(class))
    }

    /// Tells what an output means: the class of the error that it is, or `None` for a success.
    pub fn classify<O, K: ErrorClass, F: Fn(&O) -> Option<K>>(self, classify: F) -> NewCall<F> {
        self.classify_by(classify)
    }

    /// Every output is a success, whatever its type.
    pub fn any_output(self) -> NewCall<AnyOutput> {
        self.classify_by(AnyOutput)
    }

    /// Runs it: `f` makes the future, and gets the handle through which the call is told what it used. Both are done
    /// when this is first polled, which is when the call starts; one that never is ran nothing, and is not recorded.
    ///
    /// The call ends with the future, unless that handed a [stream](Call::stream) on: then it ends with the stream.
    pub fn run<F, Fut>(self, f: F) -> CallFuture<F, Fut, C>
    where
        F: FnOnce(Call) -> Fut,
        Fut: Future,
        C: Classify<Fut::Output>,
    {
        let (call, classify) = self.into_call();
        CallFuture::new(call, f, classify)
    }

    /// Starts it, as a stream alone: it ends with `body`. [`CallBody::call`] has its handle.
    ///
    /// It is for a body that is there at once, such as one that the service itself makes. Where a request has to be sent
    /// first, that is part of the call: [`run`](Self::run) it, and hand the body to [`Call::stream`].
    pub fn stream<B: Body>(self, body: B, tokens: Tokens) -> CallBody<B> {
        let (call, _) = self.into_call();
        call.begin(false);
        call.stream(body, tokens)
    }

    fn into_call(self) -> (Call, C) {
        let Self {
            core,
            about,
            classify,
        } = self;
        (Call::new(core, about), classify)
    }

    fn classify_by<D>(self, classify: D) -> NewCall<D> {
        NewCall {
            core: self.core,
            about: self.about,
            classify,
        }
    }
}

impl<C> fmt::Debug for NewCall<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCall")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}
