//! A place for the handler's word that can be carried to another task.

use std::sync::{Arc, Mutex, PoisonError};

use super::Route;

/// Names a request's route from wherever it is carried: another task, another thread.
///
/// It is in the request's extensions if the layer was asked for it
/// ([`RouteSources::slot`](super::RouteSources::slot)), which costs an allocation or two a request.
/// The word is taken when the response's head passes and when its body ends; what is said later
/// changes nothing.
///
/// ```
/// use bartizan::route::RouteSlot;
///
/// fn handler(request: &http::Request<()>) {
///     if let Some(slot) = request.extensions().get::<RouteSlot>() {
///         slot.annotate("/api/sessions/{id}/turns/{turn}");
///     }
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct RouteSlot(Arc<Mutex<Option<Route>>>);

// === impl RouteSlot ===

impl RouteSlot {
    /// Names the route; the last word counts.
    pub fn annotate(&self, route: impl Into<Route>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(route.into());
    }

    pub(crate) fn take(&self) -> Option<Route> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
