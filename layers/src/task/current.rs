//! The job within which the code runs.

use std::{cell::RefCell, sync::Arc};

use super::kind::Kind;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Kind>>> = const { RefCell::new(None) };
}

/// Within a job. Dropped, it gives the turn back to the one outside.
#[derive(Debug)]
pub(super) struct Within(Option<Arc<Kind>>);

/// The task of the job that runs on this thread.
pub(super) fn current() -> Option<Arc<Kind>> {
    // A thread that ends runs no job.
    CURRENT
        .try_with(|current| current.borrow().clone())
        .ok()
        .flatten()
}

/// Whether a job runs on this thread.
#[inline]
pub(super) fn is_any() -> bool {
    let is_any = CURRENT.try_with(|current| current.borrow().is_some());
    is_any.unwrap_or_default()
}

/// Enters a job of this task.
pub(super) fn enter(kind: &Arc<Kind>) -> Within {
    Within(replace(Some(Arc::clone(kind))))
}

fn replace(kind: Option<Arc<Kind>>) -> Option<Arc<Kind>> {
    CURRENT
        .try_with(|current| current.replace(kind))
        .ok()
        .flatten()
}

impl Drop for Within {
    fn drop(&mut self) {
        drop(replace(self.0.take()));
    }
}
