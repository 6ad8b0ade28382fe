//! The standard variables: which one wins, and what a bad one does.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use serde::Deserialize;

use super::variables;
use crate::config::{Config, ConfigError};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    wins: Vec<Wins>,
    bad: Vec<Bad>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wins {
    configuration: String,
    variables: BTreeMap<String, String>,
    same: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bad {
    configuration: String,
    variable: String,
    given: String,
    words: String,
}

/// Any text will do.
const NEVER_BAD: [&str; 1] = ["OTEL_SERVICE_NAME"];

fn corpus() -> Corpus {
    let text = include_str!("../../../testdata/environment.toml");
    toml::from_str(text).expect("the corpus is TOML")
}

#[test]
fn a_variable_wins() -> Result<(), ConfigError> {
    for Wins {
        configuration,
        variables,
        same,
    } in corpus().wins
    {
        let config = Config::from_yaml(&configuration)?;
        let config = config.with_env(|name| variables.get(name).cloned());
        assert_eq!(config.warnings(), [], "{variables:?}");
        assert_eq!(config, Config::from_yaml(&same)?, "{variables:?}");
    }
    Ok(())
}

#[test]
fn a_bad_one_is_told_and_changes_nothing() -> Result<(), ConfigError> {
    for Bad {
        configuration,
        variable,
        given,
        words,
    } in corpus().bad
    {
        let before = Config::from_yaml(&configuration)?;
        let mut config = before
            .clone()
            .with_env(|name| (name == variable).then(|| given.clone()));
        assert!(!config.warnings().is_empty(), "{variable}={given}");
        for warning in config.warnings() {
            assert_eq!(warning.variable(), variable);
            assert!(warning.problem().contains(&words), "{warning}");
        }
        config.warnings.clear();
        assert_eq!(config, before, "{variable}={given}");
    }
    Ok(())
}

#[test]
fn every_variable_that_is_asked_for_is_in_both_lists() -> Result<(), ConfigError> {
    let asked = RefCell::new(BTreeSet::new());
    for exporter in ["otlp-http", "zipkin"] {
        let config = Config::from_yaml(&format!("tracing: {{ exporter: {exporter} }}"))?;
        let _ = config.with_env(|name| {
            asked.borrow_mut().insert(name.to_owned());
            None
        });
    }
    let asked = asked.into_inner();
    let Corpus { wins, bad } = corpus();
    let wins = wins.into_iter().flat_map(|wins| wins.variables.into_keys());
    assert_eq!(asked, wins.collect());
    let bad = bad.into_iter().map(|bad| bad.variable);
    assert_eq!(asked, bad.chain(NEVER_BAD.map(str::to_owned)).collect());
    Ok(())
}

#[test]
fn a_bad_one_leaves_the_next_one_to_decide() -> Result<(), ConfigError> {
    let given = [
        ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "x"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
    ];
    let config = Config::from_yaml("")?.with_env(variables(&given));
    assert_eq!(config.metrics.otlp.timeout.to_string(), "1s");
    assert_eq!(config.warnings().len(), 1);
    Ok(())
}

#[test]
fn of_a_list_what_is_known_counts() {
    for (name, given, same) in [
        (
            "OTEL_TRACES_EXPORTER",
            "jaeger,zipkin,otlp",
            "tracing: { exporter: zipkin }",
        ),
        (
            "OTEL_METRICS_EXPORTER",
            "statsd,otlp,none",
            "metrics: { listen: null, otlp: { enabled: true } }",
        ),
        (
            "OTEL_PROPAGATORS",
            "b3,tracecontext,baggage",
            "tracing: { propagators: [tracecontext, baggage] }",
        ),
    ] {
        let all = [(name, given)];
        let mut config = Config::default().with_env(variables(&all));
        assert!(!config.warnings().is_empty(), "{given}");
        config.warnings.clear();
        assert_eq!(config, Config::from_yaml(same).expect(same), "{given}");
    }
}

#[test]
fn what_was_for_another_exporter_is_left_out() -> Result<(), ConfigError> {
    for (file, given, endpoint, headers) in [
        // An API key goes to nobody else.
        ("zipkin", ("OTEL_TRACES_EXPORTER", "otlp"), false, false),
        (
            "otlp-http",
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            false,
            false,
        ),
        (
            "otlp-http",
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            false,
            true,
        ),
        ("otlp-grpc", ("OTEL_TRACES_EXPORTER", "otlp"), true, true),
        ("zipkin", ("OTEL_TRACES_EXPORTER", "zipkin"), true, true),
    ] {
        let text = format!(
            "tracing: {{ exporter: {file}, endpoint: \"http://a\", headers: {{ key: x }} }}"
        );
        let all = [given];
        let config = Config::from_yaml(&text)?.with_env(variables(&all));
        assert_eq!(
            config.tracing.endpoint.is_some(),
            endpoint,
            "{file} {given:?}"
        );
        assert_eq!(
            !config.tracing.headers.is_empty(),
            headers,
            "{file} {given:?}"
        );
        assert_eq!(
            config.warnings().is_empty(),
            endpoint && headers,
            "{file} {given:?}"
        );
    }
    Ok(())
}

#[test]
fn a_batch_fits_its_queue() -> Result<(), ConfigError> {
    for (given, size) in [
        (("OTEL_BSP_MAX_QUEUE_SIZE", "100"), 100),
        (("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "9000"), 2_048),
    ] {
        let all = [given];
        let config = Config::from_yaml("")?.with_env(variables(&all));
        assert_eq!(config.tracing.batch.size, size);
        assert_eq!(config.warnings().len(), 1);
        config.check()?;
    }
    Ok(())
}

#[test]
fn an_endpoint_that_nothing_is_sent_to_is_told() -> Result<(), ConfigError> {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    for (text, chosen, told) in [
        ("", None, true),
        ("tracing: { exporter: zipkin }", None, true),
        ("tracing: { exporter: otlp-http }", None, false),
        ("metrics: { otlp: { enabled: true } }", None, false),
        ("", Some(("OTEL_TRACES_EXPORTER", "otlp")), false),
        // As was asked for.
        ("", Some(("OTEL_TRACES_EXPORTER", "none")), false),
        ("", Some(("OTEL_METRICS_EXPORTER", "prometheus")), false),
        ("", Some(("OTEL_SDK_DISABLED", "true")), false),
    ] {
        let all: Vec<_> = chosen.into_iter().chain([endpoint]).collect();
        let config = Config::from_yaml(text)?.with_env(variables(&all));
        let warnings: Vec<_> = config.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings.len(),
            usize::from(told),
            "{text} {chosen:?}: {warnings:?}"
        );
        for warning in warnings {
            assert!(warning.contains("nothing is sent by OTLP"), "{warning}");
        }
    }
    Ok(())
}

#[test]
fn one_that_spans_and_metrics_have_in_common_is_told_once() -> Result<(), ConfigError> {
    for given in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "a:4318"),
    ] {
        let all = [given];
        let config = Config::from_yaml("tracing: { exporter: otlp-http }")?;
        let config = config.with_env(variables(&all));
        assert_eq!(config.warnings().len(), 1, "{:?}", config.warnings());
    }
    Ok(())
}
