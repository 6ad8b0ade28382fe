//! What types cannot say, checked.

use serde::Deserialize;

use super::faults;
use crate::config::{Config, ConfigError};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    fault: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    configuration: String,
    path: String,
    words: String,
}

const CORPUS: &str = include_str!("../../../testdata/checked.toml");

/// The path and the words of each fault.
fn told(text: &str) -> Vec<(String, String)> {
    let error = Config::from_yaml(text).expect_err(text);
    let told = error.faults().iter();
    told.map(|fault| (fault.path().to_owned(), fault.problem().to_owned()))
        .collect()
}

#[test]
fn each_rule_names_its_field() {
    let Corpus { fault } = toml::from_str(CORPUS).expect("the corpus is TOML");
    assert!(!fault.is_empty());
    for Case {
        configuration,
        path,
        words,
    } in fault
    {
        match told(&configuration).as_slice() {
            [(at, problem)] => {
                assert_eq!(*at, path, "{configuration}");
                assert!(problem.contains(&words), "{configuration}: {problem}");
            }
            several => panic!("{configuration}: {several:?}"),
        }
    }
}

#[test]
fn levels_are_those_that_a_subscriber_takes() -> Result<(), ConfigError> {
    for level in [
        "off",
        "INFO",
        "info,hyper=warn",
        "my_service=trace",
        "my_service::db",
        "my_service::db=trace,error",
    ] {
        Config::from_yaml(&format!("logging: {{ level: \"{level}\" }}"))?;
    }
    Ok(())
}

#[test]
fn faults_have_the_place_of_their_field_or_of_its_section() {
    let text = "metrics:\n  path: x\n  labels:\n    a.b: 1\n    le: 2\nlogging:\n  output: file\n";
    let places: Vec<String> = faults(text)
        .iter()
        .map(|fault| fault.splitn(3, ": ").take(2).collect::<Vec<_>>().join(": "))
        .collect();
    assert_eq!(
        places,
        [
            "line 2, column 3: metrics.path",
            "line 5, column 5: metrics.labels.le",
            "line 6, column 1: logging.file",
        ]
    );
}
