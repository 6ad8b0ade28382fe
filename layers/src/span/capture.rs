//! The headers that were asked for by name.

use http::{HeaderMap, HeaderName};
use opentelemetry::{Array, Key, KeyValue, StringValue, Value};

use super::text;

/// The most lines of one header that are recorded.
const MOST_LINES: usize = 8;

/// A header, and the attribute that it becomes.
#[derive(Clone, Debug)]
pub(super) struct Capture {
    name: HeaderName,
    key: Key,
}

// === impl Capture ===

impl Capture {
    /// `prefix` is the attribute's name without the header's.
    pub(super) fn new(prefix: &str, name: HeaderName) -> Self {
        let key = Key::from(std::sync::Arc::<str>::from(format!("{prefix}.{name}")));
        Self { name, key }
    }

    /// The attribute, if the header is there.
    pub(super) fn read(&self, headers: &HeaderMap) -> Option<KeyValue> {
        let lines = headers.get_all(&self.name).iter().take(MOST_LINES);
        let values: Vec<StringValue> = lines
            .map(|value| {
                if value.is_sensitive() {
                    StringValue::from("REDACTED")
                } else {
                    StringValue::from(text::fit_bytes(value.as_bytes()))
                }
            })
            .collect();
        let value = Value::Array(Array::String(values));
        let is_there = headers.contains_key(&self.name);
        is_there.then(|| KeyValue::new(self.key.clone(), value))
    }
}
