//! `target_info`: what the service is, as labels of a gauge that is 1.

use std::collections::BTreeMap;

use metrics::{Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::PrometheusRecorder;
use opentelemetry_sdk::Resource;

const NAME: &str = "target_info";

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// Registers `target_info`. It is for the page alone: what is pushed carries the resource by itself.
pub(super) fn register(recorder: &PrometheusRecorder, resource: &Resource) {
    let help = "What the service is: the attributes of its resource.";
    recorder.describe_gauge(NAME.into(), None, help.into());
    let attributes = resource.iter();
    let attributes = attributes.map(|(key, value)| (key.as_str(), value.as_str().into_owned()));
    let key = Key::from_parts(NAME, labels(attributes));
    recorder.register_gauge(&key, &METADATA).set(1.0);
}

/// The labels that attributes become. Two whose names become the same are one label with both values, as OpenTelemetry's
/// specification has it: a label that is there twice fails the whole scrape.
fn labels<'a>(attributes: impl Iterator<Item = (&'a str, String)>) -> Vec<Label> {
    let mut attributes: Vec<_> = attributes.collect();
    attributes.sort();
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in attributes {
        let value = clean(&value);
        labels
            .entry(label_name(name))
            .and_modify(|values| {
                values.push(';');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    let labels = labels.into_iter();
    labels
        .map(|(name, value)| Label::new(name, value))
        .collect()
}

/// The exposition alters backslashes and the like; what it does not alter passes.
fn clean(value: &str) -> String {
    let is_plain = |c: char| !c.is_control() && c != '\\' && c != '"';
    value
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect()
}

fn label_name(attribute: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric();
    let name: String = attribute
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("_{name}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::labels;

    #[test]
    fn attributes_become_labels_that_a_scrape_takes() {
        let attributes = [
            ("service.name", "shop"),
            ("k8s.pod.name", "a\\b\n\"c\""),
            ("team-name", "second"),
            ("team.name", "third"),
            ("team_name", "first?"),
            ("2nd", ""),
        ];
        let labels = labels(
            attributes
                .into_iter()
                .map(|(name, value)| (name, value.into())),
        );
        let labels: Vec<_> = labels
            .iter()
            .map(|label| (label.key(), label.value()))
            .collect();
        assert_eq!(
            labels,
            [
                ("_2nd", ""),
                ("k8s_pod_name", "a_b__c_"),
                ("service_name", "shop"),
                ("team_name", "second;third;first?"),
            ]
        );
    }
}
