//! A job's future.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{ByResult, Classify, execution::Execution, watched::Watched};

pin_project! {
    /// A job's future; made by [`Task::run`](super::Task::run) and [`TaskLayer`](super::TaskLayer).
    ///
    /// Dropped before its end, the job is cancelled, and is recorded after the future inside was dropped.
    #[must_use = "futures do nothing unless polled"]
    pub struct TaskFuture<F, C = ByResult> {
        #[pin]
        inner: Watched<F, Execution<C>>,
    }
}

// === impl TaskFuture ===

impl<F, C> TaskFuture<F, C> {
    pub(super) fn lazy(future: F, execution: Execution<C>) -> Self {
        let inner = Watched::lazy(future, execution);
        Self { inner }
    }

    pub(super) fn begun(future: F, execution: Execution<C>) -> Self {
        let inner = Watched::begun(future, execution);
        Self { inner }
    }
}

impl<F, C> Future for TaskFuture<F, C>
where
    F: Future,
    C: Classify<F::Output>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inner.poll(cx)
    }
}

impl<F, C> fmt::Debug for TaskFuture<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
