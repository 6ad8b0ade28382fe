//! Calls to language models and tools.

use serde::{Deserialize, Serialize};

/// Calls to language models and tools: what is told of them, and how many names they may have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Models {
    /// Whether a call has a span. They are made where `tracing.exporter` is not `none`.
    pub spans: bool,
    /// Whether a call has a line at its end.
    pub lines: bool,
    /// Models that are labels whatever else is asked for, 4,000 at most.
    pub models: Vec<String>,
    /// How many other models are labels, from 1 to 4,000; later ones are `{overflow}`.
    pub model_cap: usize,
    /// How many providers are labels besides the well-known ones, from 1 to 4,000.
    pub provider_cap: usize,
    /// How many tools are in the names of spans, from 1 to 4,000.
    pub tool_cap: usize,
    /// Labels costs with `team`, with at most so many of them, from 1 to 4,000.
    pub team_cap: Option<usize>,
    /// Events of these types are keep-alives. Comments always are.
    pub keepalive_types: Vec<String>,
    /// A stream is whole only with an event of one of these types, as `message_stop`, or with one of `end_data`.
    pub end_types: Vec<String>,
    /// A stream is whole only with an event that has one of these data, as `[DONE]`, or a type of `end_types`.
    pub end_data: Vec<String>,
}

// === impl Models ===

impl Default for Models {
    fn default() -> Self {
        Self {
            spans: true,
            lines: true,
            models: Vec::new(),
            model_cap: 50,
            provider_cap: 20,
            tool_cap: 200,
            team_cap: None,
            keepalive_types: vec!["heartbeat".into(), "ping".into()],
            end_types: Vec::new(),
            end_data: Vec::new(),
        }
    }
}
