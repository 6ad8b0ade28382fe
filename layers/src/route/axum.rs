//! What axum's router leaves in a request's extensions.

use axum::extract::{MatchedPath, NestedPath};
use http::Extensions;

/// The template that the router matched.
#[inline]
pub(super) fn matched(extensions: &Extensions) -> Option<&MatchedPath> {
    extensions.get()
}

/// The prefix under which this service is nested.
pub(super) fn nested(extensions: &Extensions) -> Option<&str> {
    extensions.get::<NestedPath>().map(NestedPath::as_str)
}
