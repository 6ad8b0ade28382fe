//! The collector: pipelines of what is defined, and sampling by what spans have.

use std::{collections::BTreeSet, fs, path::Path};

use bartizan::label::{End, Fault};

use crate::Result;

use super::document::{Document, at, entries, items, text, texts};

pub(super) const FILE: &str = "ops/collector/otel-collector.yml";

/// Where the attributes of spans are documented.
const SPANS: [&str; 3] = [
    "layers/src/span/mod.rs",
    "layers/src/task/mod.rs",
    "layers/src/gen_ai/mod.rs",
];
/// What a pipeline is made of.
const PARTS: [&str; 3] = ["receivers", "processors", "exporters"];
const CLOSE_REASON: &str = "sse.stream.close_reason";

pub(super) fn faults(file: &Document, root: &Path) -> Result<Vec<String>> {
    let spans: std::io::Result<Vec<_>> = SPANS
        .iter()
        .map(|path| fs::read_to_string(root.join(path)))
        .collect();
    let mut faults = of_pipelines(file);
    faults.extend(of_order(file));
    faults.extend(of_policies(file, &spans?.concat()));
    Ok(faults)
}

/// A component that is used and not defined, or the other way round: the collector refuses the one, and is silent about the
/// other.
fn of_pipelines(file: &Document) -> Vec<String> {
    let mut faults = Vec::new();
    let mut hold = |part: &str, used: BTreeSet<&str>| {
        let defined: BTreeSet<_> = entries(file.at(part)).map(|(name, _)| name).collect();
        let missing = used
            .difference(&defined)
            .map(|name| format!("{part}: {name} is used and not defined"));
        let idle = defined
            .difference(&used)
            .map(|name| format!("{part}: {name} is defined and not used"));
        faults.extend(missing.chain(idle).map(|what| file.fault(what)));
    };
    for part in PARTS {
        let pipelines = entries(file.at("service.pipelines"));
        hold(
            part,
            pipelines
                .flat_map(|(_, pipeline)| texts(at(pipeline, part)))
                .collect(),
        );
    }
    hold("extensions", texts(file.at("service.extensions")).collect());
    faults
}

/// Memory is limited first, and batches are made last.
fn of_order(file: &Document) -> Vec<String> {
    let pipelines = entries(file.at("service.pipelines"));
    let wrong = pipelines.filter(|(_, pipeline)| {
        let processors: Vec<_> = texts(at(pipeline, "processors")).collect();
        processors.first() != Some(&"memory_limiter") || processors.last() != Some(&"batch")
    });
    wrong
        .map(|(name, _)| {
            file.fault(format!(
                "pipeline {name}: memory_limiter comes first, and batch last"
            ))
        })
        .collect()
}

fn of_policies(file: &Document, spans: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut has_close_reason = false;
    for policy in items(file.at("processors.tail_sampling.policies")) {
        let (name, kind) = (text(at(policy, "name")), text(at(policy, "type")));
        if at(policy, kind).is_null() {
            faults.push(format!("policy {name}: it has no section `{kind}`"));
        }
        let key = text(at(policy, "string_attribute.key"));
        if !key.is_empty() && !spans.contains(&format!("`{key}`")) {
            faults.push(format!(
                "policy {name}: no span is documented to have `{key}`"
            ));
        }
        if key == CLOSE_REASON {
            has_close_reason = true;
            let values: BTreeSet<_> = texts(at(policy, "string_attribute.values")).collect();
            if values != server_ends() {
                faults.push(format!(
                    "policy {name}: a stream ends by the server's fault as {:?}",
                    server_ends()
                ));
            }
        }
    }
    if !has_close_reason {
        faults.push(format!("no policy asks for {CLOSE_REASON}"));
    }
    faults.into_iter().map(|what| file.fault(what)).collect()
}

/// How a stream that has begun can end by the server's fault.
fn server_ends() -> BTreeSet<&'static str> {
    let ends = End::ALL
        .iter()
        .filter(|end| end.fault() == Some(Fault::Server) && **end != End::ServiceError);
    ends.map(|end| end.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{altered, root};
    use super::*;

    #[track_caller]
    fn found(old: &str, new: &str, why: &str) {
        let faults = faults(&altered(FILE, old, new), &root())
            .expect("the sources are there")
            .join("\n");
        assert!(faults.contains(why), "{faults:?} has no {why:?}");
    }

    #[test]
    fn each_fault_is_found() {
        found(
            "exporters: [prometheus]",
            "exporters: [prometeus]",
            "prometeus is used and not defined",
        );
        found(
            "exporters: [prometheus]",
            "exporters: [otlp/traces]",
            "prometheus is defined and not used",
        );
        found(
            "extensions: [health_check]",
            "extensions: []",
            "health_check is defined and not used",
        );
        found(
            "[memory_limiter, resource, batch]",
            "[resource, memory_limiter, batch]",
            "memory_limiter comes first",
        );
        found(
            "key: task.outcome",
            "key: task.result",
            "no span is documented to have `task.result`",
        );
        found(
            "type: latency",
            "type: duration",
            "it has no section `duration`",
        );
        found(
            "panic, timeout]",
            "panic]",
            "a stream ends by the server's fault as",
        );
        found(
            "key: sse.stream.close_reason",
            "key: task.name",
            "no policy asks for",
        );
    }
}
