//! From a service's provider through the receiver to what it passed on.

use std::sync::Mutex;

use bartizan_tests::{
    server::Server,
    wait::{PATIENCE, eventually},
};
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::{
    collector::{Collector, Received},
    export::{Transport, provider, shut_down},
    rotel::Rotel,
};

/// The whole way of spans.
#[derive(Debug)]
pub(crate) struct Pipeline {
    transport: Transport,
    rotel: Rotel,
    collector: Collector,
    server: Server,
    providers: Mutex<Vec<SdkTracerProvider>>,
}

// === impl Pipeline ===

impl Pipeline {
    pub(crate) async fn start(transport: Transport) -> Self {
        let collector = Collector::default();
        let server = collector.serve().await;
        Self {
            transport,
            rotel: Rotel::start(server.address()).await,
            collector,
            server,
            providers: Mutex::default(),
        }
    }

    /// A provider for a service.
    pub(crate) fn provider(&self, service: &'static str) -> SdkTracerProvider {
        let address = self.rotel.address(self.transport);
        let provider = provider(service, self.transport.exporter(address, PATIENCE));
        self.providers
            .lock()
            .expect("no panic in here")
            .push(provider.clone());
        provider
    }

    /// Ends it once all spans were exported and so many of them passed on.
    pub(crate) async fn finish(self, count: usize) -> Vec<Received> {
        for provider in self.providers.into_inner().expect("no panic in here") {
            shut_down(provider).await.expect("spans that are exported");
        }
        let all = || (self.collector.received().len() >= count).then_some(());
        let or = || format!("{:#?}\n{}", self.collector.received(), self.rotel.said());
        eventually(all, or).await;
        self.rotel.stop().await;
        self.server.stop().await;
        let received = self.collector.received();
        assert_eq!(received.len(), count, "{received:#?}");
        received
    }
}
