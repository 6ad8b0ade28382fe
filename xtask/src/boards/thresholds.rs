//! The values that alerts compare with: where they fire, panels turn red.

use std::{fs, path::Path};

use toml::{Table, Value};

const FILE: &str = "ops/prometheus/thresholds.toml";

/// The values of the file that tunes the alerts.
#[derive(Clone, Debug)]
pub(super) struct Thresholds(Table);

// === impl Thresholds ===

impl Thresholds {
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let text =
            fs::read_to_string(root.join(FILE)).map_err(|error| format!("{FILE}: {error}"))?;
        text.parse()
            .map(Self)
            .map_err(|error| format!("{FILE}: {error}"))
    }

    /// The number at a path, such as `http.latency_p95.seconds`.
    pub(super) fn number(&self, path: &str) -> Result<f64, String> {
        let mut keys = path.split('.');
        let first = keys.next().and_then(|key| self.0.get(key));
        let value = keys.fold(first, |value, key| value?.get(key));
        match value {
            Some(Value::Float(number)) => Ok(*number),
            Some(Value::Integer(number)) => number
                .to_string()
                .parse()
                .map_err(|error| format!("{FILE}: {path}: {error}")),
            _ => Err(format!(
                "{FILE}: {path} is no number, and a panel turns red there"
            )),
        }
    }
}

#[cfg(test)]
impl Thresholds {
    pub(super) fn of(text: &str) -> Self {
        Self(text.parse().expect("it is TOML"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_path() {
        let thresholds = Thresholds::of("[a.b]\nc = 2.5\nd = 600\ne = \"5m\"");
        assert_eq!(thresholds.number("a.b.c"), Ok(2.5));
        assert_eq!(thresholds.number("a.b.d"), Ok(600.0));
        for path in ["a.b.e", "a.b", "a.b.f", "x"] {
            assert!(thresholds.number(path).is_err(), "{path}");
        }
    }
}
