//! The project's own tasks: `cargo xtask generate | check | rules | bench`.
#![allow(clippy::print_stdout, reason = "a command-line program prints")]

mod bench;
mod boards;
mod catalogue;
mod files;
mod markers;
mod privacy;
mod promql;
mod readme;
mod reference;
mod registered;
mod rules;

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

const HELP: &str = "\
Usage: cargo xtask TASK

Tasks:
  generate         write the tables of metrics and of privacy, the rules of Prometheus and their documentation anew
  check            fail if a table, the catalogue or a file is not as it should be
  rules            write rules of other values: --thresholds FILE [--compress N] --out DIR
  bench [ARG ...]  count instructions and allocations; `cargo xtask bench --help` tells more
";

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((task, rest)) if task == "bench" => bench::run(&root(), rest),
        Some((task, rest)) if task == "rules" => rules::run(&root(), rest).map(|()| true),
        Some((task, [])) if task == "generate" => generate(&root()).map(|()| true),
        Some((task, [])) if task == "check" => check(&root()),
        Some((task, [])) if task == "--help" || task == "-h" => {
            print!("{HELP}");
            Ok(true)
        }
        _ => Err(format!("not understood: {}\n\n{HELP}", args.join(" ")).into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn generate(root: &Path) -> Result<()> {
    readme::generate(root)?;
    reference::generate(root)?;
    privacy::generate(root)?;
    rules::generate(root)?;
    boards::generate(root)
}

/// Prints everything that is wrong, not only the first thing.
fn check(root: &Path) -> Result<bool> {
    let mut faults = catalogue::faults(bartizan::catalog::ALL);
    faults.extend(registered::faults(root)?);
    faults.extend(files::faults(root)?);
    faults.extend(privacy::faults(root));
    faults.extend(boards::faults(root)?);
    faults.extend(reference::faults(root)?);
    // A README that is not there, or has no place for its table, is a fault like any other.
    faults.extend(readme::faults(root).unwrap_or_else(|error| vec![error.to_string()]));
    faults.extend(rules::faults(root).unwrap_or_else(|error| vec![error.to_string()]));
    for fault in &faults {
        println!("{fault}");
    }
    Ok(faults.is_empty())
}

/// The workspace's root.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}
