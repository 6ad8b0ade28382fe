//! The trace of whom a job comes from.

use apalis::prelude::*;
use bartizan::task::{About, TaskLayer};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tokio::time::{Duration, timeout};

use crate::support::{Mail, Rig, send};

const SENT: &str = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

/// The queue carries it in a job's metadata.
fn describe(job: &Task<Mail>, about: &mut About) {
    if let Some(traceparent) = job.metadata().get("traceparent") {
        about.parent(traceparent, None);
    }
    about.id("job.attempt", job.attempt());
}

#[tokio::test]
async fn is_continued_through_the_queue() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let rig = Rig::with(|options| options.tracer_provider(&provider));
    let mut storage = MemoryStorage::new();
    let mut metadata = MetadataStore::new();
    metadata.insert("traceparent", SENT).expect("it fits");
    let job = TaskBuilder::new(Mail::Fail).with_metadata(metadata).build();
    storage.push_task(job).await.expect("it is open");
    let worker = WorkerBuilder::new("traced")
        .backend(storage)
        .layer(TaskLayer::of(&rig.tasks, "mail").describe(describe))
        .build(send);
    let _ = timeout(Duration::from_millis(100), worker.run()).await;

    let spans = exporter.get_finished_spans().expect("spans");
    let [span] = &spans[..] else {
        panic!("{spans:#?}");
    };
    let trace = span.span_context.trace_id().to_string();
    assert_eq!(trace, "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7");
    let attribute = |name: &str| {
        let mut attributes = span.attributes.iter();
        let found = attributes.find(|attribute| attribute.key.as_str() == name)?;
        Some(found.value.to_string())
    };
    assert_eq!(attribute("task.outcome").as_deref(), Some("error"));
    assert_eq!(attribute("job.attempt").as_deref(), Some("0"));
    assert!(
        !format!("{span:?}").contains("refused"),
        "no text of an error"
    );
}
