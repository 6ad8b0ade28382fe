//! Alerts on calls to models.

use bartizan::catalog::{GEN_AI_CLIENT_OPERATION_DURATION, GEN_AI_COST};

use super::{Alert, JOB, MODEL, NUMBER, PERCENT, Result, Severity, Thresholds, look, parts, query};
use crate::rules::Window;
use crate::rules::alert::Recording;

pub(super) fn error_ratio(values: &Thresholds) -> Result {
    let key = |key: &str| format!("gen_ai.error_ratio.{key}");
    let window = values.window(&key("window"))?;
    let (least, share) = (values.number(&key("errors"))?, values.share(&key("share"))?);
    let count = parts::count(&GEN_AI_CLIENT_OPERATION_DURATION);
    let by = "job, gen_ai_provider_name, gen_ai_request_model";
    // Who cancels a call is mostly a user that has read enough.
    let errors = format!(
        "sum by ({by}) (increase({count}{{error_type!=\"\",error_type!=\"cancelled\"}}[{window}]))"
    );
    Ok(Alert {
        name: "GenAiErrorRatio",
        severity: Severity::Warning,
        expression: Some(format!(
            "{errors}\n/ sum by ({by}) (increase({count}{{error_type!=\"cancelled\"}}[{window}])) > {share}\n\
             and on ({by}) {errors} >= {least}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{PERCENT} of the calls of {JOB} to {MODEL} fail"),
        description: format!(
            "{PERCENT} of the calls of {JOB} to {MODEL} of {{{{ $labels.gen_ai_provider_name }}}} failed over {window}. Calls that \
             were cancelled do not count."
        ),
        meaning: "A provider or a model answers with errors, or breaks its streams off. The provider's status page mostly knows.",
        look: vec![
            query(
                "with which class of error:",
                r#"sum by (gen_ai_request_model, error_type) (increase(gen_ai_client_operation_duration_seconds_count{error_type!=""}[15m]))"#,
            ),
            query(
                "other models beside it:",
                "sum by (gen_ai_request_model) (rate(gen_ai_client_operation_duration_seconds_count[15m]))",
            ),
            look(
                "limits of the account: a class for 429 tells them from an outage, if the service declares one",
            ),
        ],
        tune: "Calls that are tried again fail often and do no harm: raise `share`.",
    })
}

/// Dollars in an hour.
fn spent(window: Window) -> String {
    format!(
        "sum by (job) (increase({}_sum[{window}]))",
        GEN_AI_COST.name
    )
}

/// What an hour costs, so that a day's mean is of the hours that there were: a job's first day is no day of low cost.
pub(in crate::rules) fn recording(values: &Thresholds) -> Result<Recording> {
    let window = values.window("gen_ai.cost_spike.window")?;
    Ok(Recording {
        name: rule(window),
        expression: spent(window),
    })
}

fn rule(window: Window) -> String {
    format!("job:{}:increase{}", GEN_AI_COST.name, window.name())
}

pub(super) fn cost_spike(values: &Thresholds) -> Result {
    let key = |key: &str| format!("gen_ai.cost_spike.{key}");
    let (window, history) = (
        values.window(&key("window"))?,
        values.window(&key("history"))?,
    );
    let (times, least) = (
        values.number(&key("times"))?,
        values.number(&key("least_usd"))?,
    );
    let rule = rule(window);
    Ok(Alert {
        name: "GenAiCostSpike",
        severity: Severity::Warning,
        expression: Some(format!(
            "{rule} > {times} * avg_over_time({rule}[{history}] offset {window})\nand {rule} > {least}"
        )),
        hold: values.hold(&key("for"))?,
        summary: format!("{JOB} has spent {NUMBER} dollars on models within {window}"),
        description: format!(
            "{JOB} has spent {NUMBER} US dollars on calls to models within {window}: more than {times} times what that took on average over \
             {history}. A loop of calls, a prompt that grew, or success."
        ),
        meaning: "Spending rises, and a bill would tell of it in a month. What is counted is what the service told each call's cost to be.",
        look: vec![
            query(
                "which model and what for:",
                "topk(10, sum by (gen_ai_request_model, gen_ai_operation_name) (increase(gen_ai_cost_usd_sum[1h])))",
            ),
            query(
                "more calls, or dearer ones:",
                "sum by (gen_ai_request_model) (increase(gen_ai_cost_usd_sum[1h])) / sum by (gen_ai_request_model) (increase(gen_ai_cost_usd_count[1h]))",
            ),
            query(
                "tokens, input and output:",
                "sum by (gen_ai_request_model, gen_ai_token_type) (increase(gen_ai_client_token_usage_sum[1h]))",
            ),
        ],
        tune: "`least_usd` is what an hour may cost without anybody looking; it keeps small services quiet.",
    })
}
