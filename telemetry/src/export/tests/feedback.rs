//! What an exporter does is not exported.

use opentelemetry::trace::TracerProvider;
use tracing_subscriber::{Registry, layer::SubscriberExt};

use super::support::{Collector, Scene, millis};
use crate::config::TraceExporter;

/// Every span of `tracing`'s becomes one of ours, hyper's and h2's too; the exporters run under this subscriber.
#[test]
fn spans_of_an_exporters_own_connections_are_not_exported() {
    for (exporter, path) in [
        (TraceExporter::OtlpGrpc, ""),
        (TraceExporter::OtlpHttp, "/v1/traces"),
    ] {
        let honest = Scene::new();
        let collector = Collector::default();
        let to = collector.url(&honest, path);
        // Its one thread is this one, so that the subscriber of this thread is that of the exporters' tasks.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        let scene = Scene::new();
        let config = Scene::tracing(exporter, &to, millis(5_000));
        let health = scene.health(crate::health::Signal::Traces);
        let provider = crate::export::spans(
            &config,
            Scene::resource(),
            Some(&health),
            runtime.handle(),
            Vec::new(),
        );
        let provider = provider
            .expect("a good configuration")
            .expect("an exporter");
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tracing"));
        let subscriber = Registry::default().with(layer);
        let _subscriber = tracing::subscriber::set_default(subscriber);

        for round in 0..5 {
            tracing::info_span!("ours").in_scope(|| {});
            let flushing = provider.clone();
            let flushed = runtime.block_on(runtime.spawn_blocking(move || flushing.force_flush()));
            flushed.expect("no panic").expect("spans that arrive");
            let names: Vec<_> = collector
                .spans()
                .into_iter()
                .map(|span| span.name)
                .collect();
            assert_eq!(names, vec!["ours"; round + 1]);
        }
        let provider_end = provider.clone();
        let ended = runtime.block_on(runtime.spawn_blocking(move || provider_end.shutdown()));
        ended.expect("no panic").expect("nothing is left");
    }
}
