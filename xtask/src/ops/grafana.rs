//! Grafana's provisioning: data sources that exist, dashboards that are mounted.

use std::{collections::BTreeSet, fs, path::Path};

use yaml_serde::Value;

use crate::{Result, boards, promql::Known};

use super::document::{Document, at, entries, items, text, texts};

const SOURCES: &str = "ops/grafana/provisioning/datasources/datasources.yml";
const PROVIDERS: &str = "ops/grafana/provisioning/dashboards/dashboards.yml";
const KUSTOMIZATION: &str = "ops/grafana/kustomization.yaml";
/// Where the fields of lines are documented.
const LINES: &str = "layers/src/log/mod.rs";

pub(super) fn faults(root: &Path, compose: &Document) -> Result<Vec<String>> {
    let lines = fs::read_to_string(root.join(LINES))?;
    let mut faults = of_sources(&Document::read(root, SOURCES)?, compose, &lines);
    faults.extend(of_mounts(&Document::read(root, PROVIDERS)?, compose));
    faults.extend(of_maps(&Document::read(root, KUSTOMIZATION)?));
    Ok(faults)
}

fn of_sources(file: &Document, compose: &Document, lines: &str) -> Vec<String> {
    let sources = || items(file.at("datasources"));
    let uids: BTreeSet<_> = sources().map(|source| text(at(source, "uid"))).collect();
    let mut faults = Vec::new();
    for uid in named(&file.value, "datasourceUid") {
        if !uids.contains(uid) {
            faults.push(format!("the data source {uid} is not there"));
        }
    }
    for source in sources() {
        let url = text(at(source, "url"));
        let host = url
            .trim_start_matches("http://")
            .split(':')
            .next()
            .unwrap_or(url);
        if entries(compose.at("services")).all(|(name, _)| name != host) {
            faults.push(format!("{url} is no service of docker-compose.yml"));
        }
        for field in items(at(source, "jsonData.derivedFields")) {
            let name = text(at(field, "matcherRegex"));
            if !lines.contains(&format!("`{name}`")) {
                faults.push(format!("no line is documented to have `{name}`"));
            }
        }
        for query in items(at(source, "jsonData.tracesToMetrics.queries")) {
            let tags = items(at(source, "jsonData.tracesToMetrics.tags"))
                .map(|tag| format!("{}=\"a\"", text(at(tag, "value"))));
            let tags = tags.collect::<Vec<_>>().join(",");
            let expression = text(at(query, "query")).replace("$$__tags", &tags);
            let wrong = Known::catalogue().faults(&expression);
            faults.extend(wrong.iter().map(|fault| format!("{expression}: {fault}")));
        }
    }
    faults.into_iter().map(|what| file.fault(what)).collect()
}

/// Every board is where Grafana looks for boards.
fn of_mounts(file: &Document, compose: &Document) -> Vec<String> {
    let folder = text(file.at("providers.0.options.path"));
    let mounts: Vec<_> = texts(compose.at("services.grafana.volumes")).collect();
    let missing = boards::files().into_iter().filter(|board| {
        let (path, name) = (
            board.replacen("ops", ".", 1),
            board.rsplit('/').next().unwrap_or(board),
        );
        !mounts.contains(&format!("{path}:{folder}/{name}:ro").as_str())
    });
    missing
        .map(|board| compose.fault(format!("{board} is not mounted into {folder}")))
        .collect()
}

/// Every board is a ConfigMap.
fn of_maps(file: &Document) -> Vec<String> {
    let maps = items(file.at("configMapGenerator")).flat_map(|map| texts(at(map, "files")));
    let maps: BTreeSet<_> = maps.map(|name| format!("ops/grafana/{name}")).collect();
    let boards: BTreeSet<_> = boards::files().into_iter().collect();
    let missing = boards
        .difference(&maps)
        .map(|board| format!("{board} is in no ConfigMap"));
    let unknown = maps
        .difference(&boards)
        .map(|map| format!("{map} is no board"));
    missing
        .chain(unknown)
        .map(|what| file.fault(what))
        .collect()
}

/// The values of a key, wherever it is.
fn named<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    match value {
        Value::Mapping(mapping) => mapping
            .iter()
            .flat_map(|(key, value)| match value.as_str() {
                Some(text) if key.as_str() == Some(name) => vec![text],
                _ => named(value, name),
            })
            .collect(),
        Value::Sequence(values) => values.iter().flat_map(|value| named(value, name)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        compose,
        tests::{altered, root},
    };
    use super::*;

    #[track_caller]
    fn has(faults: &[String], why: &str) {
        let faults = faults.join("\n");
        assert!(faults.contains(why), "{faults:?} has no {why:?}");
    }

    #[test]
    fn each_fault_of_the_data_sources_is_found() {
        let compose = Document::read(&root(), compose::FILE).expect("it is there");
        let of = |old, new| of_sources(&altered(SOURCES, old, new), &compose, "`trace_id`");
        assert_eq!(of("apiVersion: 1", "apiVersion: 1"), Vec::<String>::new());
        has(
            &of("datasourceUid: tempo", "datasourceUid: jaeger"),
            "the data source jaeger is not there",
        );
        has(
            &of("http://loki:3100", "http://logs:3100"),
            "http://logs:3100 is no service",
        );
        has(
            &of("matcherRegex: trace_id", "matcherRegex: traceid"),
            "no line is documented to have `traceid`",
        );
        has(
            &of("value: http_route", "value: route"),
            "`route` is no label",
        );
    }

    #[test]
    fn a_board_that_is_mounted_nowhere_is_found() {
        let providers = Document::read(&root(), PROVIDERS).expect("it is there");
        let compose = altered(
            compose::FILE,
            "/dashboards/tasks.json",
            "/boards/tasks.json",
        );
        has(
            &of_mounts(&providers, &compose),
            "ops/grafana/tasks.json is not mounted",
        );
        has(
            &of_maps(&altered(KUSTOMIZATION, "[tasks.json]", "[jobs.json]")),
            "tasks.json is in no ConfigMap",
        );
        has(
            &of_maps(&altered(KUSTOMIZATION, "[tasks.json]", "[jobs.json]")),
            "jobs.json is no board",
        );
    }
}
