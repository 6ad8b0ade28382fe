//! The layer around a service of jobs.

use std::fmt;

use tower_layer::Layer;

use super::{AnyOutput, ByError, ByResult, ErrorClass, Named, NamedBy, TaskService, Tasks};

/// Measures each job that a service is called with. See the [module docs](super).
///
/// ```
/// use bartizan::task::TaskLayer;
/// use tower::ServiceBuilder;
///
/// # struct Mail { id: u64 }
/// let service = ServiceBuilder::new()
///     .layer(TaskLayer::new("send_mail").describe(|mail: &Mail, about| {
///         about.id("mail.id", mail.id);
///     }))
///     .service_fn(async |mail: Mail| Ok::<_, std::io::Error>(()));
/// # let _ = service;
/// ```
#[derive(Clone)]
pub struct TaskLayer<N = Named, C = ByResult, D = ()> {
    pub(super) tasks: Tasks,
    pub(super) name: N,
    pub(super) classify: C,
    pub(super) describe: D,
}

// === impl TaskLayer ===

impl TaskLayer {
    /// All jobs are of one task of [`Tasks::global`].
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::of(Tasks::global(), name)
    }

    /// All jobs are of one of these tasks.
    #[must_use]
    pub fn of(tasks: &Tasks, name: &str) -> Self {
        Self {
            tasks: tasks.clone(),
            name: Named::new(name),
            classify: ByResult,
            describe: (),
        }
    }
}

impl<F> TaskLayer<NamedBy<F>> {
    /// `name` tells each job's task: the kind of a message, say. Names past the cap of the tasks share `{overflow}`, so a
    /// name that a client chose makes no series without end.
    #[must_use]
    pub fn named_by<J>(tasks: &Tasks, name: F) -> Self
    where
        F: Fn(&J) -> &str,
    {
        Self {
            tasks: tasks.clone(),
            name: NamedBy(name),
            classify: ByResult,
            describe: (),
        }
    }
}

impl<N, C, D> TaskLayer<N, C, D> {
    /// Tells the class of an error.
    pub fn errors<E, K, F>(self, class: F) -> TaskLayer<N, ByError<F>, D>
    where
        K: ErrorClass,
        F: Fn(&E) -> K,
    {
        self.classify_by(ByError(class))
    }

    /// Tells what the service's answer means: the class of the error that it is, or `None` for a success. For a service
    /// whose answers may be failures, or whose errors may be none.
    pub fn classify<R, E, K, F>(self, classify: F) -> TaskLayer<N, F, D>
    where
        K: ErrorClass,
        F: Fn(&Result<R, E>) -> Option<K>,
    {
        self.classify_by(classify)
    }

    /// Every answer is a success, an error too.
    pub fn any_output(self) -> TaskLayer<N, AnyOutput, D> {
        self.classify_by(AnyOutput)
    }

    /// Tells what a job says of itself: its ids, its trace.
    pub fn describe<J, F>(self, describe: F) -> TaskLayer<N, C, F>
    where
        F: Fn(&J, &mut super::About),
    {
        TaskLayer {
            tasks: self.tasks,
            name: self.name,
            classify: self.classify,
            describe,
        }
    }

    fn classify_by<K>(self, classify: K) -> TaskLayer<N, K, D> {
        TaskLayer {
            tasks: self.tasks,
            name: self.name,
            classify,
            describe: self.describe,
        }
    }
}

impl<S, N: Clone, C: Clone, D: Clone> Layer<S> for TaskLayer<N, C, D> {
    type Service = TaskService<S, N, C, D>;

    fn layer(&self, inner: S) -> Self::Service {
        TaskService {
            inner,
            is_announced: false,
            layer: self.clone(),
        }
    }
}

impl<N: fmt::Debug, C, D> fmt::Debug for TaskLayer<N, C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskLayer")
            .field("tasks", &self.tasks)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
