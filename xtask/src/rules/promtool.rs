//! What Prometheus' own tool says of the rules.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use super::files;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const RULES: [&str; 2] = ["recording.rules.yml", "alerts.rules.yml"];

fn directory() -> PathBuf {
    crate::root().join("ops/prometheus")
}

fn start(directory: &Path, arguments: &[&str]) -> Result<Child> {
    let mut promtool = Command::new("promtool");
    promtool
        .args(arguments)
        .current_dir(directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(promtool.spawn()?)
}

/// What promtool has against it.
fn verdict(promtool: Child) -> Result {
    let Output {
        status,
        stdout,
        stderr,
    } = promtool.wait_with_output()?;
    if status.success() {
        return Ok(());
    }
    let said = [stdout, stderr].concat();
    Err(String::from_utf8_lossy(&said).into())
}

fn promtool(directory: &Path, arguments: &[&str]) -> Result {
    verdict(start(directory, arguments)?)
}

#[test]
#[ignore = "needs promtool"]
fn promtool_takes_the_rules() -> Result {
    promtool(
        &directory(),
        &[
            "check",
            "rules",
            RULES[0],
            RULES[1],
            "tests/optional.rules.yml",
        ],
    )
}

#[test]
#[ignore = "needs promtool"]
fn promtool_takes_compressed_rules() -> Result {
    let scratch = std::env::temp_dir().join(format!("bartizan-rules-{}", std::process::id()));
    let rules = files::of(&crate::root(), Some(""), 60)?;
    files::write(&rules, &scratch)?;
    let outcome = promtool(&scratch, &["check", "rules", RULES[0], RULES[1]]);
    fs::remove_dir_all(&scratch)?;
    outcome
}

#[test]
#[ignore = "needs promtool"]
fn every_test_of_the_rules_passes() -> Result {
    let tests = directory().join("tests");
    let mut files = Vec::new();
    for entry in fs::read_dir(&tests)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.yml") {
            files.push(name);
        }
    }
    assert!(!files.is_empty(), "there are no tests");
    // A day of a story takes promtool a while: all files at once.
    let started: Vec<_> = files
        .iter()
        .map(|file| start(&tests, &["test", "rules", file]))
        .collect::<Result<_>>()?;
    let failed: Vec<_> = started
        .into_iter()
        .filter_map(|promtool| verdict(promtool).err())
        .map(|said| said.to_string())
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}
