//! What the environment says the service is.

use super::{list, variables::Variables};
use crate::config::Resource;

pub(super) fn apply(resource: &mut Resource, variables: &mut Variables<'_>) {
    let Resource {
        service_name,
        service_version,
        environment,
        attributes,
    } = resource;
    let given = variables.parsed(&["OTEL_RESOURCE_ATTRIBUTES"], list::pairs);
    for (key, value) in given.unwrap_or_default() {
        match key.as_str() {
            _ if value.is_empty() => {}
            "service.name" => *service_name = value,
            "service.version" => *service_version = Some(value),
            "deployment.environment.name" => *environment = Some(value),
            _ => {
                attributes.insert(key, value);
            }
        }
    }
    let name = variables.parsed(&["OTEL_SERVICE_NAME"], |given| Ok(given.to_owned()));
    if let Some(name) = name {
        *service_name = name;
    }
}
