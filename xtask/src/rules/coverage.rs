//! Whether promtool's tests show what they have to of each alert.
//!
//! Each alert has one story: a test group with its name, in which it is asked four times or more, in this order, whether
//! `ALERTS{alertname="…",alertstate="firing"}` is there:
//!
//! 1. without traffic: no counter and no histogram has risen, and it is silent;
//! 2. with healthy traffic: one of them has risen since, and it is silent;
//! 3. it fires, with its severity;
//! 4. it has recovered: it is silent again.
//!
//! The story has a series of each metric that the alert reads. Groups of other names are about traps, and are free.

mod series;
mod story;

use std::{fs, path::Path};

use bartizan::catalog::{self, Kind};

use self::{
    series::Series,
    story::{Asked, Story},
};
use super::{Rules, Window, alert::Alert};
use crate::{Result, promql::Known};

const TESTS: &str = "ops/prometheus/tests";

/// Alerts without a story, stories without an alert, and what is wrong with the others.
pub(super) fn faults(root: &Path, rules: &Rules) -> Result<Vec<String>> {
    let mut stories = Vec::new();
    for entry in fs::read_dir(root.join(TESTS)).map_err(|error| format!("{TESTS}: {error}"))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.yml") {
            let text = fs::read_to_string(&path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            stories.extend(story::read(&text).map_err(|fault| format!("{TESTS}/{name}: {fault}"))?);
        }
    }
    let known = rules.known().map_err(|faults| faults.join("\n"))?;
    let alerts: Vec<&Alert> = rules
        .groups
        .iter()
        .flat_map(|group| &group.alerts)
        .map(|made| &made.alert)
        .collect();
    let mut faults: Vec<_> = alerts
        .iter()
        .flat_map(|alert| of_alert(alert, &stories, &known))
        .map(|fault| format!("{TESTS}: {fault}"))
        .collect();
    for story in stories.iter().filter(|story| !story.name.contains(": ")) {
        if !alerts.iter().any(|alert| alert.name == story.name) {
            faults.push(format!("{TESTS}: {}: there is no such alert", story.name));
        }
    }
    Ok(faults)
}

fn of_alert(alert: &Alert, stories: &[Story], known: &Known) -> Vec<String> {
    let Alert { name, .. } = alert;
    let Some(expression) = &alert.expression else {
        return vec![format!(
            "{name}: it is off, and optional.toml does not turn it on"
        )];
    };
    let mut own = stories.iter().filter(|story| story.name == *name);
    let (Some(story), None) = (own.next(), own.next()) else {
        return vec![format!("{name}: one test group of this name is expected")];
    };
    let mut faults = Vec::new();
    let metrics = known.metrics(expression);
    for metric in metrics {
        if !story
            .series
            .iter()
            .any(|series| base(series).is_some_and(|it| it.name == metric))
        {
            faults.push(format!(
                "{name}: it reads `{metric}`, and its story has no series of it"
            ));
        }
    }
    if let Err(missing) = told(story, alert.severity.as_str()) {
        faults.push(format!("{name}: its story does not show it {missing}"));
    }
    faults
}

/// Goes through the questions in their order.
fn told(story: &Story, severity: &str) -> Result<(), &'static str> {
    let asked: Vec<_> = story
        .asked
        .iter()
        .filter(|asked| asked.expression == firing(&story.name))
        .collect();
    let silent = |asked: &&&Asked| asked.samples.is_empty();
    let quiet = asked
        .iter()
        .filter(silent)
        .find(|asked| !risen(story, 0, asked.seconds))
        .ok_or("silent without traffic")?;
    let healthy = asked
        .iter()
        .filter(silent)
        .find(|asked| asked.seconds > quiet.seconds && risen(story, quiet.seconds, asked.seconds))
        .ok_or("silent on healthy traffic, after there was none")?;
    let fires = asked
        .iter()
        .find(|asked| {
            let label = format!("severity=\"{severity}\"");
            let labels = &asked.samples;
            asked.seconds > healthy.seconds
                && !labels.is_empty()
                && labels.iter().all(|labels| labels.contains(&label))
        })
        .ok_or("firing, with its severity, after healthy traffic")?;
    asked
        .iter()
        .filter(silent)
        .find(|asked| asked.seconds > fires.seconds)
        .ok_or("recovering")?;
    Ok(())
}

/// The expression that tells whether an alert fires.
fn firing(name: &str) -> String {
    format!("ALERTS{{alertname=\"{name}\",alertstate=\"firing\"}}")
}

/// Whether anything that only rises has risen between two moments.
fn risen(story: &Story, from: u64, to: u64) -> bool {
    let rises = story.series.iter().filter(|series| {
        base(series).is_some_and(|metric| matches!(metric.kind, Kind::Counter | Kind::Histogram))
    });
    rises
        .into_iter()
        .any(|series| series.rises(story.interval, from, to))
}

/// The metric of the catalogue that a series is of.
fn base(series: &Series) -> Option<&'static catalog::Metric> {
    let of = |name: &str| {
        catalog::ALL
            .iter()
            .copied()
            .find(|metric| metric.name == name)
    };
    let parts = ["_bucket", "_sum", "_count"];
    of(&series.name).or_else(|| {
        parts
            .iter()
            .find_map(|part| of(series.name.strip_suffix(part)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = r#"
tests:
- name: A
  interval: 1m
  input_series:
  - {series: 'task_started_total{job="a"}', values: '0x10 0+1x30'}
  promql_expr_test:
  - {eval_time: 5m, expr: 'ALERTS{alertname="A",alertstate="firing"}', exp_samples: []}
  - {eval_time: 15m, expr: 'ALERTS{alertname="A",alertstate="firing"}', exp_samples: []}
  - eval_time: 25m
    expr: 'ALERTS{alertname="A",alertstate="firing"}'
    exp_samples: [{labels: 'ALERTS{alertname="A",severity="info"}', value: 1}]
  - {eval_time: 35m, expr: 'ALERTS{alertname="A",alertstate="firing"}', exp_samples: []}
"#;

    fn verdict(text: &str) -> Result<(), &'static str> {
        told(&story::read(text).expect("a story")[0], "info")
    }

    #[test]
    fn a_whole_story_is_enough() {
        assert_eq!(verdict(STORY), Ok(()));
    }

    #[test]
    fn what_a_story_leaves_out_is_told() {
        let cases = [
            // Traffic from the beginning.
            ("0x10 0+1x30", "0+1x40", "silent without traffic"),
            // Never any.
            (
                "0x10 0+1x30",
                "0x40",
                "silent on healthy traffic, after there was none",
            ),
            (
                "eval_time: 15m",
                "eval_time: 5m",
                "firing, with its severity, after healthy traffic",
            ),
            (
                "severity=\"info\"",
                "severity=\"critical\"",
                "firing, with its severity, after healthy traffic",
            ),
            (
                "[{labels: 'ALERTS{alertname=\"A\",severity=\"info\"}', value: 1}]",
                "[]",
                "firing, with its severity, after healthy traffic",
            ),
            ("eval_time: 35m", "eval_time: 20m", "recovering"),
            // Something else is asked.
            (
                "alertstate=\"firing\"",
                "alertstate=\"pending\"",
                "silent without traffic",
            ),
        ];
        for (from, to, missing) in cases {
            let text = STORY.replace(from, to);
            assert_ne!(text, STORY, "{from}");
            assert_eq!(verdict(&text), Err(missing), "{from} -> {to}");
        }
    }
}
