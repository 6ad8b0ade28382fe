//! Background jobs.

use serde::{Deserialize, Serialize};

/// Background jobs: what is told of them, and how many names they may have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Tasks {
    /// Whether a job has a span. They are made where `tracing.exporter` is not `none`.
    pub spans: bool,
    /// Which lines a job has.
    pub lines: TaskLines,
    /// How many names of jobs are labels, from 1 to 4,000; later ones are `{overflow}`.
    pub task_cap: usize,
    /// Measures stages of jobs, with at most so many names of them, from 1 to 4,000; 50 is a good cap. By default they
    /// have spans alone.
    pub stage_cap: Option<usize>,
}

/// Which lines a job has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TaskLines {
    /// When it starts and when it ends.
    #[default]
    All,
    /// When it ends.
    Ends,
    /// None.
    None,
}

// === impl Tasks ===

impl Default for Tasks {
    fn default() -> Self {
        Self {
            spans: true,
            lines: TaskLines::default(),
            task_cap: 200,
            stage_cap: None,
        }
    }
}
