//! Where a recorder or a report is called: a panic of theirs ends here, and costs no connection.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Once,
};

/// Runs what is not ours; `None` if it panicked.
pub(super) fn guard<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).map_err(caught).ok()
}

#[cold]
fn caught(payload: Box<dyn Any + Send>) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::error!(
            "a recorder or a report panicked on a connection; the connection goes on, and further \
             such panics are not logged"
        );
    });
    // A payload may panic when it is dropped.
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}
