//! Prometheus, from Debian's package.

use std::{path::Path, process::Command, time::Duration};

use serde_json::Value;

use super::{Http, Process, Scratch, free_port, until};

/// A running Prometheus.
#[derive(Debug)]
pub(crate) struct Prometheus {
    _process: Process,
    http: Http,
    base: String,
}

/// What it watches, and whom it tells.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    /// Where the metrics are.
    pub(crate) target: String,
    /// The files with its rules.
    pub(crate) rules: Vec<&'a Path>,
    /// Where Alertmanager is.
    pub(crate) alertmanager: Option<String>,
}

/// The job that it knows the service by.
pub(crate) const JOB: &str = "demo";

// === impl Prometheus ===

impl Prometheus {
    /// Starts it, and waits until it has scraped its target. It scrapes and judges every second.
    pub(crate) async fn start(scratch: &Scratch, watch: Watch<'_>) -> Self {
        let port = free_port();
        let config = scratch.write("prometheus.yml", &watch.config());
        let process = Process::start(
            "prometheus",
            Command::new("prometheus")
                .arg(format!("--config.file={}", config.display()))
                .arg(format!(
                    "--storage.tsdb.path={}",
                    scratch.path().join("tsdb").display()
                ))
                .arg(format!("--web.listen-address=127.0.0.1:{port}")),
            scratch,
        );
        let prometheus = Self {
            _process: process,
            http: Http::new(),
            base: format!("http://127.0.0.1:{port}"),
        };
        until("the first scrape", Duration::from_secs(30), async || {
            let up = prometheus.query("up == 1").await?;
            if up.is_empty() {
                Err("no target is up".to_owned())
            } else {
                Ok(())
            }
        })
        .await;
        prometheus
    }

    /// The series that an expression has now.
    pub(crate) async fn query(&self, expression: &str) -> Result<Vec<Value>, String> {
        let uri = format!("{}/api/v1/query?query={}", self.base, escaped(expression));
        let answer = self.http.json(&uri).await;
        let answer = answer.map_err(|error| format!("{expression}: {error}"))?;
        match &answer["data"]["result"] {
            Value::Array(series) if answer["data"]["resultType"] == "vector" => Ok(series.clone()),
            Value::Array(scalar) => Ok(vec![Value::Array(scalar.clone())]),
            _ => Err(format!("{expression}: {answer}")),
        }
    }

    /// The names of all metrics that it has seen.
    pub(crate) async fn names(&self) -> Vec<String> {
        let uri = format!("{}/api/v1/label/__name__/values", self.base);
        let answer = self.http.json(&uri).await.expect("it answers");
        let names = answer["data"].as_array().expect("it is a list");
        let names = names.iter().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    }

    /// The rules that it could not evaluate, with what it says of them.
    pub(crate) async fn broken_rules(&self) -> Vec<String> {
        let uri = format!("{}/api/v1/rules", self.base);
        let answer = self.http.json(&uri).await.expect("it answers");
        let groups = answer["data"]["groups"].as_array().expect("it is a list");
        let rules = groups.iter().filter_map(|group| group["rules"].as_array());
        rules
            .flatten()
            .filter(|rule| rule["health"] == "err")
            .map(|rule| format!("{}: {}", rule["name"], rule["lastError"]))
            .collect()
    }
}

// === impl Watch ===

impl Watch<'_> {
    fn config(&self) -> String {
        let Self {
            target,
            rules,
            alertmanager,
        } = self;
        let rules: String = rules
            .iter()
            .map(|file| format!("  - {}\n", file.display()))
            .collect();
        let alertmanager = alertmanager.iter().map(|address| {
            format!(
                "alerting:\n  alertmanagers:\n  - static_configs:\n    - targets: ['{address}']\n"
            )
        });
        let alertmanager: String = alertmanager.collect();
        format!(
            "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\nrule_files:\n{rules}{alertmanager}\
             scrape_configs:\n- job_name: {JOB}\n  static_configs:\n  - targets: ['{target}']\n"
        )
    }
}

/// An expression as a part of a query.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
