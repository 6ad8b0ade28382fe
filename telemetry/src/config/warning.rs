//! What is wrong with a variable of the environment, and does not stop the service.

use std::fmt;

/// What is wrong with a variable of the environment. The specification asks to go on as if it was not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    variable: &'static str,
    problem: String,
}

// === impl Warning ===

impl Warning {
    pub(super) fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self {
            variable,
            problem: problem.into(),
        }
    }

    /// The variable's name.
    #[must_use]
    pub fn variable(&self) -> &str {
        self.variable
    }

    /// What was given, what is accepted, and what becomes of it.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, problem } = self;
        write!(f, "{variable}: {problem}")
    }
}
