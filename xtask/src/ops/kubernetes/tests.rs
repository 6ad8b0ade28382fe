//! What each check finds.

use super::super::tests::{altered, root};
use super::*;

fn with(name: &str, old: &str, new: &str) -> Manifests {
    let read = |file: &str| {
        let path = format!("{FOLDER}/{file}");
        if file == name {
            altered(&path, old, new)
        } else {
            Document::read(&root(), &path).expect("it is there")
        }
    };
    Manifests {
        deployment: read("deployment.yaml"),
        service: read("service.yaml"),
        monitor: read("podmonitor.yaml"),
        kustomization: read("kustomization.yaml"),
        config: read("bartizan.yaml"),
        drain: 60.0,
    }
}

#[track_caller]
fn found(name: &str, old: &str, new: &str, why: &str) {
    let faults = with(name, old, new).faults().join("\n");
    assert!(faults.contains(why), "{faults:?} has no {why:?}");
}

#[test]
fn each_fault_is_found() {
    let [deployment, service, monitor] = ["deployment.yaml", "service.yaml", "podmonitor.yaml"];
    found(deployment, "apps/v1", "v1", "it is no Deployment");
    found(
        deployment,
        "      labels:\n        app.kubernetes.io/name: demo",
        "      labels:\n        app.kubernetes.io/name: shop",
        "nothing that it selects",
    );
    found(
        service,
        "  selector:\n    app.kubernetes.io/name: demo",
        "  selector: {}",
        "selects everything",
    );
    found(
        monitor,
        "matchLabels:\n      app.kubernetes.io/name: demo",
        "matchLabels:\n      app: demo",
        "has this app",
    );
    found(
        monitor,
        "jobLabel: app.kubernetes.io/name",
        "jobLabel: app",
        "the pod has no label app,",
    );
    found(
        service,
        "targetPort: http",
        "targetPort: web",
        "no port named \"web\"",
    );
    found(
        deployment,
        "port: http\n            periodSeconds: 5",
        "port: admin\n            periodSeconds: 5",
        "no port named \"admin\"",
    );
    found(
        monitor,
        "port: metrics",
        "port: figures",
        "the container has no port named \"figures\"",
    );
    found(
        deployment,
        "tcpSocket:\n              port: http\n            periodSeconds: 10",
        "tcpSocket:\n              port: metrics\n            periodSeconds: 10",
        "the livenessProbe asks the port of the figures",
    );
    found(
        deployment,
        "tcpSocket:\n              port: http\n            periodSeconds: 5",
        "httpGet:\n              port: http\n              path: /healthz\n            periodSeconds: 5",
        "the readinessProbe asks for /readyz",
    );
    found(
        deployment,
        "containerPort: 9464",
        "containerPort: 9465",
        "metrics are served on 9464",
    );
    found(
        "bartizan.yaml",
        "0.0.0.0:9464",
        "0.0.0.0:9000",
        "metrics are served on 9000",
    );
    found(
        monitor,
        "path: /metrics",
        "path: /prometheus",
        "scraped at /prometheus",
    );
    found(
        deployment,
        "value: /etc/bartizan/bartizan.yaml",
        "value: /etc/bartizan.yaml",
        "where nothing is mounted",
    );
    found(
        "kustomization.yaml",
        "name: demo-config",
        "name: demo",
        "where nothing is mounted",
    );
    found(
        deployment,
        "terminationGracePeriodSeconds: 120",
        "terminationGracePeriodSeconds: 85",
        "the grace period of 85 s",
    );
    found(
        "bartizan.yaml",
        "timeout: 20s",
        "timeout: 55s",
        "the grace period of 120 s",
    );
}

#[test]
fn the_committed_manifests_have_no_faults() {
    assert_eq!(
        faults(&root()).expect("they are there"),
        Vec::<String>::new()
    );
}
