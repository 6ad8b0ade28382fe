//! The lines of calls.

use std::borrow::Cow;

use tracing::Level;

use super::{
    core::{About, Names},
    figures::Figures,
    record::Over,
};
use crate::{
    label::Fault,
    line::{Trace, at, text, wanted},
    observe::signed,
};

/// The target of the lines of calls.
const GEN_AI: &str = "bartizan::gen_ai";

/// A call ended.
#[cold]
pub(super) fn end(
    about: &About,
    names: &Names,
    over: Over,
    figures: &Figures,
    trace: Option<&Trace>,
) {
    let level = match over.outcome.fault() {
        Some(Fault::Server) => Level::ERROR,
        _ => Level::INFO,
    };
    if !wanted!(level, GEN_AI) {
        return;
    }
    let Names {
        provider,
        model,
        tool,
    } = names;
    let (trace_id, span_id) = (trace.map(Trace::trace_id), trace.map(Trace::span_id));
    let seconds = |nanos: u64| signed(nanos) / 1e9;
    at!(
        level,
        GEN_AI,
        trace_id = trace_id.as_ref().map(|id| id.as_str()),
        span_id = span_id.as_ref().map(|id| id.as_str()),
        "gen_ai.operation.name" = about.operation.as_str(),
        "gen_ai.provider.name" = shown(provider).as_deref(),
        "gen_ai.request.model" = shown(model).as_deref(),
        "gen_ai.tool.name" = shown(tool).as_deref(),
        outcome = over.outcome.as_str(),
        "error.type" = over.error().map(text::clean).as_deref(),
        duration_seconds = seconds(over.nanos),
        "gen_ai.usage.input_tokens" = figures.input(),
        "gen_ai.usage.output_tokens" = figures.output(),
        time_to_first_token_seconds = figures.until_first_token().map(seconds),
        cost_usd = figures.cost(),
        "call ended"
    );
}

fn shown(name: &str) -> Option<Cow<'_, str>> {
    (!name.is_empty()).then(|| text::clean(name))
}
