//! A recorder that a test has its hand in.

use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use super::Meter;

/// Runs a function with the name of each metric that is described or registered, and records nothing.
struct Hooked<F>(F);

/// A meter whose recorder runs `hook` with the name of each metric that is described or registered.
pub(crate) fn hooked(hook: impl Fn(&str) + Send + Sync + 'static) -> Meter {
    let meter = Meter::builder().recorder(Arc::new(Hooked(hook)));
    meter.build().expect("a meter")
}

/// A meter whose recorder panics at each use.
pub(crate) fn panicking() -> Meter {
    hooked(|_| panic!("in the recorder"))
}

// === impl Hooked ===

impl<F: Fn(&str)> Recorder for Hooked<F> {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        (self.0)(name.as_str());
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        (self.0)(name.as_str());
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        (self.0)(name.as_str());
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        (self.0)(key.name());
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        (self.0)(key.name());
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        (self.0)(key.name());
        Histogram::noop()
    }
}
