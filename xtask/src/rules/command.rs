//! `cargo xtask rules`.

use std::{
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

use super::files;
use crate::Result;

const USAGE: &str = "cargo xtask rules --thresholds FILE [--compress N] --out DIR";

/// Writes rules of other values into a directory. Relative paths are of where it is run.
///
/// # Errors
///
/// What is wrong with the arguments, or with the values.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let (mut thresholds, mut out, mut compress) = (None, None, 1);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or(format!("{argument}: a value is expected; {USAGE}"))
        };
        match argument.as_str() {
            "--thresholds" => thresholds = Some(PathBuf::from(value()?)),
            "--out" => out = Some(PathBuf::from(value()?)),
            "--compress" => {
                let value = value()?;
                let parsed = value.parse().ok().filter(|by| *by > 0);
                compress = parsed.ok_or_else(|| {
                    format!("--compress: {value:?}; a whole number above 0 is expected")
                })?;
            }
            _ => return Err(format!("{argument}: not understood; {USAGE}").into()),
        }
    }
    let thresholds = thresholds.ok_or(format!("--thresholds is missing; {USAGE}"))?;
    let out = out.ok_or(format!("--out is missing; {USAGE}"))?;
    let named = |error: &dyn Display| format!("{}: {error}", thresholds.display());
    let over = fs::read_to_string(&thresholds).map_err(|error| named(&error))?;
    let rules = files::of(root, Some(&over), compress).map_err(|error| named(&error))?;
    files::write(&rules, &out)
}
