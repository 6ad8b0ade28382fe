//! Alertmanager, from Debian's package, and the receiver that it tells.

use std::{
    collections::BTreeSet,
    process::Command,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::post};
use serde_json::Value;
use tokio::net::TcpListener;

use super::{Http, Process, Scratch, free_port, until};

/// A running Alertmanager.
#[derive(Debug)]
pub(crate) struct Alertmanager {
    _process: Process,
    address: String,
}

/// What arrived at the webhook: names of alerts that fired, and of those that were resolved after.
#[derive(Clone, Debug, Default)]
pub(crate) struct Webhook(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    firing: BTreeSet<String>,
    resolved: BTreeSet<String>,
}

// === impl Alertmanager ===

impl Alertmanager {
    /// Starts it, with one receiver that is told without delay.
    pub(crate) async fn start(scratch: &Scratch, webhook: &str) -> Self {
        let config = format!(
            "route:\n  receiver: webhook\n  group_by: ['...']\n  group_wait: 0s\n  group_interval: 1s\n  \
             repeat_interval: 1h\nreceivers:\n- name: webhook\n  webhook_configs:\n  - url: {webhook}\n    \
             send_resolved: true\n"
        );
        let config = scratch.write("alertmanager.yml", &config);
        let address = format!("127.0.0.1:{}", free_port());
        let process = Process::start(
            "alertmanager",
            Command::new("prometheus-alertmanager")
                .arg(format!("--config.file={}", config.display()))
                .arg(format!(
                    "--storage.path={}",
                    scratch.path().join("alertmanager").display()
                ))
                .arg(format!("--web.listen-address={address}"))
                .arg("--cluster.listen-address="),
            scratch,
        );
        let http = Http::new();
        let ready = format!("http://{address}/-/ready");
        until("Alertmanager", Duration::from_secs(30), async || {
            http.get(&ready).await
        })
        .await;
        Self {
            _process: process,
            address,
        }
    }

    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }
}

// === impl Webhook ===

impl Webhook {
    /// Starts to listen; returns where.
    pub(crate) async fn start() -> (Self, String) {
        let webhook = Self::default();
        let app = Router::new()
            .route("/alerts", post(hear))
            .with_state(webhook.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.expect("the loopback is there");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(axum::serve(listener, app).into_future());
        (webhook, format!("http://{address}/alerts"))
    }

    /// Whether all of these fire; the others of them if not.
    pub(crate) fn fire(&self, alerts: &[&str]) -> Result<(), String> {
        self.look(|heard| missing(alerts, &heard.firing, "do not fire"))
    }

    /// Whether all of these were resolved; the others of them if not.
    pub(crate) fn are_resolved(&self, alerts: &[&str]) -> Result<(), String> {
        self.look(|heard| missing(alerts, &heard.resolved, "are not resolved"))
    }

    /// What fires now.
    pub(crate) fn firing(&self) -> BTreeSet<String> {
        self.look(|heard| heard.firing.difference(&heard.resolved).cloned().collect())
    }

    fn look<T>(&self, look: impl FnOnce(&mut Heard) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn hear(State(webhook): State<Webhook>, Json(notification): Json<Value>) {
    let alerts = notification["alerts"].as_array().cloned();
    for alert in alerts.unwrap_or_default() {
        let name = alert["labels"]["alertname"].as_str().unwrap_or_default();
        let name = name.to_owned();
        let status = alert["status"].as_str().unwrap_or_default();
        webhook.look(|heard| {
            if status == "resolved" {
                heard.resolved.insert(name);
            } else {
                heard.resolved.remove(&name);
                heard.firing.insert(name);
            }
        });
    }
}

fn missing(wanted: &[&str], heard: &BTreeSet<String>, what: &str) -> Result<(), String> {
    let missing: Vec<_> = wanted
        .iter()
        .filter(|alert| !heard.contains(**alert))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("{missing:?} {what}"))
    }
}
