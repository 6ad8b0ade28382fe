//! The rules, with the windows and the thresholds of a test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use toml::{Table, Value};

use crate::rig::Scratch;

/// How many times faster than in earnest: five minutes become ten seconds.
const FASTER: u32 = 30;

/// Where a test cannot wait as long, or has less traffic, than the committed thresholds are for.
const OVERRIDES: &[(&str, i64)] = &[
    ("tasks.stuck.seconds", 5),
    ("tasks.silent.seconds", 5),
    ("scans.stale.seconds", 10),
    ("sse.disconnect_storm.streams", 20),
    ("http.latency_p95.least_requests", 5),
    ("http.error_budget.fast.least_faults", 3),
    ("web_vitals.least_reports", 20),
];

/// The routes of the demo whose streams stay open, and say something.
const FEED: [&str; 2] = ["sse.long_routes", "sse.talking_routes"];

/// The rules that are generated for a test.
pub(crate) fn compressed(scratch: &Scratch) -> Vec<PathBuf> {
    let out = scratch.path().join("rules");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "xtask", "--", "rules"])
        .arg("--thresholds")
        .arg(scratch.write("thresholds.toml", &thresholds()))
        .args(["--compress", &FASTER.to_string()])
        .arg("--out")
        .arg(&out)
        .current_dir(root())
        .output()
        .expect("cargo runs the tests, so it is there");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    ["recording.rules.yml", "alerts.rules.yml"]
        .map(|file| out.join(file))
        .to_vec()
}

/// The committed thresholds, but for what a test needs.
fn thresholds() -> String {
    let path = root().join("ops/prometheus/thresholds.toml");
    let text = fs::read_to_string(path).expect("the thresholds are there");
    let mut thresholds: Table = text.parse().expect("it is TOML");
    for (path, value) in OVERRIDES {
        set(&mut thresholds, path, Value::Integer(*value));
    }
    for path in FEED {
        set(&mut thresholds, path, Value::String("/feed/.*".to_owned()));
    }
    thresholds.to_string()
}

/// Replaces a value that is there.
fn set(table: &mut Table, path: &str, value: Value) {
    let (section, rest) = path.split_once('.').unwrap_or((path, ""));
    let found = table.get_mut(section);
    let found = found.unwrap_or_else(|| panic!("there is no threshold {path}"));
    match found {
        Value::Table(table) => set(table, rest, value),
        found => *found = value,
    }
}

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("it is a member of a workspace")
}
