//! What is told of a failure.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use opentelemetry_sdk::trace::SpanExporter;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

use super::support::{Scene, millis, span};
use crate::{
    config::TraceExporter,
    export::{courier::Courier, exporter::Exporter, otlp, queue::Queue},
    health::Signal,
};

/// Keeps the field `error` of each event.
#[derive(Clone, Default)]
struct Errors(Arc<Mutex<Vec<String>>>);

// === impl Errors ===

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl Visit for Errors {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "error" {
            let mut told = self.0.lock().expect("no panic in here");
            told.push(format!("{value:?}"));
        }
    }
}

#[test]
fn a_failure_is_told_with_the_address_and_without_its_keys() {
    let scene = Scene::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let errors = Errors::default();
    let _subscriber = tracing::subscriber::set_default(Registry::default().with(errors.clone()));
    let to = format!("http://{address}?key=secret");
    let config = Scene::tracing(TraceExporter::OtlpHttp, &to, millis(300));
    let line = otlp::Target::spans(&config).http(scene.runtime());
    let spans = otlp::Spans::new(line.expect("an endpoint"), &Scene::resource());
    let courier = Courier::new(scene.runtime().clone(), millis(300));
    let queue = Arc::new(Queue::new(1));
    assert!(queue.admit());
    let health = scene.health(Signal::Traces);
    let exporter = Exporter::new(Box::new(spans), courier, queue, health);
    scene
        .run(exporter.export(vec![span()]))
        .expect("a failure is no error of the SDK's");
    let told = errors.0.lock().expect("no panic in here").clone();
    let [told] = told.as_slice() else {
        panic!("one line: {told:?}");
    };
    let place = format!("http://{address}/v1/traces: ");
    assert!(told.starts_with(&place), "{told}");
    assert!(!told.contains("secret"), "{told}");
}
