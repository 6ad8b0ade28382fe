//! Which task a job is one of.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::{ErrorClass, Tasks, classify::words, kind::Kind};
use crate::{label::OTHER, observe::guard};

/// Tells which task a job is one of. It is sealed: [`Named`], and [`NamedBy`] a function.
pub trait TaskName<J>: Sealed<J> {}

/// One name for all jobs.
#[derive(Clone)]
pub struct Named(Arc<Fixed>);

struct Fixed {
    name: Box<str>,
    kind: OnceLock<Arc<Kind>>,
}

/// A function tells each job's name.
#[derive(Clone, Copy)]
pub struct NamedBy<F>(pub(super) F);

/// What makes [`TaskName`] ours alone.
#[expect(
    unnameable_types,
    reason = "it seals a trait, and has methods for this crate alone"
)]
pub trait Sealed<J> {
    #[doc(hidden)]
    fn find<C: ErrorClass>(&self, tasks: &Tasks, job: &J) -> Found;

    /// Registers what is known before there is a job; whether all is.
    #[doc(hidden)]
    fn announce<C: ErrorClass>(&self, tasks: &Tasks) -> bool;
}

/// A task that was found.
#[derive(Debug)]
#[doc(hidden)]
#[expect(unnameable_types, reason = "it is for this crate alone")]
pub struct Found(pub(super) Arc<Kind>);

// === impl Named ===

impl Named {
    pub(super) fn new(name: &str) -> Self {
        let (name, kind) = (name.into(), OnceLock::new());
        Self(Arc::new(Fixed { name, kind }))
    }

    #[inline]
    pub(super) fn kind<C: ErrorClass>(&self, tasks: &Tasks) -> Arc<Kind> {
        let Fixed { name, kind } = &*self.0;
        Arc::clone(kind.get_or_init(|| tasks.kind::<C>(name, words::<C>)))
    }

    /// Registers the task's series, if there is a recorder; whether they are.
    pub(super) fn announce<C: ErrorClass>(&self, tasks: &Tasks) -> bool {
        let kind = self.kind::<C>(tasks);
        guard::<Tasks, _>(|| kind.announce()).unwrap_or_default()
    }

    /// The same name, for another set of tasks or other classes.
    pub(super) fn anew(&self) -> Self {
        Self::new(&self.0.name)
    }
}

impl<J> TaskName<J> for Named {}

impl<J> Sealed<J> for Named {
    #[inline]
    fn find<C: ErrorClass>(&self, tasks: &Tasks, _: &J) -> Found {
        Found(self.kind::<C>(tasks))
    }

    fn announce<C: ErrorClass>(&self, tasks: &Tasks) -> bool {
        Self::announce::<C>(self, tasks)
    }
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Named").field(&self.0.name).finish()
    }
}

// === impl NamedBy ===

impl<J, F: Fn(&J) -> &str> TaskName<J> for NamedBy<F> {}

impl<J, F: Fn(&J) -> &str> Sealed<J> for NamedBy<F> {
    #[inline]
    fn find<C: ErrorClass>(&self, tasks: &Tasks, job: &J) -> Found {
        // Which name it would have had nobody knows.
        let name = guard::<Tasks, _>(|| (self.0)(job)).unwrap_or(OTHER);
        Found(tasks.kind::<C>(name, words::<C>))
    }

    fn announce<C: ErrorClass>(&self, _: &Tasks) -> bool {
        true
    }
}

impl<F> fmt::Debug for NamedBy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NamedBy").finish_non_exhaustive()
    }
}
