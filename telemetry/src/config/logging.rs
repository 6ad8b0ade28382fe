//! Lines of the log.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Lines of the log: whatever `tracing` is told, and so the lines of the layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Logging {
    /// Whether a subscriber is installed. Turn it off where the service installs its own.
    pub enabled: bool,
    /// What is written: a level, or levels by target, as in `info,hyper=warn`. A word alone has to be a level. `RUST_LOG`
    /// wins.
    pub level: String,
    /// How lines look.
    pub format: LogFormat,
    /// Where they go.
    pub output: LogOutput,
    /// The file that lines are appended to, where `output` is `file`. It is made, and so are the directories that it is in.
    pub file: Option<PathBuf>,
    /// How many lines may wait for a slow output; what comes when it is full is dropped, and counted.
    pub queue: usize,
}

/// How lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LogFormat {
    /// An object of JSON each.
    #[default]
    Json,
    /// For a person at a terminal.
    Pretty,
}

/// Where lines go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LogOutput {
    /// Standard output.
    #[default]
    Stdout,
    /// Standard error.
    Stderr,
    /// The file of `logging.file`.
    File,
}

// === impl Logging ===

impl Default for Logging {
    fn default() -> Self {
        Self {
            enabled: true,
            level: "info".into(),
            format: LogFormat::default(),
            output: LogOutput::default(),
            file: None,
            queue: 10_000,
        }
    }
}
