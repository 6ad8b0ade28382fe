//! What one would write without this crate: a set of regular expressions, one for each class.

use regex::RegexSet;

/// The class of each expression, in the order in which they are asked.
const CLASSES: [(&str, &str); 14] = [
    (r"^[+-]?[0-9]{1,19}$", "{int}"),
    (r"^[+-]?[0-9]+\.[0-9]+$", "{decimal}"),
    (
        r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        "{uuid}",
    ),
    (r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$", "{ulid}"),
    (r"^[0-9a-f]{24}$", "{objectid}"),
    (r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$", "{hash}"),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "{date}"),
    (
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)?$",
        "{time}",
    ),
    (r"^[^@]+(?:@|%40)[^@]+\.[a-z]+$", "{email}"),
    (r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$", "{ip}"),
    (
        r"^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$",
        "{jwt}",
    ),
    (r"^[A-Za-z]+_[A-Za-z0-9]{8,}$", "{id}"),
    (r"^.*%[0-9A-Fa-f]{2}.*$", "{text}"),
    (r"^(?:.*[0-9].*[0-9].*|.{41,})$", "{id}"),
];

/// The set.
#[derive(Debug)]
pub(super) struct Expressions(RegexSet);

// === impl Expressions ===

impl Expressions {
    pub(super) fn new() -> Result<Self, regex::Error> {
        RegexSet::new(CLASSES.map(|(expression, _)| expression)).map(Self)
    }

    pub(super) fn label(&self, path: &str) -> String {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let mut label = String::with_capacity(path.len() + 1);
        label.push('~');
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            label.push('/');
            label.push_str(match self.0.matches(segment).iter().next() {
                Some(class) => CLASSES[class].1,
                None => segment,
            });
        }
        label
    }
}
