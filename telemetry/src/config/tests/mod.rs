//! What is read, what wins, and what is refused.

mod checked;
mod environment;
mod files;
mod hostile;
mod refused;
mod secrets;
mod variables;

use super::{Config, ConfigError};

/// What is wrong with a text, fault by fault.
fn faults(text: &str) -> Vec<String> {
    let error = Config::from_yaml(text).expect_err(text);
    error.faults().iter().map(ToString::to_string).collect()
}

/// A lookup in a list.
fn variables<'a>(all: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| {
        let found = all.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    }
}

#[test]
fn what_is_left_out_has_its_default() -> Result<(), ConfigError> {
    for text in [
        "",
        "\n",
        "# nothing\n",
        "---\n",
        "--- {}\n...\n",
        "null",
        "{}",
        "\u{feff}",
        "\u{feff}# from an editor\n",
        "logging:\n  # level: debug\n",
        "logging: {}\nmetrics:\n  otlp:\n",
        "layers: { spans: ~ }\nroutes: { table: , rules: , guess: false }\n",
    ] {
        assert_eq!(Config::from_yaml(text)?, Config::default(), "{text:?}");
    }
    Ok(())
}

#[test]
fn texts_are_taken_as_they_are_written() -> Result<(), ConfigError> {
    let text = "resource: { service_name: 007, service_version: 1.10, environment: true }\n\
                metrics: { labels: { zone: 0x1f, ratio: 1e3 }, listen: null }\n";
    let config = Config::from_yaml(text)?;
    assert_eq!(config.resource.service_name, "007");
    assert_eq!(config.resource.service_version.as_deref(), Some("1.10"));
    assert_eq!(config.resource.environment.as_deref(), Some("true"));
    assert_eq!(config.metrics.labels["zone"], "0x1f");
    assert_eq!(config.metrics.labels["ratio"], "1e3");
    assert_eq!(config.metrics.listen, None);
    Ok(())
}

#[test]
fn what_is_written_is_read_again() -> Result<(), Box<dyn std::error::Error>> {
    let text = "routes: { guess: { depth: 3 }, rules: [{ path: /a, action: keep }] }\n\
                vitals: { origins: any, guess: false }\ntracing: { ratio: 1, sampler: always_on }\n\
                metrics: { buckets: { sse_event_gap_seconds: [1, 2.5] } }\n";
    let config = Config::from_yaml(text)?;
    let again = Config::from_yaml(&serde_json::to_string(&config)?)?;
    assert_eq!(config, again);
    assert_ne!(config, Config::default());
    Ok(())
}
