//! Which route a path is shown as, and why.

use route_canon::{Canonicalizer, Decision, Rule, Rules, Table};
use serde::Serialize;

/// Asks the known routes first, and guesses then.
#[derive(Debug)]
pub(crate) struct Labels {
    pub(crate) known: Option<Table>,
    pub(crate) canon: Canonicalizer,
    pub(crate) rules: Rules,
}

/// What decided on a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) decision: String,
    pub(crate) reason: String,
}

// === impl Labels ===

impl Labels {
    /// Writes the label of a path in place of what is in `label`. True if it is a known route.
    pub(crate) fn write(&self, path: &str, label: &mut String) -> bool {
        label.clear();
        let known = self.known(path);
        match known {
            Some(template) => label.push_str(template),
            None => self.canon.write(path, label),
        }
        known.is_some()
    }

    pub(crate) fn explain(&self, path: &str) -> Vec<Step> {
        if let Some(template) = self.known(path) {
            return vec![Step {
                input: path.to_owned(),
                output: template.to_owned(),
                decision: "known".to_owned(),
                reason: "a route that was given".to_owned(),
            }];
        }
        let explanation = self.canon.explain(path);
        let steps = explanation.segments().iter().map(|segment| Step {
            input: segment.input.to_owned(),
            output: segment.output.clone(),
            decision: segment.decision.name().to_owned(),
            reason: self.reason(segment.decision),
        });
        steps.collect()
    }

    fn reason(&self, decision: Decision) -> String {
        match decision {
            Decision::Rule(index) => match self.rules.get(index).and_then(Rule::name) {
                Some(name) => format!("{name}, at position {index}"),
                None => format!("at position {index}"),
            },
            other => other.reason().to_owned(),
        }
    }

    fn known(&self, path: &str) -> Option<&str> {
        let table = self.known.as_ref()?;
        let template = table.get(table.find(bare(path))?)?;
        Some(template.as_str())
    }
}

/// The path alone: without scheme and authority, query and fragment.
fn bare(target: &str) -> &str {
    let target = &target[..target.find(['?', '#']).unwrap_or(target.len())];
    match target.split_once("://") {
        Some((_scheme, rest)) if !target.starts_with('/') => {
            rest.find('/').map_or("/", |slash| &rest[slash..])
        }
        _ => target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_routes_are_asked_first() {
        let labels = Labels {
            known: Some(Table::new(["/users/{name}", "/"]).unwrap()),
            canon: Canonicalizer::default(),
            rules: Rules::default(),
        };
        let mut label = "x".to_owned();
        for (path, expected) in [
            ("/users/7?x=//", "/users/{name}"),
            ("https://example.com/users/ann#top", "/users/{name}"),
            ("https://example.com", "/"),
            ("/users/7/", "~/users/{int}"),
        ] {
            labels.write(path, &mut label);
            assert_eq!(label, expected, "{path}");
            let steps = labels.explain(path);
            assert_eq!(steps[0].decision == "known", !expected.starts_with('~'));
        }
    }
}
