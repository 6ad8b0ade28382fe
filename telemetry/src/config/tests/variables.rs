//! Variables in values.

use super::{super::read::read, variables};
use crate::config::{Config, TraceExporter};

fn lookup(name: &str) -> Option<String> {
    variables(&[
        ("NAME", "shop"),
        ("PORT", "443"),
        ("RATIO", "0.5"),
        ("ON", "true"),
        ("NOTHING", ""),
        ("NULL", "null"),
        ("EXPORTER", "zipkin"),
        ("AGAIN", "${NAME}"),
        ("YAML", "x\nlogging: { level: debug }"),
        ("LIST", "[a, b]"),
        ("INFINITE", "inf"),
    ])(name)
}

fn with(text: &str) -> Config {
    read(text, &lookup).expect(text)
}

#[test]
fn texts_have_them_put_in() {
    for (given, name) in [
        ("${NAME}", "shop"),
        ("${env:NAME}", "shop"),
        ("${NAME:-other}", "shop"),
        ("${NOT_SET:-other}", "other"),
        ("${env:NOT_SET:-other}", "other"),
        ("${NOTHING:-other}", "other"),
        ("a-${NAME}-${PORT}", "a-shop-443"),
        ("${NOT_SET:-a:-b}", "a:-b"),
        ("${NOT_SET:-}x", "x"),
        ("$$", "$"),
        ("$${NAME}", "${NAME}"),
        ("$$$${NAME}", "$${NAME}"),
        ("$$${NAME}", "$shop"),
        ("$NAME", "$NAME"),
        ("5$", "5$"),
        ("{NAME}", "{NAME}"),
        // What a variable holds is not looked at again.
        ("${AGAIN}", "${NAME}"),
        ("${LIST}", "[a, b]"),
        ("${YAML}", "x\nlogging: { level: debug }"),
    ] {
        let config = with(&format!("resource: {{ service_name: \"{given}\" }}"));
        assert_eq!(config.resource.service_name, name, "{given}");
        assert_eq!(config.logging, Config::default().logging, "{given}");
    }
}

#[test]
fn types_are_told_afterwards() {
    let config = with(
        "resource: { service_name: \"${PORT}\", service_version: \"${NOT_SET:-}\", environment: \"${NULL}\" }\n\
         layers: { spans: { server_address: a, server_port: \"${PORT}\", traceresponse: \"${ON}\" } }\n\
         tracing: { ratio: \"${RATIO}\", exporter: \"${EXPORTER}\", batch: { delay: \"${PORT}ms\" } }\n\
         routes: { guess: \"${ON}\", table: [\"/${NAME}\"] }\n\
         metrics: { labels: { nothing: \"${NOT_SET:-}\" } }\n",
    );
    assert_eq!(config.resource.service_name, "443");
    assert_eq!(config.resource.service_version, None);
    assert_eq!(config.resource.environment, None);
    assert_eq!(config.layers.spans.server_port, Some(443));
    assert!(config.layers.spans.traceresponse);
    assert_eq!(config.tracing.ratio, 0.5);
    assert_eq!(config.tracing.exporter, TraceExporter::Zipkin);
    assert_eq!(config.tracing.batch.delay.to_string(), "443ms");
    assert_ne!(config.routes.guess, crate::config::Guess::Off);
    assert_eq!(config.routes.table, ["/shop"]);
    assert_eq!(config.metrics.labels["nothing"], "");
}

#[test]
fn keys_have_none() {
    let faults = read("\"${NAME}\": 1", &lookup).expect_err("it is no key");
    assert_eq!(faults[0].path(), "${NAME}");
}

#[test]
fn what_cannot_be_put_in_names_field_and_variable() {
    let accepted = "`${NAME}`, `${env:NAME}`, `${NAME:-default}`, or `$$` for a `$` is accepted";
    let not_set = |name: &str| {
        format!(
            "the variable `{name}` is not set, or empty; set it, or write `${{{name}:-default}}`, of which the \
             default may be empty"
        )
    };
    let no_name = format!(
        "`${{...}}` does not name a variable, whose name has letters, digits and `_`; {accepted}"
    );
    for (given, problem) in [
        ("${NOT_SET}", not_set("NOT_SET")),
        ("${env:NOT_SET}", not_set("NOT_SET")),
        ("${NOTHING}", not_set("NOTHING")),
        ("${NAME", format!("`${{` is not closed by `}}`; {accepted}")),
        ("${}", no_name.clone()),
        ("${1A}", no_name.clone()),
        ("${A B}", no_name.clone()),
        ("${NAME:?gone}", no_name.clone()),
        ("${file:/etc/passwd}", no_name.clone()),
    ] {
        let text = format!("logging:\n  level: \"{given}\"");
        let faults = read(&text, &lookup).expect_err(&text);
        assert_eq!(
            faults[0].to_string(),
            format!("line 2, column 3: logging.level: {problem}")
        );
    }
    let faults = read("tracing: { ratio: \"${INFINITE}\" }", &lookup).expect_err("no number");
    assert_eq!(
        faults[0].problem(),
        "`${INFINITE}` is refused: a number is accepted"
    );
}
