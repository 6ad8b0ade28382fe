//! Paths of fields: `tracing.batch.size`, `routes.table[3]`, and `metrics.labels.a.b`, whose last key has a dot.

/// The path of what a key or an index leads to from another one.
pub(super) fn joined(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        ("", path) | (path, "") => path.to_owned(),
        (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
        (outer, inner) => format!("{outer}.{inner}"),
    }
}

/// What of a path is left after a key.
pub(super) fn after<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(key)?;
    match rest.strip_prefix('.') {
        Some(rest) => Some(rest),
        None => (rest.is_empty() || rest.starts_with('[')).then_some(rest),
    }
}

/// The index at the head of a path, and what is left after it.
pub(super) fn index(path: &str) -> Option<(usize, &str)> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((index.parse().ok()?, rest.strip_prefix('.').unwrap_or(rest)))
}

/// The path of what a path is in.
pub(super) fn outer(path: &str) -> &str {
    &path[..path.rfind(['.', '[']).unwrap_or(0)]
}

/// Whether values at a path may be secret: those of headers.
pub(super) fn is_secret(path: &str) -> bool {
    ["tracing.headers", "metrics.otlp.headers"]
        .iter()
        .any(|headers| after(path, headers).is_some())
}
