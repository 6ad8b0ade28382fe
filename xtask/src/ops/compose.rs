//! The composition: images of one version, files that are there, services that exist.

use std::path::Path;

use super::document::{Document, at, entries, items, text, texts};

pub(super) const FILE: &str = "ops/docker-compose.yml";
/// What the demo is configured with.
pub(super) const DEMO_CONFIG: &str = "ops/demo/bartizan.yaml";

pub(super) fn faults(file: &Document, root: &Path) -> Vec<String> {
    let services: Vec<_> = entries(file.at("services")).collect();
    let mut faults = Vec::new();
    for (name, service) in &services {
        let wrong = |what: String| file.fault(format!("{name}: {what}"));
        faults.extend(of_image(service).map(wrong));
        for volume in texts(at(service, "volumes")) {
            faults.extend(of_volume(volume, file, root).map(wrong));
        }
        for other in texts(at(service, "depends_on")) {
            if services.iter().all(|(name, _)| *name != other) {
                faults.push(wrong(format!("it depends on {other}, which is no service")));
            }
        }
        let dockerfile = text(at(service, "build.dockerfile"));
        let context = root.join("ops").join(text(at(service, "build.context")));
        if !dockerfile.is_empty() && !context.join(dockerfile).exists() {
            faults.push(wrong(format!("{dockerfile} is not there")));
        }
        for port in texts(at(service, "ports")) {
            if !port.starts_with("127.0.0.1:") {
                faults.push(wrong(format!("{port} can be reached from outside")));
            }
        }
    }
    for (volume, _) in entries(file.at("volumes")) {
        let mounts = services
            .iter()
            .flat_map(|(_, service)| items(at(service, "volumes")));
        if mounts
            .filter_map(|mount| mount.as_str()?.split(':').next())
            .all(|source| source != volume)
        {
            faults.push(file.fault(format!("nobody mounts the volume {volume}")));
        }
    }
    faults
}

/// Tomorrow's `latest` is another one.
fn of_image(service: &yaml_serde::Value) -> Option<String> {
    let image = text(at(service, "image"));
    if image.is_empty() {
        return at(service, "build")
            .is_null()
            .then(|| "it has neither an image nor a build".to_owned());
    }
    let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    let is_exact = tag
        .trim_start_matches('v')
        .split('.')
        .filter(|part| part.parse::<u32>().is_ok())
        .count()
        == 3;
    (!is_exact).then(|| format!("{image} is not of one version"))
}

fn of_volume(volume: &str, file: &Document, root: &Path) -> Option<String> {
    let mut parts = volume.split(':');
    let source = parts.next().unwrap_or_default();
    parts.next().filter(|target| target.starts_with('/'))?;
    let mode = parts.next();
    if !source.starts_with('.') {
        let is_there = entries(file.at("volumes")).any(|(name, _)| name == source);
        return (!is_there).then(|| format!("the volume {source} is not there"));
    }
    if !root.join("ops").join(source).exists() {
        return Some(format!("{source} is not there"));
    }
    (mode != Some("ro")).then(|| format!("{source} can be written to"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{altered, root};
    use super::*;

    #[track_caller]
    fn found(old: &str, new: &str, why: &str) {
        let faults = faults(&altered(FILE, old, new), &root()).join("\n");
        assert!(faults.contains(why), "{faults:?} has no {why:?}");
    }

    #[test]
    fn each_fault_is_found() {
        found(
            "prom/prometheus:v3.5.0",
            "prom/prometheus:latest",
            "not of one version",
        );
        found(
            "prom/prometheus:v3.5.0",
            "prom/prometheus",
            "not of one version",
        );
        found(
            "    image: grafana/loki:3.5.8\n",
            "",
            "neither an image nor a build",
        );
        found(
            "./tempo/tempo.yml:",
            "./tempo/tempo.yaml:",
            "./tempo/tempo.yaml is not there",
        );
        found("tempo.yml:ro", "tempo.yml", "can be written to");
        found(
            "      - loki:/loki\n",
            "      - lok:/loki\n",
            "the volume lok is not there",
        );
        found("      - loki:/loki\n", "", "nobody mounts the volume loki");
        found(
            "depends_on: [loki]",
            "depends_on: [loky]",
            "loky, which is no service",
        );
        found(
            "ops/demo.Dockerfile",
            "ops/Dockerfile",
            "ops/Dockerfile is not there",
        );
        found(
            "127.0.0.1:9090:9090",
            "9090:9090",
            "can be reached from outside",
        );
    }
}
