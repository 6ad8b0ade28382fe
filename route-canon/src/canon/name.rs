//! Names with dots that are none of a file: hosts, packages, methods.

use super::{known, locale, pairs};

/// What a longer name begins with: what the owners of names begin theirs with.
const NAMESPACES: &[&str] = &[
    "ai",
    "android",
    "apache",
    "app",
    "aws",
    "azure",
    "cloud",
    "co",
    "com",
    "dev",
    "edu",
    "gov",
    "google",
    "grpc",
    "io",
    "java",
    "javax",
    "k8s",
    "kotlin",
    "kubernetes",
    "me",
    "microsoft",
    "net",
    "opentelemetry",
    "org",
    "spring",
    "system",
    "xyz",
];

/// What a short last part may be besides a word or a country.
const TOP_LEVELS: &[&str] = &[
    "app", "biz", "com", "edu", "gov", "info", "int", "io", "mil", "net", "org", "xyz",
];

/// The most parts of a name that begins with no namespace.
const MOST_PARTS: usize = 6;

/// Whether a name of words is likely to be one of few.
pub(super) fn is_likely(text: &str) -> bool {
    let dots = text.bytes().filter(|&byte| byte == b'.').count();
    (dots < MOST_PARTS || has_namespace(text)) && ends_likely(text)
}

fn has_namespace(text: &str) -> bool {
    let first = text.split('.').next().unwrap_or_default();
    NAMESPACES.contains(&first)
        || locale::is_country(first.as_bytes())
        || known::is_version(first.as_bytes())
}

/// A short last part looks like the extension of a file, and there are as many of those as letters make.
fn ends_likely(text: &str) -> bool {
    let Some((stem, last)) = text.rsplit_once('.') else {
        return true;
    };
    let bytes = last.as_bytes();
    stem.is_empty()
        || !(2..=5).contains(&last.len())
        || !bytes.iter().all(u8::is_ascii_alphabetic)
        || pairs::score_of(bytes) >= 0
        || known::is_name(bytes)
        || TOP_LEVELS.contains(&last)
        || locale::is_country(bytes)
}
