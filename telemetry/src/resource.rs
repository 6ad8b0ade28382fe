//! The resource that spans and pushed metrics carry.

use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, resource::TelemetryResourceDetector};

use crate::config;

/// The resource of a configuration. The environment is part of that already.
pub(crate) fn resource(config: &config::Resource) -> Resource {
    let config::Resource {
        service_name,
        service_version,
        environment,
        attributes,
    } = config;
    let named = [
        ("service.version", service_version),
        ("deployment.environment.name", environment),
    ];
    let named = named
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.clone()?)));
    let others = attributes.iter();
    let others = others.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    // What has a field of its own comes last, and wins.
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attributes(others)
        .with_attributes(named.map(|(key, value)| KeyValue::new(key, value)))
        .with_service_name(service_name.clone())
        .build()
}

#[cfg(test)]
mod tests {
    use opentelemetry::Key;

    use super::*;

    #[test]
    fn fields_win_over_attributes() {
        let mut config = config::Resource::default();
        config.service_name = "shop".into();
        config.environment = Some("production".into());
        for (key, value) in [
            ("service.name", "other"),
            ("deployment.environment.name", "other"),
            ("team", "checkout"),
        ] {
            config.attributes.insert(key.into(), value.into());
        }
        let resource = resource(&config);
        let value = |key: &'static str| resource.get(&Key::new(key)).map(|value| value.to_string());
        assert_eq!(value("service.name").as_deref(), Some("shop"));
        assert_eq!(
            value("deployment.environment.name").as_deref(),
            Some("production")
        );
        assert_eq!(value("team").as_deref(), Some("checkout"));
        assert_eq!(value("service.version"), None);
        assert_eq!(value("telemetry.sdk.language").as_deref(), Some("rust"));
    }
}
