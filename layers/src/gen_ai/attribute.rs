//! The attributes of calls' spans, and the names of the fields of their lines.
//!
//! OpenTelemetry semantic conventions for generative AI (`open-telemetry/semantic-conventions-genai`, 1.42.0, in
//! development). Those of the crate `opentelemetry-semantic-conventions` are deprecated: they moved away from there.

pub(super) const OPERATION: &str = "gen_ai.operation.name";
pub(super) const PROVIDER: &str = "gen_ai.provider.name";
pub(super) const REQUEST_MODEL: &str = "gen_ai.request.model";
pub(super) const TOOL_NAME: &str = "gen_ai.tool.name";
pub(super) const RESPONSE_MODEL: &str = "gen_ai.response.model";
pub(super) const RESPONSE_ID: &str = "gen_ai.response.id";
pub(super) const FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
pub(super) const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
pub(super) const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
