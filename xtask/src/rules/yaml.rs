//! The files of rules, as Prometheus reads them.

use super::{
    Rules,
    alert::{Alert, Recording},
};

const HEAD: &str =
    "# Generated from ops/prometheus/thresholds.toml by `cargo xtask generate`; edit that.\n";

// === impl Rules ===

impl Rules {
    /// `recording.rules.yml`.
    pub(super) fn recording_file(&self) -> String {
        let mut text = format!("{HEAD}groups:\n");
        for (name, rules) in &self.recordings {
            self.group(&mut text, name);
            for Recording { name, expression } in rules {
                line(&mut text, &format!("  - record: {name}"));
                block(&mut text, expression);
            }
        }
        text
    }

    /// `alerts.rules.yml`.
    pub(super) fn alerts_file(&self) -> String {
        let mut text = format!("{HEAD}groups:\n");
        for group in &self.groups {
            self.group(&mut text, group.name);
            for made in &group.alerts {
                self.alert(&mut text, &made.alert);
            }
        }
        text
    }

    fn group(&self, text: &mut String, name: &str) {
        line(text, &format!("- name: {name}"));
        line(text, &format!("  interval: {}", self.interval));
        line(text, "  rules:");
    }

    fn alert(&self, text: &mut String, alert: &Alert) {
        let Alert {
            name,
            severity,
            expression: Some(expression),
            hold,
            summary,
            description,
            ..
        } = alert
        else {
            return;
        };
        let runbook = format!("{}#{}", self.runbooks, name.to_ascii_lowercase());
        line(text, &format!("  - alert: {name}"));
        block(text, expression);
        line(text, &format!("    for: {hold}"));
        line(text, "    labels:");
        line(text, &format!("      severity: {}", severity.as_str()));
        line(text, "    annotations:");
        line(text, &format!("      summary: {}", scalar(summary)));
        line(text, &format!("      description: {}", scalar(description)));
        line(text, &format!("      runbook_url: {}", scalar(&runbook)));
    }
}

fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

/// An expression as a block, so that nothing in it has to be escaped.
fn block(text: &mut String, expression: &str) {
    line(text, "    expr: |-");
    for content in expression.lines() {
        line(text, &format!("      {content}"));
    }
}

/// A text in single quotes, where only these are special.
fn scalar(content: &str) -> String {
    format!("'{}'", content.replace('\'', "''"))
}
