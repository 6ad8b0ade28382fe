//! What stands in the boards' expressions for what is the same in all of them.
//!
//! `@job` is the selector of the jobs and instances that are chosen; `@route`, `@task`, `@page`, `@method` and `@model` that,
//! and the label of the board's own. `@server`, `@client`, `@planned` and `@unknown` are the ends by whose fault they are, as
//! alternatives of a regex; `@stream_server` leaves out what cannot happen to a stream that has begun, `@http_server` and
//! `@rpc_server` have the statuses that are the server's fault besides. They are made from the vocabulary itself, so an end that
//! changes sides changes them in all boards.

use bartizan::{
    label::{End, Fault, OTHER},
    rpc::RpcStatus,
};

/// The expression with every name replaced.
///
/// # Errors
///
/// The name that stands for nothing.
pub(super) fn expand(expression: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = expression;
    while let Some((before, after)) = rest.split_once('@') {
        out.push_str(before);
        let end = after
            .find(|c: char| !c.is_ascii_lowercase() && c != '_')
            .unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        out.push_str(&meaning(name).ok_or_else(|| format!("`@{name}` stands for nothing"))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// The share of `part` in `whole`: 0 where there is none of the part, nothing where there is no whole.
pub(super) fn share(part: &str, whole: &str) -> String {
    format!("({part} or 0 * {whole}) / ({whole} > 0)")
}

/// The share of `part` in `whole` for each value of labels.
pub(super) fn share_by(labels: &str, part: &str, whole: &str) -> String {
    let (part, whole) = (rate_by(labels, part), rate_by(labels, whole));
    share(&part, &whole)
}

/// The rate of a counter's series in all.
pub(super) fn rate(series: &str) -> String {
    format!("sum(rate({series}[$__rate_interval]))")
}

/// The rate of a counter's series for each value of labels.
pub(super) fn rate_by(labels: &str, series: &str) -> String {
    format!("sum by ({labels}) (rate({series}[$__rate_interval]))")
}

/// By how much a counter's series rose in the time that is shown, for each value of labels, where they did.
pub(super) fn rise_by(labels: &str, series: &str) -> String {
    format!("sum by ({labels}) (increase({series}[$__range])) > 0")
}

/// A quantile of a histogram.
pub(super) fn quantile(quantile: &str, histogram: &str, selector: &str) -> String {
    quantile_by("", quantile, histogram, selector)
}

/// A quantile of a histogram for each value of labels.
pub(super) fn quantile_by(labels: &str, quantile: &str, histogram: &str, selector: &str) -> String {
    let labels = if labels.is_empty() {
        "le".to_owned()
    } else {
        format!("le, {labels}")
    };
    format!(
        "histogram_quantile({quantile}, sum by ({labels}) (rate({histogram}_bucket{{{selector}}}[$__rate_interval])))"
    )
}

/// The buckets of a histogram over time.
pub(super) fn buckets(histogram: &str, selector: &str) -> String {
    format!("sum by (le) (rate({histogram}_bucket{{{selector}}}[$__rate_interval]))")
}

fn meaning(name: &str) -> Option<String> {
    let chosen = |label: &str, variable: &str| {
        format!("job=~\"$job\",instance=~\"$instance\",{label}=~\"${variable}\"")
    };
    Some(match name {
        "job" => "job=~\"$job\",instance=~\"$instance\"".to_owned(),
        "route" => chosen("http_route", "route"),
        "task" => chosen("task", "task"),
        "page" => chosen("page", "page"),
        "method" => chosen("rpc_method", "method"),
        "model" => chosen("gen_ai_request_model", "model"),
        "server" => ends(Fault::Server),
        "client" => ends(Fault::Client),
        "planned" => ends(Fault::Planned),
        "unknown" => ends(Fault::Unknown),
        "stream_server" => alternatives(server_ends_without(End::ServiceError)),
        "http_server" => format!("5..|{}", ends(Fault::Server)),
        "rpc_server" => format!(
            "{}|{OTHER}|{}",
            statuses(),
            alternatives(server_ends_without(End::Incomplete))
        ),
        _ => return None,
    })
}

/// The ends by a fault, as alternatives of a regex.
fn ends(fault: Fault) -> String {
    alternatives(
        End::ALL
            .iter()
            .filter(|end| end.fault() == Some(fault))
            .map(|end| end.as_str()),
    )
}

/// Those by the server's fault, without one that cannot be.
fn server_ends_without(end: End) -> impl Iterator<Item = &'static str> {
    let ends = End::ALL
        .iter()
        .filter(move |other| other.fault() == Some(Fault::Server) && **other != end);
    ends.map(|end| end.as_str())
}

/// The statuses of calls that are a server's error.
fn statuses() -> String {
    let errors = RpcStatus::ALL
        .into_iter()
        .filter(|status| status.is_server_error());
    alternatives(errors.map(RpcStatus::name).filter(|name| *name != OTHER))
}

fn alternatives<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_selectors_and_for_words() {
        assert_eq!(
            expand("rate(a{@task,outcome=~\"@client\"}[5m])").expect("both are known"),
            "rate(a{job=~\"$job\",instance=~\"$instance\",task=~\"$task\",outcome=~\"client_disconnect\"}[5m])"
        );
    }

    #[test]
    fn a_name_that_stands_for_nothing_is_refused() {
        assert_eq!(
            expand("a{@nobody}"),
            Err("`@nobody` stands for nothing".into())
        );
    }

    #[test]
    fn every_end_but_the_good_one_is_by_somebodys_fault() {
        let all =
            ["server", "client", "planned", "unknown"].map(|name| expand(&format!("@{name}")));
        let all: Vec<String> = all
            .into_iter()
            .collect::<Result<_, _>>()
            .expect("all are known");
        let mut words: Vec<_> = all.iter().flat_map(|words| words.split('|')).collect();
        let mut ends: Vec<_> = End::ALL
            .iter()
            .map(|end| end.as_str())
            .filter(|end| *end != "completed")
            .collect();
        words.sort_unstable();
        ends.sort_unstable();
        assert_eq!(words, ends);
    }

    #[test]
    fn a_share_is_nothing_where_there_is_no_whole() {
        assert_eq!(share("a", "b"), "(a or 0 * b) / (b > 0)");
    }
}
