//! The manifests: selectors that match, ports that exist, time enough to end.

use std::path::Path;

use yaml_serde::Value;

use crate::{Result, boards};

use super::{
    document::{Document, at, entries, items, text, texts},
    prometheus::port,
};

#[cfg(test)]
mod tests;

const FOLDER: &str = "ops/kubernetes";
/// For how many seconds a drain may last until SseDrainStuck fires.
const DRAIN: &str = "sse.drain_stuck.seconds";
const PROBES: [&str; 2] = ["livenessProbe", "readinessProbe"];
/// The port of the page of metrics.
const FIGURES: &str = "metrics";
/// How many seconds of grace there are where none are given.
const KUBERNETES_GRACE: f64 = 30.0;

/// The manifests, and the service's configuration.
#[derive(Clone, Debug)]
struct Manifests {
    deployment: Document,
    service: Document,
    monitor: Document,
    kustomization: Document,
    config: Document,
    /// For how many seconds a drain may last.
    drain: f64,
}

pub(super) fn faults(root: &Path) -> Result<Vec<String>> {
    let read = |name: &str| Document::read(root, &format!("{FOLDER}/{name}"));
    let manifests = Manifests {
        deployment: read("deployment.yaml")?,
        service: read("service.yaml")?,
        monitor: read("podmonitor.yaml")?,
        kustomization: read("kustomization.yaml")?,
        config: read("bartizan.yaml")?,
        drain: boards::threshold(root, DRAIN)?,
    };
    let mut faults = manifests.faults();
    for resource in texts(manifests.kustomization.at("resources")) {
        if !root.join(FOLDER).join(resource).exists() {
            faults.push(
                manifests
                    .kustomization
                    .fault(format!("{resource} is not there")),
            );
        }
    }
    Ok(faults)
}

// === impl Manifests ===

impl Manifests {
    fn faults(&self) -> Vec<String> {
        let mut faults = self.of_kinds();
        faults.extend(self.of_selectors());
        faults.extend(self.of_ports());
        faults.extend(self.of_probes());
        faults.extend(self.of_config());
        faults.extend(self.of_end());
        faults
    }

    fn of_kinds(&self) -> Vec<String> {
        let expected = [
            (&self.deployment, "apps/v1", "Deployment"),
            (&self.service, "v1", "Service"),
            (&self.monitor, "monitoring.coreos.com/v1", "PodMonitor"),
            (
                &self.kustomization,
                "kustomize.config.k8s.io/v1beta1",
                "Kustomization",
            ),
        ];
        let wrong = expected.into_iter().filter(|(file, version, kind)| {
            (text(file.at("apiVersion")), text(file.at("kind"))) != (*version, *kind)
        });
        wrong
            .map(|(file, version, kind)| file.fault(format!("it is no {kind} of {version}")))
            .collect()
    }

    fn of_selectors(&self) -> Vec<String> {
        let pod = self.deployment.at("spec.template.metadata.labels");
        let pairs = [
            (&self.deployment, "spec.selector.matchLabels", pod),
            (&self.service, "spec.selector", pod),
            (&self.monitor, "spec.selector.matchLabels", pod),
        ];
        let mut faults = Vec::new();
        for (file, place, labels) in pairs {
            let selector = file.at(place);
            if entries(selector).next().is_none() {
                faults.push(file.fault(format!("{place} selects everything")));
            }
            let unmatched =
                entries(selector).filter(|(key, value)| labels.get(*key) != Some(value));
            faults.extend(unmatched.map(|(key, _)| {
                file.fault(format!("{place}: nothing that it selects has this {key}"))
            }));
        }
        let job = text(self.monitor.at("spec.jobLabel"));
        if pod.get(job).is_none() {
            faults.push(self.monitor.fault(format!(
                "the pod has no label {job}, which is to be the job"
            )));
        }
        faults
    }

    fn of_ports(&self) -> Vec<String> {
        let container = self.container();
        let open: Vec<_> = names(at(container, "ports")).collect();
        let mut faults = Vec::new();
        let probes = PROBES.map(|probe| asked(container, probe).0);
        let targets = items(self.service.at("spec.ports")).map(|port| text(at(port, "targetPort")));
        for name in targets.chain(probes).filter(|name| !open.contains(name)) {
            faults.push(
                self.deployment
                    .fault(format!("the container has no port named {name:?}")),
            );
        }
        for name in items(self.monitor.at("spec.podMetricsEndpoints"))
            .map(|endpoint| text(at(endpoint, "port")))
        {
            if !open.contains(&name) {
                faults.push(
                    self.monitor
                        .fault(format!("the container has no port named {name:?}")),
                );
            }
        }
        faults
    }

    /// A liveness probe of the figures' port would have a service killed that serves, and a readiness probe of it would have one
    /// sent requests that does not yet. Where they ask for a path, a liveness probe that fails while the service drains would
    /// have it killed, and a readiness probe that does not would have it sent what it no longer takes.
    fn of_probes(&self) -> Vec<String> {
        let paths = ["/healthz", "/readyz"];
        let mut faults = Vec::new();
        for (probe, expected) in PROBES.into_iter().zip(paths) {
            let (port, path) = asked(self.container(), probe);
            if port == FIGURES {
                faults.push(format!(
                    "the {probe} asks the port of the figures, and not the service's own"
                ));
            }
            if path.is_some_and(|path| path != expected) {
                faults.push(format!("the {probe} asks for {expected}"));
            }
        }
        faults
            .into_iter()
            .map(|what| self.deployment.fault(what))
            .collect()
    }

    /// What is scraped is what is served, and the configuration is where the service looks for it.
    fn of_config(&self) -> Vec<String> {
        let container = self.container();
        let mut faults = Vec::new();
        let listen = port(text(self.config.at("metrics.listen"))).to_owned();
        let metrics = items(at(container, "ports")).find(|port| text(at(port, "name")) == FIGURES);
        let annotations = self.deployment.at("spec.template.metadata.annotations");
        let annotated = annotations.get("prometheus.io/port").map_or("", text);
        let opened = metrics
            .and_then(|port| at(port, "containerPort").as_u64())
            .unwrap_or_default()
            .to_string();
        if [annotated, &opened] != [&listen, &listen] {
            faults.push(self.deployment.fault(format!(
                "metrics are served on {listen}, and the port is {opened}, annotated {annotated}"
            )));
        }
        let path = text(self.config.at("metrics.path"));
        let annotated = annotations.get("prometheus.io/path").map_or("", text);
        let paths = items(self.monitor.at("spec.podMetricsEndpoints"))
            .map(|endpoint| text(at(endpoint, "path")))
            .chain([annotated]);
        faults.extend(paths.filter(|other| *other != path).map(|other| {
            self.deployment.fault(format!(
                "metrics are served at {path}, and scraped at {other}"
            ))
        }));

        let maps = items(self.kustomization.at("configMapGenerator"));
        let maps: Vec<_> = maps
            .map(|map| {
                (
                    text(at(map, "name")),
                    texts(at(map, "files")).collect::<Vec<_>>(),
                )
            })
            .collect();
        let variable = items(at(container, "env"))
            .find(|variable| text(at(variable, "name")) == "BARTIZAN_CONFIG");
        let file = variable.map_or("", |variable| text(at(variable, "value")));
        let is_mounted = items(self.deployment.at("spec.template.spec.volumes")).any(|volume| {
            let files = maps
                .iter()
                .find(|(name, _)| *name == text(at(volume, "configMap.name")));
            let mount = items(at(container, "volumeMounts"))
                .find(|mount| at(mount, "name") == at(volume, "name"));
            let folder = mount.map_or("", |mount| text(at(mount, "mountPath")));
            files.is_some_and(|(_, files)| {
                files.iter().any(|name| format!("{folder}/{name}") == file)
            })
        });
        if !is_mounted {
            faults.push(self.deployment.fault(format!(
                "BARTIZAN_CONFIG is {file:?}, where nothing is mounted"
            )));
        }
        faults
    }

    /// The grace period is longer than all that happens in it: what is cut off was neither drained nor flushed.
    fn of_end(&self) -> Vec<String> {
        let period = self
            .deployment
            .at("spec.template.spec.terminationGracePeriodSeconds");
        let grace = period.as_f64().unwrap_or(KUBERNETES_GRACE);
        let wait = texts(at(self.container(), "lifecycle.preStop.exec.command")).last();
        let wait = wait.and_then(|seconds| seconds.parse().ok()).unwrap_or(0.0);
        let timeout = text(self.config.at("shutdown.timeout")).strip_suffix('s');
        let Some(timeout) = timeout.and_then(|seconds| seconds.parse::<f64>().ok()) else {
            return vec![
                self.config
                    .fault("shutdown.timeout is no number of seconds"),
            ];
        };
        let least = wait + self.drain + timeout;
        let fault = || {
            self.deployment.fault(format!(
                "the grace period of {grace} s is not longer than preStop, a drain and the shutdown: {least} s"
            ))
        };
        (grace <= least).then(fault).into_iter().collect()
    }

    fn container(&self) -> &Value {
        self.deployment.at("spec.template.spec.containers.0")
    }
}

/// The port that a probe asks, and the path, if it asks for one.
fn asked<'a>(container: &'a Value, probe: &str) -> (&'a str, Option<&'a str>) {
    let place = |end: &str| text(at(container, &format!("{probe}.{end}")));
    match place("tcpSocket.port") {
        "" => (place("httpGet.port"), Some(place("httpGet.path"))),
        port => (port, None),
    }
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    items(list).map(|item| text(at(item, "name")))
}
