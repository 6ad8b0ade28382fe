//! The labels that stand for what has no name of its own.
//!
//! The braces keep the first two apart from a path: no [`Template`](crate::Template) is spelled like
//! them, for a template begins with `/`.

/// No route answered the request.
pub const UNMATCHED: &str = "{unmatched}";

/// The [`Budget`](crate::Budget) is spent: the value came after the limit.
pub const OVERFLOW: &str = "{overflow}";

/// The value is outside a closed list, as in the semantic conventions of OpenTelemetry.
pub const OTHER: &str = "_OTHER";

/// Whether a label is one of these, which stand for no route.
pub(crate) fn is_constant(label: &str) -> bool {
    matches!(label, UNMATCHED | OVERFLOW | OTHER)
}
