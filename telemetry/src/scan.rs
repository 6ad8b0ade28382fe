//! Looks at open streams and jobs under way: what is stuck makes no call, so nothing else can tell of it.
//!
//! A scan costs some 120 ns for each open stream and a lock for each task. So a million streams keep the thread of the
//! telemetry for 0.12 s at each interval, and a thirty-second of them at a time waits to open or to end, not to send.

use std::time::Duration;

use bartizan::{sse::Sse, task::Tasks};

use crate::runtime::every;

/// Scans at each `interval`.
pub(crate) async fn run(interval: Duration, sse: Option<Sse>, tasks: Tasks) {
    every(interval, "scan", move || {
        if let Some(sse) = &sse {
            sse.scan();
        }
        tasks.scan();
        true
    })
    .await;
}
