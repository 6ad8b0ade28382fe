//! What is secret is told nowhere.

use super::{Config, variables};

const SECRET: &str = "s3cret";

#[test]
fn no_fault_tells_a_secret() {
    for text in [
        "tracing: { headers: { a: [s3cret] } }",
        "tracing: { headers: { a: { s3cret: 1 } } }",
        "tracing: { headers: s3cret }",
        "tracing: { headers: [s3cret] }",
        "tracing: { headers: [\"authorization=Bearer s3cret\"] }",
        "tracing: { headers: { a: \"s3cret\\n\" } }",
        "tracing: { headers: { a: \"é s3cret\" } }",
        "tracing: { headers: { \"authorization: Bearer s3cret\": x } }",
        "tracing: { headers: { \"authorization: Bearer s3cret\": } }",
        "tracing: { headers: { \"a s3cret\": x, \"a s3cret\": y } }",
        "tracing: { headers: { a: \"s3cret ${NOT_SET_ANYWHERE}\" } }",
        "tracing: { headers: { a: \"s3cret ${\" } }",
        "tracing: { headers: { a: !x s3cret } }",
        "tracing: { headers: { a: \"s3cret } }",
        "tracing: { endpoint: \"https://user:s3cret@collector\" }",
        "tracing: { endpoint: \"collector?key=s3cret\" }",
        "metrics: { otlp: { headers: s3cret } }",
        "metrics: { otlp: { headers: { \"a\\ts3cret\": x } } }",
        "metrics: { otlp: { endpoint: \"https://s3cret@collector\" } }",
    ] {
        let error = Config::from_yaml(text).expect_err(text);
        assert!(!error.to_string().contains(SECRET), "{text}: {error}");
        assert!(!format!("{error:?}").contains(SECRET), "{text}: {error:?}");
    }
}

#[test]
fn what_a_variable_holds_is_told_by_its_name() {
    let lookup = variables(&[("TOKEN", SECRET)]);
    for text in [
        "tracing: { ratio: \"${TOKEN}\" }",
        "tracing: { sampler: \"${TOKEN}\" }",
        "tracing: { batch: { delay: \"${TOKEN}\" } }",
        "metrics: { listen: \"${TOKEN}\" }",
        "tracing: { headers: \"${TOKEN}\" }",
        "logging: \"${TOKEN}\"",
        "vitals: { origins: \"${TOKEN}\" }",
    ] {
        let faults = super::super::read::read(text, &lookup).expect_err(text);
        let [fault] = faults.as_slice() else {
            panic!("{text}: {faults:?}");
        };
        assert!(!fault.to_string().contains(SECRET), "{text}: {fault}");
    }
}

#[test]
fn no_debug_tells_a_secret() {
    let text =
        "tracing: { headers: { a: s3cret } }\nmetrics: { otlp: { headers: { b: s3cret } } }\n";
    let config = Config::from_yaml(text).expect("it is right");
    assert_eq!(config.tracing.headers["a"], SECRET);
    let shown = format!("{config:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains(r#"headers: {"a": (hidden)}"#), "{shown}");
    assert!(shown.contains(r#"headers: {"b": (hidden)}"#), "{shown}");
}

#[test]
fn no_warning_tells_a_secret() {
    for (variable, given) in [
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer%20s3cret%0A",
        ),
        ("OTEL_EXPORTER_OTLP_HEADERS", "s3cret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a s3cret=x"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=s3cret%zz"),
        ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a=%ff s3cret"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "https://user:s3cret@collector",
        ),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector?key=s3cret"),
        ("OTEL_RESOURCE_ATTRIBUTES", "s3cret"),
    ] {
        let mut config = Config::default();
        config.tracing.exporter = crate::config::TraceExporter::OtlpHttp;
        let lookup = [(variable, given)];
        let config = config.with_env(variables(&lookup));
        assert!(!config.warnings().is_empty(), "{variable}={given}");
        for warning in config.warnings() {
            assert!(!warning.to_string().contains(SECRET), "{warning}");
        }
    }
}
