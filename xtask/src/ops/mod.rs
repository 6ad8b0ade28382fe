//! The configuration in `ops/`: what each file names must be there, in another file or in what the service emits.
//!
//! Programs that read these files check their form, where they can be installed (`promtool`, `amtool`, kubernetes-validate).
//! What none of them sees is here: a pipeline of a component that is not defined, an attribute that no span has, a port
//! that nobody serves, an alert that was renamed.

mod alertmanager;
mod collector;
mod compose;
mod document;
mod fluent_bit;
mod grafana;
mod kubernetes;
mod prometheus;
mod prometheus_rule;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::Result;

use self::document::Document;

/// Writes what is made of other files.
pub(crate) fn generate(root: &Path) -> Result<()> {
    prometheus_rule::generate(root)
}

/// Everything that is wrong with the files.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let read = |path: &str| Document::read(root, path);
    let compose = read(compose::FILE)?;
    let mut faults = compose::faults(&compose, root);
    faults.extend(collector::faults(&read(collector::FILE)?, root)?);
    faults.extend(fluent_bit::faults(&read(fluent_bit::FILE)?, root)?);
    faults.extend(prometheus::faults(
        &read(prometheus::FILE)?,
        &compose,
        root,
    )?);
    faults.extend(alertmanager::faults(&read(alertmanager::FILE)?, root)?);
    faults.extend(grafana::faults(root, &compose)?);
    faults.extend(kubernetes::faults(root)?);
    faults.extend(prometheus_rule::faults(root)?);
    Ok(faults)
}
