//! The demo, under traffic.

use std::{process::Command, time::Duration};

use http::Method;

use super::{Http, Process, Scratch, until};

/// A running demo with steady traffic.
#[derive(Debug)]
pub(crate) struct Demo {
    process: Process,
    http: Http,
    service: String,
    metrics: String,
}

/// A fault of the demo's, by its name.
pub(crate) type Fault = &'static str;

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

// === impl Demo ===

impl Demo {
    /// Starts it with a configuration; its metrics are on a free port.
    pub(crate) async fn start(scratch: &Scratch, config: &str) -> Self {
        let config = scratch.write("bartizan.yaml", config);
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
        command.args(["--listen", "127.0.0.1:0", "--traffic", "--config"]);
        let process = Process::start("demo", command.arg(config), scratch);
        let (service, metrics) = until("the demo", PATIENCE, async || {
            let output = process.output();
            let service = said(&output, "listening on http://");
            let metrics = said(&output, "metrics at http://");
            service.zip(metrics).ok_or(output)
        })
        .await;
        Self {
            process,
            http: Http::new(),
            service,
            metrics: metrics.trim_end_matches("/metrics").to_owned(),
        }
    }

    /// Where its metrics are.
    pub(crate) fn metrics(&self) -> &str {
        &self.metrics
    }

    /// Where it serves.
    pub(crate) fn service(&self) -> &str {
        &self.service
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Its page of metrics.
    pub(crate) async fn scrape(&self) -> String {
        let uri = format!("http://{}/metrics", self.metrics);
        self.http.get(&uri).await.expect("the page is served")
    }

    /// Turns faults on or off.
    pub(crate) async fn switch(&self, faults: &[Fault], on: bool) {
        let method = if on { Method::PUT } else { Method::DELETE };
        for fault in faults {
            let uri = format!("http://{}/faults/{fault}", self.service);
            let answer = self.http.send(method.clone(), &uri, String::new()).await;
            let (status, text) = answer.expect("the demo answers");
            assert!(status.is_success(), "{fault}: {text}");
        }
    }
}

/// What the program said after `start`, on a line of its own.
fn said(output: &str, start: &str) -> Option<String> {
    let rest = output.lines().find_map(|line| line.strip_prefix(start))?;
    Some(rest.to_owned())
}
