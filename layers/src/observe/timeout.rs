//! Which errors are time-outs.

use std::{any::Any, error::Error, io};

use super::{core::IsTimeout, observers::guard};

type Boxed = Box<dyn Error + Send + Sync>;

/// Whether an error, or one that it comes from, is a time-out: of tower, of tokio, of the operating
/// system, or by the user's word.
///
/// The engine is generic over errors, so it can look only into those whose type it knows: boxed
/// ones, the frameworks' and the three above.
pub(super) fn is_timeout<E: 'static>(error: &E, of_user: Option<IsTimeout>) -> bool {
    let mut next = as_error(error);
    while let Some(error) = next {
        if is_one(error) || of_user.is_some_and(|is_timeout| asked(is_timeout, error)) {
            return true;
        }
        next = error.source();
    }
    false
}

/// Whether an error is a time-out of tower, of tokio or of the operating system, or comes from one.
#[cfg(feature = "task")]
pub(crate) fn is_known_timeout<E: 'static>(error: &E) -> bool {
    guard::<IsTimeout, _>(|| is_timeout(error, None)).unwrap_or(false)
}

/// What the user's function says. A panic in it is no.
fn asked(is_timeout: IsTimeout, error: &(dyn Error + 'static)) -> bool {
    guard::<IsTimeout, _>(|| is_timeout(error)).unwrap_or(false)
}

fn is_one(error: &(dyn Error + 'static)) -> bool {
    error.is::<tower::timeout::error::Elapsed>()
        || error.is::<tokio::time::error::Elapsed>()
        || error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

fn as_error<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let error: &dyn Any = error;
    if let Some(error) = error.downcast_ref::<Boxed>() {
        return Some(&**error);
    }
    if let Some(error) = error.downcast_ref::<Box<dyn Error + Send>>() {
        return Some(&**error);
    }
    if let Some(error) = error.downcast_ref::<Box<dyn Error>>() {
        return Some(&**error);
    }
    #[cfg(feature = "axum")]
    if let Some(error) = error.downcast_ref::<axum::Error>() {
        return Some(error);
    }
    #[cfg(feature = "tonic")]
    if let Some(error) = error.downcast_ref::<tonic::Status>() {
        return Some(error);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(error);
    }
    if let Some(error) = error.downcast_ref::<tower::timeout::error::Elapsed>() {
        return Some(error);
    }
    if let Some(error) = error.downcast_ref::<tokio::time::error::Elapsed>() {
        return Some(error);
    }
    None
}
