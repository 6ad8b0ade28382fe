//! The board of calls to models and tools.

use bartizan::catalog;

use super::{
    board::{Board, Choice, Row},
    expression::{buckets, quantile, quantile_by, rate, rate_by, rise_by, share, share_by},
    link,
    panel::{Panel, Steps},
    unit::Unit,
};

const CALLS: &str = "gen_ai_client_operation_duration_seconds_count";
const DURATION: &str = "gen_ai_client_operation_duration_seconds";
const TOKENS: &str = "gen_ai_client_token_usage_sum";

pub(super) fn board() -> Board {
    Board {
        name: "models",
        title: "bartizan: calls to models and tools",
        about: "Calls to language models and tools: do they fail, how soon is the first token there, what do they use and cost.",
        source: "gen_ai_client_operation_duration_seconds_count",
        choice: Some(Choice {
            name: "model",
            title: "Model",
            label: "gen_ai_request_model",
            source: "gen_ai_client_operation_duration_seconds_count",
            // A tool has no model.
            all: ".*",
        }),
        rows: vec![first(), use_and_cost(), speed()],
    }
}

fn first() -> Row {
    let failed = format!("{CALLS}{{@model,error_type!~\"|cancelled\"}}");
    let all = format!("{CALLS}{{@model}}");
    Row {
        title: "Is it broken, which model, since when",
        panels: vec![
            Panel::stat("Failed calls", Unit::Share)
                .query(share(&rate(&failed), &rate(&all)), "failed")
                .steps(Steps::Above(0.01, 0.05))
                .alerts(&["GenAiErrorRatio"])
                .no_value("no calls")
                .shows("The share of calls to models and tools that failed. Cancelled ones, such as of clients that left, are not among them.")
                .next("Failed calls by model tells which, errors by class why.")
                .width(6),
            Panel::stat("Calls", Unit::Other("reqps"))
                .query(rate(&all), "calls")
                .shows("Calls that ended in a second. One that hangs is in no metric until it ends: look at jobs under way.")
                .next("It falls while requests do not: calls hang, or are not made.")
                .width(6),
            Panel::stat("Cost in an hour", Unit::Of(&catalog::GEN_AI_COST))
                .query("sum(rate(gen_ai_cost_usd_sum{@model}[$__rate_interval])) * 3600", "an hour")
                .no_value("no cost told")
                .alerts(&["GenAiCostSpike"])
                .shows("What calls cost now, as if it went on for an hour; as the service tells it.")
                .next("Cost by model tells what it is spent on, tokens by type whether prompts grew or answers.")
                .width(6),
            Panel::stat("Time to first token, p95", Unit::Of(&catalog::GEN_AI_SERVER_TIME_TO_FIRST_TOKEN))
                .query(quantile("0.95", "gen_ai_server_time_to_first_token_seconds", "@model"), "p95")
                .steps(Steps::Above(2.5, 5.0))
                .no_value("no tokens told")
                .shows("What 95 of 100 calls that succeeded stay below until their first token.")
                .next("By model: one of them is the provider, all of them are us or the network.")
                .width(6),
            Panel::lines("Failed calls by model", Unit::Share)
                .query(
                    share_by("gen_ai_provider_name, gen_ai_request_model", &failed, &all),
                    "{{gen_ai_provider_name}} {{gen_ai_request_model}}",
                )
                .steps(Steps::Above(0.01, 0.05))
                .alerts(&["GenAiErrorRatio"])
                .no_value("no calls")
                .shows("Each model's share of calls that failed.")
                .next("One provider: its status page, then the switch to another. All: the network, the keys, a proxy.")
                .link(link::MODEL_TRACES)
                .link(link::MODEL_LINES),
            Panel::stack("Errors by class", Unit::Other("cps"))
                .query(rate_by("error_type", &format!("{CALLS}{{@model,error_type!=\"\"}}")), "{{error_type}}")
                .no_value("no errors")
                .shows("Calls that failed or were cancelled in a second, by class.")
                .next("timeout: the provider is slow. incomplete: its stream broke off. cancelled: our clients leave; look at the first token."),
            Panel::lines("Duration by model, p95", Unit::Of(&catalog::GEN_AI_CLIENT_OPERATION_DURATION))
                .query(
                    quantile_by("gen_ai_provider_name, gen_ai_request_model", "0.95", DURATION, "@model"),
                    "{{gen_ai_provider_name}} {{gen_ai_request_model}}",
                )
                .no_value("no calls")
                .shows("What 95 of 100 calls stay below, to the end of their stream, however they end.")
                .next("Longer with more output tokens: longer answers. Longer with the time per token: a slower provider.")
                .link(link::MODEL_TRACES),
        ],
    }
}

fn use_and_cost() -> Row {
    Row {
        title: "Use and cost",
        panels: vec![
            Panel::stack("Tokens by type", Unit::Other("cps"))
                .query(rate_by("gen_ai_token_type", &format!("{TOKENS}{{@model}}")), "{{gen_ai_token_type}}")
                .no_value("no tokens told")
                .shows("Tokens in a second, read and written, of calls that ended.")
                .next("Input grows alone: longer prompts or contexts. Output grows alone: longer answers, or a loop."),
            Panel::stack("Tokens by model", Unit::Other("cps"))
                .query(
                    rate_by("gen_ai_provider_name, gen_ai_request_model", &format!("{TOKENS}{{@model}}")),
                    "{{gen_ai_provider_name}} {{gen_ai_request_model}}",
                )
                .no_value("no tokens told")
                .shows("Tokens in a second, by model.")
                .next("A model that should not be there: a default that somebody forgot.")
                .link(link::MODEL_TRACES),
            Panel::lines("Tokens of a call, p95", Unit::Of(&catalog::GEN_AI_CLIENT_TOKEN_USAGE))
                .query(quantile_by("gen_ai_token_type", "0.95", "gen_ai_client_token_usage", "@model"), "{{gen_ai_token_type}}")
                .no_value("no tokens told")
                .shows("How many tokens 95 of 100 calls stay below.")
                .next("Near the model's limit: answers are cut off; look at finish reasons in the traces."),
            Panel::stack("Cost by model", Unit::Of(&catalog::GEN_AI_COST))
                .query(
                    "sum by (gen_ai_provider_name, gen_ai_request_model) (rate(gen_ai_cost_usd_sum{@model}[$__rate_interval])) * 3600",
                    "{{gen_ai_provider_name}} {{gen_ai_request_model}}",
                )
                .no_value("no cost told")
                .alerts(&["GenAiCostSpike"])
                .shows("What calls cost, as if it went on for an hour, by model.")
                .next("It grows faster than calls: calls got dearer; look at the tokens of a call.")
                .link(link::MODEL_TRACES),
            Panel::stack("Cost by team", Unit::Of(&catalog::GEN_AI_COST))
                .query("sum by (team) (rate(gen_ai_cost_usd_sum{@model,team!=\"\"}[$__rate_interval])) * 3600", "{{team}}")
                .opt_in("GenAiBuilder::teams")
                .empty_in_demo("it asks for no teams")
                .no_value("no teams told")
                .shows("What calls cost, as if it went on for an hour, by who pays.")
                .next("Ask the team that grew, before you lower a limit."),
            Panel::table("Calls in this time", Unit::Other("short"))
                .query(
                    rise_by("gen_ai_operation_name, gen_ai_provider_name, gen_ai_request_model, error_type", &format!("{CALLS}{{@model}}")),
                    "",
                )
                .width(8)
                .no_value("no calls")
                .shows("How many calls of each kind there were in the time that is shown, and how they failed.")
                .next("The first row with an error is where to begin: follow its link to the log.")
                .link(link::MODEL_LINES),
        ],
    }
}

fn speed() -> Row {
    let by = "gen_ai_provider_name, gen_ai_request_model";
    let legend = "{{gen_ai_provider_name}} {{gen_ai_request_model}}";
    Row {
        title: "How fast tokens come",
        panels: vec![
            Panel::lines(
                "Time to first token by model, p95",
                Unit::Of(&catalog::GEN_AI_SERVER_TIME_TO_FIRST_TOKEN),
            )
            .query(
                quantile_by(
                    by,
                    "0.95",
                    "gen_ai_server_time_to_first_token_seconds",
                    "@model",
                ),
                legend,
            )
            .steps(Steps::Above(2.5, 5.0))
            .no_value("no tokens told")
            .shows("How long the first token takes, of calls that succeeded.")
            .next("It grows with input tokens: the prompt. It grows alone: the provider's queue.")
            .link(link::MODEL_TRACES),
            Panel::lines(
                "Time per output token, p95",
                Unit::Of(&catalog::GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN),
            )
            .query(
                quantile_by(
                    by,
                    "0.95",
                    "gen_ai_server_time_per_output_token_seconds",
                    "@model",
                ),
                legend,
            )
            .no_value("no tokens told")
            .shows(
                "How long each further token takes, the mean of a call, of calls that succeeded.",
            )
            .next("Slower than people read, some 0.1 s, is what they notice.")
            .link(link::MODEL_TRACES),
            Panel::heatmap(
                "Durations",
                Unit::Of(&catalog::GEN_AI_CLIENT_OPERATION_DURATION),
            )
            .query(buckets(DURATION, "@model"), "{{le}}")
            .shows("How many calls took how long.")
            .next("A band at a round number of seconds is a time-out, ours or the provider's."),
        ],
    }
}
