//! A set of tasks, and what they have in common.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::{
    TasksBuilder,
    classify::Words,
    core::{Core, Kinds},
    kind::Kind,
};

/// What tasks have in common: where their figures go, which of them there are, what is under way.
///
/// A clone shares all of it. Jobs of one name belong to one set, for each [scan](Self::scan) tells of its own jobs alone.
/// [`Tasks::global`] is the one that [`Task::new`](super::Task::new) and
/// [`TaskLayer::new`](super::TaskLayer::new) use.
#[derive(Clone)]
pub struct Tasks(Arc<Inner>);

struct Inner {
    core: Arc<Core>,
    kinds: Kinds,
}

static GLOBAL: OnceLock<Tasks> = OnceLock::new();

// === impl Tasks ===

impl Tasks {
    /// Metrics through the global recorder; with the features, spans by the global provider, and lines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a set of tasks with options.
    pub fn builder() -> TasksBuilder {
        TasksBuilder::default()
    }

    /// The one that is used where none is given: the one that was [set](Self::set_global), else one without options,
    /// which it then is for good.
    pub fn global() -> &'static Self {
        GLOBAL.get_or_init(Self::default)
    }

    /// Makes this the global one.
    ///
    /// # Errors
    ///
    /// There is one already: it was set or used before, and this is given back.
    pub fn set_global(self) -> Result<(), Self> {
        GLOBAL.set(self)
    }

    pub(super) fn from_parts(core: Core, kinds: Kinds) -> Self {
        Self(Arc::new(Inner {
            core: Arc::new(core),
            kinds,
        }))
    }

    pub(super) fn core(&self) -> &Core {
        &self.0.core
    }

    pub(super) fn kinds(&self) -> &Kinds {
        &self.0.kinds
    }

    /// The task of this name whose errors have the classes of `C`.
    pub(super) fn kind<C: 'static>(&self, name: &str, words: Words) -> Arc<Kind> {
        self.0.kinds.get::<C>(&self.0.core, name, words)
    }

    /// Whether it matters what a job says of itself.
    #[inline]
    pub(super) fn wants_about(&self) -> bool {
        #[cfg(any(feature = "log", feature = "trace"))]
        let wants = self.0.core.options.tells();
        #[cfg(not(any(feature = "log", feature = "trace")))]
        let wants = false;
        wants
    }
}

impl Default for Tasks {
    fn default() -> Self {
        TasksBuilder::default().finish()
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks")
            .field("meter", &self.0.core.meter)
            .field("options", &self.0.core.options)
            .finish_non_exhaustive()
    }
}
