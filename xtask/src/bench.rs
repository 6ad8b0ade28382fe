//! The benchmarks, which are a build of their own.

use std::{env, path::Path, process::Command};

use crate::Result;

/// Builds `bench/` and runs its program. Returns whether it was content.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<bool> {
    let profile = if args.iter().any(|arg| arg == "--lto") {
        "lto"
    } else {
        "release"
    };
    let cargo = |task: &str| {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args([task, "--quiet", "--profile", profile, "--manifest-path"]);
        cargo.arg(root.join("bench/Cargo.toml"));
        cargo
    };
    // The program that is run starts the other one.
    let both = ["--bin", "bartizan-bench", "--bin", "allocations"];
    if !cargo("build").args(both).status()?.success() {
        return Ok(false);
    }
    Ok(cargo("run").arg("--").args(args).status()?.success())
}
