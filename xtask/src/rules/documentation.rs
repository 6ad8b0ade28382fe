//! The part of `docs/operations.md` that tells of the alerts.

use super::{
    Rules,
    alert::{Alert, Look, Made},
};

// === impl Rules ===

impl Rules {
    /// A table of all alerts, and a section for each.
    pub(super) fn documentation(&self) -> String {
        let mut text = String::from(
            "`critical` wakes someone, `warning` is a ticket, `info` is worth knowing. Each value below is a key of\n\
             `ops/prometheus/thresholds.toml`, where a comment says how to choose it; `cargo xtask generate` writes the rules\n\
             anew. An expression to look at is to be narrowed with `{job=\"…\"}`.\n\n\
             | alert | severity | fires after | says |\n|---|---|---|---|\n",
        );
        for made in self.groups.iter().flat_map(|group| &group.alerts) {
            text.push_str(&row(&made.alert));
        }
        for group in &self.groups {
            text.push_str(&format!("\n**{}**\n", group.title));
            for made in &group.alerts {
                text.push_str(&section(made));
            }
        }
        text
    }
}

fn row(alert: &Alert) -> String {
    let Alert {
        name,
        severity,
        expression,
        hold,
        meaning,
        ..
    } = alert;
    let first = meaning
        .split_once(". ")
        .map_or(*meaning, |(first, _)| first);
    let after = if expression.is_some() {
        hold.to_string()
    } else {
        "off".to_owned()
    };
    format!(
        "| [`{name}`](#{}) | {} | {after} | {} |\n",
        name.to_ascii_lowercase(),
        severity.as_str(),
        first.trim_end_matches('.')
    )
}

fn section(made: &Made) -> String {
    let Made { alert, keys } = made;
    let Alert {
        name,
        severity,
        expression,
        hold,
        meaning,
        look,
        tune,
        summary: _,
        description: _,
    } = alert;
    let mut text = format!("\n### {name}\n\n`{}`. {meaning}\n\n", severity.as_str());
    match expression {
        Some(expression) => text.push_str(&format!(
            "It fires when this has been so for {hold}:\n\n```promql\n{expression}\n```\n\n"
        )),
        None => text.push_str("It is off.\n\n"),
    }
    text.push_str("Look at:\n\n");
    for Look { tells, expression } in look {
        text.push_str(&match *expression {
            "" => format!("- {tells}.\n"),
            expression => format!("- {tells} `{expression}`\n"),
        });
    }
    text.push_str(&format!("\nTune: {tune}\n\n"));
    for (key, value) in keys {
        text.push_str(&format!("- `{key} = {value}`\n"));
    }
    text
}
