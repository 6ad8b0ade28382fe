//! Figures of the process: processor, memory, files, threads.

use std::sync::Arc;

use metrics::with_local_recorder;
use metrics_process::Collector;

use super::Recorder;

/// Collects figures of the process into a recorder of ours, whichever one is the global one.
#[derive(Debug)]
pub(super) struct Process {
    collector: Collector,
    recorder: Arc<Recorder>,
}

// === impl Process ===

impl Process {
    pub(super) fn new(recorder: &Arc<Recorder>) -> Self {
        let collector = Collector::default();
        with_local_recorder(recorder, || collector.describe());
        Self {
            collector,
            recorder: Arc::clone(recorder),
        }
    }

    /// Takes the figures as they are: some tens of microseconds, and one more for each open file.
    pub(super) fn collect(&self) {
        with_local_recorder(&self.recorder, || self.collector.collect());
    }
}
