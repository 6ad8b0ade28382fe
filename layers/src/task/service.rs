//! A service of jobs that is measured.

use std::{
    fmt,
    task::{Context, Poll},
};

use tower_service::Service;

use super::{
    About, ByResult, Classify, Describe, Named, TaskFuture, TaskLayer, TaskName, Tasks,
    execution::Execution, name::Found, watched::Running,
};
use crate::observe::guard;

/// A service of jobs that is measured; made by [`TaskLayer`].
#[derive(Clone)]
pub struct TaskService<S, N = Named, C = ByResult, D = ()> {
    pub(super) inner: S,
    /// The series are registered that can be before there is a job.
    pub(super) is_announced: bool,
    pub(super) layer: TaskLayer<N, C, D>,
}

// === impl TaskService ===

impl<S, N, C, D> TaskService<S, N, C, D> {
    /// The service inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service inside.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, J, N, C, D> Service<J> for TaskService<S, N, C, D>
where
    S: Service<J>,
    N: TaskName<J>,
    C: Classify<Result<S::Response, S::Error>> + Clone,
    D: Describe<J>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = TaskFuture<S::Future, C>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if !self.is_announced {
            let TaskLayer { tasks, name, .. } = &self.layer;
            self.is_announced = name.announce::<C::Class>(tasks);
        }
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, job: J) -> Self::Future {
        let TaskLayer {
            tasks,
            name,
            classify,
            describe,
        } = &self.layer;
        let Found(kind) = name.find::<C::Class>(tasks, &job);
        let mut execution = if tasks.wants_about() {
            let mut about = About::default();
            guard::<Tasks, _>(|| describe.describe(&job, &mut about));
            Execution::begun(kind, Some(&about), classify.clone())
        } else {
            Execution::begun(kind, None, classify.clone())
        };
        let mut running = Running::of(&mut execution);
        let future = self.inner.call(job);
        running.leave();
        drop(running);
        TaskFuture::begun(future, execution)
    }
}

impl<S: fmt::Debug, N: fmt::Debug, C, D> fmt::Debug for TaskService<S, N, C, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskService")
            .field("inner", &self.inner)
            .field("layer", &self.layer)
            .finish()
    }
}
