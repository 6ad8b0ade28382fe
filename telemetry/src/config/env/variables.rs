//! Variables as the specification reads them: an empty one is not set, and a bad one is told and then not set.

use crate::config::{Period, Warning};

/// The variables, and what was wrong with them.
pub(super) struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    warnings: Vec<Warning>,
}

// === impl Variables ===

impl<'a> Variables<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            lookup,
            warnings: Vec::new(),
        }
    }

    /// The first one that is set, and can be parsed.
    pub(super) fn parsed<T>(
        &mut self,
        names: &[&'static str],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.named(names, parse).map(|(_, value)| value)
    }

    /// As [`parsed`](Self::parsed), with the variable's name.
    pub(super) fn named<T>(
        &mut self,
        names: &[&'static str],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<(&'static str, T)> {
        for name in names {
            let Some(given) = (self.lookup)(name) else {
                continue;
            };
            let given = given.trim();
            if given.is_empty() {
                continue;
            }
            match parse(given) {
                Ok(value) => return Some((name, value)),
                Err(problem) => self.warn(name, format!("{problem}; the variable is ignored")),
            }
        }
        None
    }

    /// Whether it is set, to something that `is` so.
    pub(super) fn holds(&self, name: &str, is: impl FnOnce(&str) -> bool) -> bool {
        let given = (self.lookup)(name).unwrap_or_default();
        let given = given.trim();
        !given.is_empty() && is(given)
    }

    /// Notes what is wrong, once: spans and metrics have variables in common.
    pub(super) fn warn(&mut self, variable: &'static str, problem: impl Into<String>) {
        let warning = Warning::new(variable, problem);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(super) fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }
}

/// A length of time above 0, in milliseconds.
pub(super) fn millis(given: &str) -> Result<Period, String> {
    match given.parse() {
        Ok(millis) if millis > 0 => Ok(Period::from_millis(millis)),
        _ => Err(format!(
            "{given:?} is refused: a whole number of milliseconds above 0 is accepted"
        )),
    }
}

/// A number above 0.
pub(super) fn count(given: &str) -> Result<usize, String> {
    match given.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(format!(
            "{given:?} is refused: a whole number above 0 is accepted"
        )),
    }
}

pub(super) fn boolean(given: &str) -> Result<bool, String> {
    match given.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!(
            "{given:?} is refused: `true` and `false` are accepted"
        )),
    }
}
