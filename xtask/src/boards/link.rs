//! Links from a point of a panel to what happened there: traces in Tempo, lines in Loki.
//!
//! The recorder of the service keeps no exemplars, so a point cannot name the one trace behind it. The links search for
//! those of the same route, job or model in the time that is shown.

use serde_json::{Value, json};

/// A link of a panel's points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) title: &'static str,
    pub(super) to: To,
    /// TraceQL or LogQL.
    pub(super) query: &'static str,
}

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    Tempo,
    Loki,
}

/// Traces of the route of the series.
pub(super) const ROUTE_TRACES: Link =
    traces(r#"{ span.http.route = "${__field.labels.http_route}" }"#);
/// Traces of the series' route that failed.
pub(super) const ROUTE_FAILURES: Link =
    traces(r#"{ span.http.route = "${__field.labels.http_route}" && status = error }"#);
/// Traces of the routes that are chosen, and failed.
pub(super) const FAILURES: Link =
    traces(r#"{ span.http.route =~ "${route:regex}" && status = error }"#);
/// Traces of streams that ended as those of the series.
pub(super) const CLOSINGS: Link =
    traces(r#"{ span.sse.stream.close_reason = "${__field.labels.close_reason}" }"#);
/// Traces of the streams of the series' route.
pub(super) const STREAM_TRACES: Link = traces(
    r#"{ span.http.route = "${__field.labels.http_route}" && span.sse.stream.close_reason != nil }"#,
);
/// Traces of the method of the series.
pub(super) const METHOD_TRACES: Link =
    traces(r#"{ span.rpc.method = "${__field.labels.rpc_method}" }"#);
/// Traces of the series' method that failed.
pub(super) const METHOD_FAILURES: Link =
    traces(r#"{ span.rpc.method = "${__field.labels.rpc_method}" && status = error }"#);
/// Traces of the task of the series.
pub(super) const TASK_TRACES: Link = traces(r#"{ span.task.name = "${__field.labels.task}" }"#);
/// Traces of the series' task that failed.
pub(super) const TASK_FAILURES: Link =
    traces(r#"{ span.task.name = "${__field.labels.task}" && status = error }"#);
/// Traces of calls to the model of the series.
pub(super) const MODEL_TRACES: Link =
    traces(r#"{ span.gen_ai.request.model = "${__field.labels.gen_ai_request_model}" }"#);
/// Lines of the route of the series.
pub(super) const ROUTE_LINES: Link =
    lines(r#"{service_name=~".+"} | json | http_route="${__field.labels.http_route}""#);
/// Lines of the series' route that tell of the server's fault.
pub(super) const ROUTE_FAULT_LINES: Link = lines(
    r#"{service_name=~".+"} | json | http_route="${__field.labels.http_route}" | fault="server""#,
);
/// Lines of the closings of the series.
pub(super) const CLOSING_LINES: Link =
    lines(r#"{service_name=~".+"} | json | close_reason="${__field.labels.close_reason}""#);
/// Lines of the method of the series.
pub(super) const METHOD_LINES: Link =
    lines(r#"{service_name=~".+"} | json | rpc_method="${__field.labels.rpc_method}""#);
/// Lines of the task of the series.
pub(super) const TASK_LINES: Link =
    lines(r#"{service_name=~".+"} | json | task="${__field.labels.task}""#);
/// Lines of calls to the model of the series.
pub(super) const MODEL_LINES: Link = lines(
    r#"{service_name=~".+"} | json | gen_ai_request_model="${__field.labels.gen_ai_request_model}""#,
);

const fn traces(query: &'static str) -> Link {
    Link {
        title: "Traces",
        to: To::Tempo,
        query,
    }
}

const fn lines(query: &'static str) -> Link {
    Link {
        title: "Log lines",
        to: To::Loki,
        query,
    }
}

// === impl Link ===

impl Link {
    /// As a panel has it.
    pub(super) fn json(self) -> Value {
        json!({ "title": self.title, "url": self.url(), "targetBlank": true })
    }

    /// Explore's address, with what Grafana is to put in left as it is.
    fn url(self) -> String {
        let (kind, variable, query) = match self.to {
            To::Tempo => (
                "tempo",
                "${tempo}",
                json!({ "queryType": "traceql", "query": self.query }),
            ),
            To::Loki => (
                "loki",
                "${loki}",
                json!({ "queryType": "range", "expr": self.query }),
            ),
        };
        let mut query = query;
        query["refId"] = json!("A");
        query["datasource"] = json!({ "type": kind, "uid": variable });
        let pane = json!({
            "datasource": variable,
            "queries": [query],
            "range": { "from": "${__from}", "to": "${__to}" },
        });
        let panes = super::json::sorted(json!({ "pane": pane })).to_string();
        format!("/explore?schemaVersion=1&panes={}", encoded(&panes))
    }
}

/// Percent-encodes a text; what Grafana puts in place of `${...}` is encoded when it does.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("${") {
        let (name, after) = inside.split_once('}').unwrap_or((inside, ""));
        out.push_str(&escaped(before));
        let format = if name.contains(':') || name.starts_with("__from") || name.starts_with("__to")
        {
            ""
        } else {
            ":percentencode"
        };
        out.push_str(&format!("${{{name}{format}}}"));
        rest = after;
    }
    out.push_str(&escaped(rest));
    out
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// The attributes of spans that a query of TraceQL asks for.
pub(super) fn attributes(query: &str) -> Vec<String> {
    let rests = query.split("span.").skip(1);
    rests
        .map(|rest| rest.split(' ').next().unwrap_or(rest).to_owned())
        .collect()
}

/// The fields of lines that a query of LogQL asks for.
pub(super) fn fields(query: &str) -> Vec<String> {
    let parts = query.split(" | ").skip(2);
    parts
        .filter_map(|part| Some(part.split_once('=')?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_searches_by_is_known() {
        assert_eq!(
            attributes(STREAM_TRACES.query),
            ["http.route", "sse.stream.close_reason"]
        );
        assert_eq!(fields(ROUTE_FAULT_LINES.query), ["http_route", "fault"]);
    }

    #[test]
    fn what_grafana_puts_in_is_not_encoded() {
        assert_eq!(
            encoded(r#"{"a b":"${__field.labels.task}","c":"${route:regex}"}"#),
            "%7B%22a%20b%22%3A%22${__field.labels.task:percentencode}%22%2C%22c%22%3A%22${route:regex}%22%7D"
        );
    }

    #[test]
    fn a_link_is_the_address_of_explore() {
        let url = ROUTE_TRACES.url();
        assert!(
            url.starts_with("/explore?schemaVersion=1&panes=%7B%22pane%22%3A"),
            "{url}"
        );
        assert!(url.contains("${tempo:percentencode}"), "{url}");
        assert!(
            url.contains("${__field.labels.http_route:percentencode}"),
            "{url}"
        );
        assert!(!url.contains('"') && !url.contains(' '), "{url}");
    }
}
