//! Configurations in files.

use std::{env, fs, path::PathBuf};

use super::variables;
use crate::config::{Config, ConfigError};

/// A file that is gone with the test.
struct Temporary(PathBuf);

// === impl Temporary ===

impl Temporary {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = env::temp_dir().join(format!("bartizan-{}-{name}.yaml", std::process::id()));
        fs::write(&path, bytes).expect("the directory can be written to");
        Self(path)
    }

    fn text(&self) -> &str {
        self.0.to_str().expect("the directory's name is UTF-8")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn read(file: &Temporary, given: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut all = vec![("BARTIZAN_CONFIG", file.text())];
    all.extend(given);
    Config::from_env_and(&variables(&all))
}

#[test]
fn the_environment_names_it_and_wins_over_it() -> Result<(), ConfigError> {
    let file = Temporary::new(
        "wins",
        b"resource: { service_name: a, environment: \"${WHERE}\" }",
    );
    let config = read(&file, &[("OTEL_SERVICE_NAME", "b"), ("WHERE", "here")])?;
    assert_eq!(config.resource.service_name, "b");
    assert_eq!(config.resource.environment.as_deref(), Some("here"));
    Ok(())
}

#[test]
fn without_a_file_there_are_defaults_and_the_environment() -> Result<(), ConfigError> {
    let given = [
        ("BARTIZAN_CONFIG", ""),
        ("OTEL_SERVICE_NAME", "b"),
        ("OTEL_BSP_SCHEDULE_DELAY", "x"),
    ];
    let mut config = Config::from_env_and(&variables(&given))?;
    assert_eq!(config.warnings().len(), 1);
    config.warnings.clear();
    assert_eq!(config, Config::from_yaml("resource: { service_name: b }")?);
    Ok(())
}

#[test]
fn a_fault_has_file_line_and_column() {
    let file = Temporary::new("fault", b"tracing:\n  ratio: 2\n  batch: { size: 9000 }\n");
    let error = read(&file, &[]).expect_err("both are out of range");
    let name = file.text();
    assert_eq!(
        error.to_string(),
        format!(
            "{name}:2:3: tracing.ratio: `2` is refused: a number from 0 to 1 is accepted\n\
             {name}:3:12: tracing.batch.size: `9000` is refused: 1 to 2048 are accepted"
        )
    );
    let fault = &error.faults()[1];
    assert_eq!(fault.file(), Some(file.0.as_path()));
    assert_eq!((fault.line(), fault.column()), (Some(3), Some(12)));
    assert_eq!(format!("{error:?}").matches("tracing.ratio").count(), 1);
}

#[test]
fn what_a_variable_mends_is_no_fault() -> Result<(), ConfigError> {
    let file = Temporary::new("mended", b"tracing: { ratio: 2 }");
    assert_eq!(
        read(&file, &[("OTEL_TRACES_SAMPLER_ARG", "0.5")])?
            .tracing
            .ratio,
        0.5
    );
    Ok(())
}

#[test]
fn what_cannot_be_read_is_told_with_its_name() {
    let error = Config::from_file("/nonexistent/bartizan.yaml").expect_err("there is none");
    assert!(
        error
            .to_string()
            .starts_with("/nonexistent/bartizan.yaml: the configuration cannot be read: "),
        "{error}"
    );
    let file = Temporary::new("bytes", b"logging: { level: \xff }");
    let error = read(&file, &[]).expect_err("it is not UTF-8");
    let message = error.to_string();
    assert!(message.contains("invalid utf-8 sequence"), "{message}");
    assert!(matches!(error, ConfigError::Read { .. }));
}
