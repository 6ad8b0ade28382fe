//! How texts from outside are shown.

/// The most characters of a text that are shown.
pub(super) const MOST_SHOWN: usize = 80;

/// A text from a file: without what could forge a line, and not too long.
pub(super) fn shown(text: &str, most: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(most)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown.replace("\\\"", "\"").replace("\\'", "'")
}

/// A path, of whose headers only what can be a header's name is shown: a secret may have got there.
pub(in crate::config) fn shown_path(path: &str) -> String {
    let headers = ["tracing.headers.", "metrics.otlp.headers."];
    let name = headers
        .iter()
        .find_map(|headers| Some((headers, path.strip_prefix(headers)?)));
    match name {
        Some((headers, name)) if http::HeaderName::from_bytes(name.as_bytes()).is_err() => {
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let head = name.split(|c| !is_of_name(c)).next().unwrap_or_default();
            format!("{headers}{}…", shown(head, MOST_SHOWN))
        }
        _ => shown(path, MOST_SHOWN * 2),
    }
}
