//! What a subscriber sees.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use bartizan_tests::wait::eventually;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

/// The lines of this project that were written on a thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<Line>>>);

/// An event.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) level: Level,
    pub(crate) target: &'static str,
    pub(crate) fields: BTreeMap<&'static str, Value>,
}

/// A field's value, with its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(u64),
    Seconds(f64),
}

// === impl Lines ===

impl Lines {
    /// Subscribes on this thread. The runtime of a test has no other.
    pub(crate) fn subscribe() -> (DefaultGuard, Self) {
        let lines = Self::default();
        let subscriber = Registry::default().with(lines.clone());
        (tracing::subscriber::set_default(subscriber), lines)
    }

    pub(crate) fn all(&self) -> Vec<Line> {
        self.0.lock().expect("no panic").clone()
    }

    /// The lines, once there are so many.
    pub(crate) async fn once(&self, count: usize) -> Vec<Line> {
        let lines = || Some(self.all()).filter(|lines| lines.len() >= count);
        eventually(lines, || format!("{:?}", self.all())).await
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if !metadata.target().starts_with("bartizan::") {
            return;
        }
        let mut line = Line {
            level: *metadata.level(),
            target: match metadata.target() {
                "bartizan::request" => "request",
                "bartizan::stream" => "stream",
                _ => return,
            },
            fields: BTreeMap::new(),
        };
        event.record(&mut line);
        self.0.lock().expect("no panic").push(line);
    }
}

// === impl Line ===

impl Line {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.fields.get(name)? {
            Value::Text(text) => Some(text),
            other => panic!("{name} is no text: {other:?}"),
        }
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        match self.fields.get(name)? {
            Value::Number(number) => Some(*number),
            other => panic!("{name} is no number: {other:?}"),
        }
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.fields.keys().copied().collect()
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // The message alone is not typed.
        assert_eq!(field.name(), "message", "{value:?}");
        let text = Value::Text(format!("{value:?}"));
        self.fields.insert(field.name(), text);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.fields.insert(field.name(), Value::Seconds(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.insert(field.name(), Value::Number(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let text = Value::Text(value.to_owned());
        self.fields.insert(field.name(), text);
    }
}
