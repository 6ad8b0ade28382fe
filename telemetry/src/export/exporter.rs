//! Where batches of spans leave the SDK.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

use super::{courier::Courier, failure::Failure, queue::Queue};
use crate::health::Health;

/// Delivers batches, on the SDK's thread.
pub(crate) trait Deliver: fmt::Debug + Send + Sync + 'static {
    /// Returns once the batch was delivered or lost, within what the courier allows.
    fn deliver(&self, batch: Vec<SpanData>, courier: &Courier) -> Result<(), Failure>;

    /// Where to, as it is told; nothing where there is no address.
    fn place(&self) -> Option<String> {
        None
    }
}

/// An exporter that tells how it fares.
#[derive(Debug)]
pub(crate) struct Exporter {
    deliver: Box<dyn Deliver>,
    courier: Courier,
    queue: Arc<Queue>,
    health: Health,
}

// === impl Exporter ===

impl Exporter {
    pub(crate) fn new(
        deliver: Box<dyn Deliver>,
        courier: Courier,
        queue: Arc<Queue>,
        health: Health,
    ) -> Self {
        Self {
            deliver,
            courier,
            queue,
            health,
        }
    }
}

impl SpanExporter for Exporter {
    /// It is always `Ok`: the SDK has an error of each batch in the log, and [`Health`] one of each change.
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        self.queue.take(spans);
        let deliver = || self.deliver.deliver(batch, &self.courier);
        let result = catch_unwind(AssertUnwindSafe(deliver)).unwrap_or(Err(Failure::Panicked));
        match result {
            Ok(()) => self.health.sent(),
            Err(failure) => {
                let lost = match failure {
                    Failure::Rejected { count, .. } => count,
                    _ => spans as u64,
                };
                self.queue.lose(lost);
                self.health.dropped(lost);
                self.health.failed(&failure.at(self.deliver.place()));
            }
        }
        Ok(())
    }
}

/// The SDK's thread ends: at a shutdown, or in a panic.
impl Drop for Exporter {
    fn drop(&mut self) {
        let spans = self.queue.abandon();
        if spans > 0 {
            self.health.dropped(spans as u64);
        }
    }
}
