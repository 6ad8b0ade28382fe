//! Keeps spans out that the SDK would drop in silence.

use std::{sync::Arc, thread, time::Duration};

use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{BatchSpanProcessor, Span, SpanData, SpanProcessor},
};

use super::{
    courier::{Closing, after, now},
    queue::Queue,
};
use crate::health::Health;

/// A batch processor that counts what it has no place for.
#[derive(Debug)]
pub(crate) struct Gate {
    batches: BatchSpanProcessor,
    queue: Arc<Queue>,
    closing: Closing,
    health: Health,
}

/// How soon a word is tried again that the SDK's thread had no ear for.
const AGAIN: Duration = Duration::from_millis(5);

// === impl Gate ===

impl Gate {
    pub(crate) fn new(
        batches: BatchSpanProcessor,
        queue: Arc<Queue>,
        closing: Closing,
        health: Health,
    ) -> Self {
        Self {
            batches,
            queue,
            closing,
            health,
        }
    }

    /// What the SDK says, or how many spans were not sent meanwhile.
    fn result(&self, sdk: OTelSdkResult, lost_before: u64) -> OTelSdkResult {
        sdk?;
        match self.queue.lost() - lost_before {
            0 => Ok(()),
            lost => Err(OTelSdkError::InternalFailure(format!(
                "{lost} spans could not be sent"
            ))),
        }
    }
}

impl SpanProcessor for Gate {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.batches.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        if self.queue.admit() {
            self.batches.on_end(span);
        } else {
            self.health.dropped(1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        let lost = self.queue.lost();
        self.result(self.batches.force_flush(), lost)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let lost = self.queue.lost();
        let by = after(now(), timeout);
        self.queue.close();
        self.closing.within(timeout);
        let result = loop {
            let left = by.saturating_duration_since(now());
            match self.batches.shutdown_with_timeout(left) {
                // Its thread is behind with words of others, flushes: sixty-four have place.
                Err(OTelSdkError::InternalFailure(_)) if left > AGAIN => thread::sleep(AGAIN),
                result => break result,
            }
        };
        self.result(result, lost)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}
