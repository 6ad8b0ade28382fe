//! What expressions are put together from: patterns of the fault table, parts of histograms, selectors.

use bartizan::{
    catalog::Metric,
    label::{End, Fault},
    rpc::RpcStatus,
};

use super::thresholds::Override;
use crate::promql;

/// The `error_type`s of requests whose fault is the server's.
pub(crate) fn server_errors() -> String {
    let ends = of_fault(End::ALL, |fault| fault == Fault::Server);
    format!("5..|{ends}")
}

/// The `error_type`s of requests that no budget counts: what the client did, what was planned, what is not known.
pub(crate) fn not_counted() -> String {
    of_fault(End::ALL, |fault| fault != Fault::Server)
}

/// The `error_type`s of requests whose client gave up, as far as that is known.
pub(crate) fn gave_up() -> String {
    let by_client = |end: &&End| **end != End::ServerClosed;
    of_fault(End::ALL.iter().filter(by_client), |fault| {
        matches!(fault, Fault::Client | Fault::Unknown)
    })
}

/// The close reasons of streams that went away without having been sent away.
pub(crate) fn lost_streams() -> String {
    of_fault(promql::close_reasons(), |fault| {
        matches!(fault, Fault::Client | Fault::Unknown)
    })
}

/// The close reasons of streams that say nothing about the service: a shutdown's.
pub(crate) fn planned() -> String {
    of_fault(promql::close_reasons(), |fault| fault == Fault::Planned)
}

/// The close reasons that show how a stream ended only in part.
pub(crate) fn unproven() -> String {
    [End::Dropped, End::Unknown].map(End::as_str).join("|")
}

/// The `error_type`s of calls whose fault is the server's. A method that it does not have is asked for by whoever calls.
pub(crate) fn rpc_server_errors() -> String {
    let statuses = RpcStatus::ALL
        .into_iter()
        .filter(|status| status.is_server_error() && *status != RpcStatus::Unimplemented);
    let statuses: Vec<_> = statuses.map(RpcStatus::name).collect();
    let ends = of_fault(End::ALL.iter().filter(of_calls), |fault| {
        fault == Fault::Server
    });
    format!("{}|{ends}", statuses.join("|"))
}

/// The `error_type`s of calls that no budget counts.
pub(crate) fn rpc_not_counted() -> String {
    let ends = of_fault(End::ALL.iter().filter(of_calls), |fault| {
        fault != Fault::Server
    });
    format!("{}|{ends}", RpcStatus::Unimplemented.name())
}

/// Calls have no end markers.
fn of_calls(end: &&End) -> bool {
    **end != End::Incomplete
}

fn of_fault<'a>(ends: impl IntoIterator<Item = &'a End>, wanted: impl Fn(Fault) -> bool) -> String {
    let ends = ends
        .into_iter()
        .filter(|end| end.fault().is_some_and(&wanted));
    ends.map(|end| end.as_str()).collect::<Vec<_>>().join("|")
}

pub(crate) fn count(metric: &Metric) -> String {
    format!("{}_count", metric.name)
}

pub(crate) fn bucket(metric: &Metric) -> String {
    format!("{}_bucket", metric.name)
}

/// The series of a name with matchers, which may be none.
pub(crate) fn select(name: &str, matchers: &str) -> String {
    if matchers.is_empty() {
        name.to_owned()
    } else {
        format!("{name}{{{matchers}}}")
    }
}

/// A matcher of a bucket's edge. Prometheus 3 writes 5 as `5.0`, and a range may hold both.
pub(crate) fn at_edge(edge: f64) -> String {
    let text = edge.to_string().replace('.', "\\.");
    let whole = if edge.fract() == 0.0 { "(\\.0)?" } else { "" };
    format!("le=~{}", quoted(&format!("{text}{whole}")))
}

/// A text, as an expression has it.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The expression for each threshold, of selectors that have no series in common. The first override that matches counts.
///
/// `make` gets a matcher, which may be empty, and the threshold.
pub(crate) fn disjoint(
    label: &str,
    threshold: f64,
    overrides: &[Override],
    make: impl Fn(&str, f64) -> String,
) -> String {
    let mut earlier = Vec::new();
    let mut parts = Vec::new();
    for Override {
        pattern, threshold, ..
    } in overrides
    {
        if let Some(threshold) = threshold {
            let mut matcher = format!("{label}=~{}", quoted(pattern));
            if !earlier.is_empty() {
                matcher.push_str(&format!(",{label}!~{}", quoted(&earlier.join("|"))));
            }
            parts.push(make(&matcher, *threshold));
        }
        earlier.push(pattern.as_str());
    }
    let others = if earlier.is_empty() {
        String::new()
    } else {
        format!("{label}!~{}", quoted(&earlier.join("|")))
    };
    parts.insert(0, make(&others, threshold));
    parts.join("\nor\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_is_counted_or_not() {
        let (counted, not) = (server_errors(), not_counted());
        for end in End::ALL.iter().filter(|end| end.fault().is_some()) {
            let is = |pattern: &str| pattern.split('|').any(|word| word == end.as_str());
            assert!(is(&counted) != is(&not), "{end}: {counted}; {not}");
        }
    }

    #[test]
    fn overrides_have_no_series_in_common() {
        let of = |pattern: &str, threshold| Override {
            path: String::new(),
            pattern: pattern.into(),
            threshold,
        };
        let overrides = [of("/a.*", Some(5.0)), of("/b", None), of("/ab", Some(1.0))];
        let made = disjoint("r", 2.0, &overrides, |matcher, threshold| {
            format!("x{{{matcher}}} > {threshold}")
        });
        assert_eq!(
            made,
            "x{r!~\"/a.*|/b|/ab\"} > 2\nor\nx{r=~\"/a.*\"} > 5\nor\nx{r=~\"/ab\",r!~\"/a.*|/b\"} > 1"
        );
        assert_eq!(
            disjoint("r", 2.0, &[], |matcher, _| format!("x{{{matcher}}}")),
            "x{}"
        );
    }

    #[test]
    fn edges_are_written_in_both_ways() {
        assert_eq!(at_edge(5.0), r#"le=~"5(\\.0)?""#);
        assert_eq!(at_edge(2.5), r#"le=~"2\\.5""#);
    }
}
