//! Subscribers that write nothing: what a line costs before it is formatted.

use std::{fmt, hint::black_box};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Wants what has this target, and reads its fields.
#[derive(Debug)]
struct Reader {
    target: &'static str,
}

#[derive(Debug)]
struct Fields;

/// Installs a subscriber that wants no line of ours.
pub fn filtered() {
    install("another");
}

/// Installs one that reads our lines, and drops them.
pub fn dropped() {
    install("bartizan");
}

fn install(target: &'static str) {
    tracing::subscriber::set_global_default(Reader { target }).expect("a process runs one case");
}

// === impl Reader ===

impl Subscriber for Reader {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with(self.target)
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

// === impl Fields ===

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, _: &dyn fmt::Debug) {
        black_box(field);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        black_box((field, value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        black_box((field, value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        black_box((field, value));
    }
}
