//! The committed files.

use std::{fs, path::Path};

use super::{Rules, coverage};
use crate::{Result, markers, readme};

const THRESHOLDS: &str = "ops/prometheus/thresholds.toml";
const RECORDING: &str = "ops/prometheus/recording.rules.yml";
const ALERTS: &str = "ops/prometheus/alerts.rules.yml";
const DOCUMENTATION: &str = "docs/operations.md";
const BEGIN: &str = "<!-- alerts:begin -->";
const END: &str = "<!-- alerts:end -->";
/// What the values leave out by default, given, so that it can be tested as well.
const OPTIONAL: &str = "ops/prometheus/tests/optional.toml";
const OPTIONAL_ALERTS: &str = "ops/prometheus/tests/optional.rules.yml";

/// Writes the rules and their documentation.
pub(crate) fn generate(root: &Path) -> Result<()> {
    for (path, new) in texts(root)? {
        let file = root.join(path);
        if fs::read_to_string(&file).ok().as_ref() != Some(&new) {
            fs::write(file, new)?;
            println!("{path}: written");
        }
    }
    Ok(())
}

/// Files that are not as they would be written, and alerts whose tests do not show what they have to.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (path, new) in texts(root)? {
        let old = fs::read_to_string(root.join(path)).unwrap_or_default();
        if old != new {
            let difference = readme::difference(&old, &new);
            faults.push(format!(
                "{path}: not what the values say; run `cargo xtask generate`\n{difference}"
            ));
        }
    }
    faults.extend(coverage::faults(root, &with_optional(root)?)?);
    Ok(faults)
}

/// The rules of other values: those of the committed file, where `over` has no others.
pub(super) fn of(root: &Path, over: Option<&str>, compress: u64) -> Result<Rules> {
    let text = read(root, THRESHOLDS)?;
    Rules::new(&text, over, compress)
}

/// Writes the rules into a directory.
pub(super) fn write(rules: &Rules, directory: &Path) -> Result<()> {
    fs::create_dir_all(directory)?;
    let name = |path: &str| directory.join(path.rsplit('/').next().unwrap_or(path));
    fs::write(name(RECORDING), rules.recording_file())?;
    fs::write(name(ALERTS), rules.alerts_file())?;
    Ok(())
}

fn committed(root: &Path) -> Result<Rules> {
    of(root, None, 1).map_err(|error| format!("{THRESHOLDS}: {error}").into())
}

fn with_optional(root: &Path) -> Result<Rules> {
    let rules = of(root, Some(&read(root, OPTIONAL)?), 1);
    rules.map_err(|error| format!("{OPTIONAL}: {error}").into())
}

/// Each file, as it should be.
fn texts(root: &Path) -> Result<Vec<(&'static str, String)>> {
    let rules = committed(root)?;
    let documentation = read(root, DOCUMENTATION)?;
    let documentation = markers::replace(&documentation, &rules.documentation(), BEGIN, END)
        .map_err(|fault| format!("{DOCUMENTATION}: {fault}"))?;
    Ok(vec![
        (RECORDING, rules.recording_file()),
        (ALERTS, rules.alerts_file()),
        (OPTIONAL_ALERTS, with_optional(root)?.alerts_file()),
        (DOCUMENTATION, documentation),
    ])
}

fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}").into())
}
