//! Prometheus' rules: recording rules and alerts, made of the catalogue, the fault table and one file of values.
//!
//! The alerts are data ([`alerts`]), of which the rules' files and a part of `docs/operations.md` are written. Each
//! expression is held against the catalogue, each template's labels against its expression, each threshold on a
//! quantile against the edges of its buckets, and each alert against its tests with promtool.

mod alert;
mod alerts;
mod command;
mod coverage;
mod documentation;
mod files;
mod parts;
mod recording;
mod thresholds;
mod window;
mod yaml;

#[cfg(test)]
mod promtool;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    command::run,
    files::{faults, generate},
    window::Window,
};

use self::{
    alert::{Group, Recording},
    thresholds::Thresholds,
};
use crate::{Result, promql::Known};

/// All rules.
#[derive(Debug)]
struct Rules {
    interval: Window,
    runbooks: String,
    recordings: Vec<(&'static str, Vec<Recording>)>,
    groups: Vec<Group>,
}

// === impl Rules ===

impl Rules {
    /// Makes the rules of the values; every duration is divided by `compress`.
    fn new(text: &str, over: Option<&str>, compress: u64) -> Result<Self> {
        let values = Thresholds::parse(text, over, compress)?;
        let rules = Self {
            interval: values.window("evaluation.interval")?,
            runbooks: values.text("runbooks")?,
            recordings: recording::all(&values, compress)?,
            groups: alerts::all(&values)?,
        };
        values.all_asked()?;
        let faults = rules.faults();
        if faults.is_empty() {
            Ok(rules)
        } else {
            Err(faults.join("\n").into())
        }
    }

    /// What expressions may name, the recording rules among it.
    fn known(&self) -> Result<Known, Vec<String>> {
        let mut known = Known::catalogue();
        let mut wrong = Vec::new();
        for Recording { name, expression } in self.recordings.iter().flat_map(|(_, rules)| rules) {
            if let Err(faults) = known.record(name, expression) {
                wrong.extend(faults.iter().map(|fault| format!("{name}: {fault}")));
            }
        }
        if wrong.is_empty() {
            Ok(known)
        } else {
            Err(wrong)
        }
    }

    /// What is wrong with expressions and templates.
    fn faults(&self) -> Vec<String> {
        let known = match self.known() {
            Ok(known) => known,
            Err(faults) => return faults,
        };
        let mut faults = Vec::new();
        for made in self.groups.iter().flat_map(|group| &group.alerts) {
            let alert = &made.alert;
            let mut wrong = |what: String| faults.push(format!("{}: {what}", alert.name));
            for looked in alert.look.iter().filter(|look| !look.expression.is_empty()) {
                for fault in known.faults(looked.expression) {
                    wrong(format!("{}: {fault}", looked.expression));
                }
            }
            let Some(expression) = &alert.expression else {
                continue;
            };
            for fault in known.faults(expression) {
                wrong(fault.to_string());
            }
            let labels = known.labels(expression);
            for template in [&alert.summary, &alert.description] {
                for label in labels_in(template).filter(|label| !labels.contains(*label)) {
                    wrong(format!(
                        "its templates name the label `{label}`, which it does not have"
                    ));
                }
            }
        }
        faults
    }
}

/// The labels that a template names.
fn labels_in(template: &str) -> impl Iterator<Item = &str> {
    template.split("$labels.").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}
