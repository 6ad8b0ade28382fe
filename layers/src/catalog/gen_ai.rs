//! The metrics of calls to models and tools.
//!
//! OpenTelemetry semantic conventions for generative AI (`open-telemetry/semantic-conventions-genai`, 1.42.0, in
//! development). The constants of `opentelemetry-semantic-conventions` 0.33 are deprecated since these conventions moved to
//! a repository of their own, so the names are written out here.

use super::{Kind, Label, Metric, Stability, label, opt_in};
use opentelemetry_semantic_conventions::attribute;

/// What a call does.
pub const GEN_AI_OPERATION: Label = label(
    "gen_ai_operation_name",
    "gen_ai.operation.name",
    "the 17 operations of the convention",
);
/// Whose model is called; absent for a tool.
pub const GEN_AI_PROVIDER: Label = label(
    "gen_ai_provider_name",
    "gen_ai.provider.name",
    "the 16 providers of the convention, and 20 others by default, then `{overflow}`",
);
/// The model that is asked for; absent where there is none.
pub const GEN_AI_MODEL: Label = label(
    "gen_ai_request_model",
    "gen_ai.request.model",
    "50 models by default, then `{overflow}`",
);
/// Why a call failed; absent on success.
pub const GEN_AI_ERROR_TYPE: Label = label(
    "error_type",
    attribute::ERROR_TYPE,
    "the classes that the service declares, at most 64, `timeout` and `_OTHER` by default; `body_error`, `incomplete`, \
     `cancelled`, `panic`",
);
/// Whether tokens were read or written.
pub const GEN_AI_TOKEN_TYPE: Label = label(
    "gen_ai_token_type",
    "gen_ai.token.type",
    "`input`, `output`",
);
/// Who pays for a call.
pub const GEN_AI_TEAM: Label = opt_in(label(
    "team",
    "team",
    "the cap that it is asked for with, then `{overflow}`",
));

/// The convention's edges: 0.01·2ᵏ.
const DURATIONS: &[f64] = &[
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
/// The convention's edges: 4ᵏ.
const TOKENS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
/// The convention's edges.
const FIRST_TOKEN: &[f64] = &[
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
/// The convention's edges.
const PER_TOKEN: &[f64] = &[
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5,
];
/// A hundredth of a cent to a hundred dollars.
const COSTS: &[f64] = &[0.000_1, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0];

/// How long calls last.
pub const GEN_AI_CLIENT_OPERATION_DURATION: Metric = Metric {
    name: "gen_ai_client_operation_duration_seconds",
    otel_name: "gen_ai.client.operation.duration",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[
        GEN_AI_OPERATION,
        GEN_AI_PROVIDER,
        GEN_AI_MODEL,
        GEN_AI_ERROR_TYPE,
    ],
    buckets: Some(DURATIONS),
    help: "Duration of calls to models and tools, from their start to their end, however they end.",
    recorded: "end of the call; a model's first call registers how calls may end",
    stability: Stability::Development,
};
/// What calls used.
pub const GEN_AI_CLIENT_TOKEN_USAGE: Metric = Metric {
    name: "gen_ai_client_token_usage",
    otel_name: "gen_ai.client.token.usage",
    kind: Kind::Histogram,
    unit: "{token}",
    labels: &[
        GEN_AI_OPERATION,
        GEN_AI_PROVIDER,
        GEN_AI_MODEL,
        GEN_AI_TOKEN_TYPE,
    ],
    buckets: Some(TOKENS),
    help: "Tokens that a call used, input and output.",
    recorded: "end of the call, however it ends, if it was told",
    stability: Stability::Development,
};
/// How long the first token takes.
pub const GEN_AI_SERVER_TIME_TO_FIRST_TOKEN: Metric = Metric {
    name: "gen_ai_server_time_to_first_token_seconds",
    otel_name: "gen_ai.server.time_to_first_token",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[GEN_AI_OPERATION, GEN_AI_PROVIDER, GEN_AI_MODEL],
    buckets: Some(FIRST_TOKEN),
    help: "Time from the start of a call to its first token, of calls that succeeded.",
    recorded: "end of a call that succeeded, if its first token was told",
    stability: Stability::Development,
};
/// How long each further token takes.
pub const GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN: Metric = Metric {
    name: "gen_ai_server_time_per_output_token_seconds",
    otel_name: "gen_ai.server.time_per_output_token",
    kind: Kind::Histogram,
    unit: "s",
    labels: &[GEN_AI_OPERATION, GEN_AI_PROVIDER, GEN_AI_MODEL],
    buckets: Some(PER_TOKEN),
    help: "Time of each token after the first one, the mean of a call, of calls that succeeded.",
    recorded: "end of a call that succeeded, if two tokens or more were told",
    stability: Stability::Development,
};
/// What calls cost.
pub const GEN_AI_COST: Metric = Metric {
    name: "gen_ai_cost_usd",
    otel_name: "gen_ai.cost.usd",
    kind: Kind::Histogram,
    unit: "{USD}",
    labels: &[GEN_AI_OPERATION, GEN_AI_PROVIDER, GEN_AI_MODEL, GEN_AI_TEAM],
    buckets: Some(COSTS),
    help: "Cost of a call in US dollars, as the service told it.",
    recorded: "end of the call, however it ends, if it was told",
    stability: Stability::Development,
};
