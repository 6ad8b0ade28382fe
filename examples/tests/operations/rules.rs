//! The rules, with the windows and the thresholds of a test.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::rig::Scratch;

/// How many times faster than in earnest: five minutes become ten seconds.
const FASTER: u32 = 30;

/// The rules that are generated for a test.
pub(crate) fn compressed(scratch: &Scratch) -> Vec<PathBuf> {
    let out = scratch.path().join("rules");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "xtask", "--", "rules"])
        .arg("--thresholds")
        .arg(root().join("examples/tests/operations/thresholds.toml"))
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

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("it is a member of a workspace")
}
