//! What a rule is.

use super::Window;

/// An alert.
#[derive(Debug)]
pub(crate) struct Alert {
    /// Its name, which is its anchor in the documentation.
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// `None`: it is off until the values file has what it needs.
    pub(crate) expression: Option<String>,
    /// For how long it has to be so.
    pub(crate) hold: Window,
    /// What is wrong, in a line; a template.
    pub(crate) summary: String,
    /// What that means for whom, and what it was compared with; a template.
    pub(crate) description: String,
    /// What it means, in the documentation.
    pub(crate) meaning: &'static str,
    /// What to look at next.
    pub(crate) look: Vec<Look>,
    /// How to tune it.
    pub(crate) tune: &'static str,
}

/// Something to look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// What it tells.
    pub(crate) tells: &'static str,
    /// An expression to paste; empty if it is none.
    pub(crate) expression: &'static str,
}

/// Whom an alert is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Someone is woken.
    Critical,
    /// Someone looks at it in working hours.
    Warning,
    /// It is worth knowing.
    Info,
}

/// A recording rule.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) expression: String,
}

/// Alerts that belong together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) alerts: Vec<Made>,
}

/// An alert, and the keys and values that it was made of.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) alert: Alert,
    pub(crate) keys: Vec<(String, String)>,
}

// === impl Look ===

/// Something to look at by an expression.
pub(crate) const fn query(tells: &'static str, expression: &'static str) -> Look {
    Look { tells, expression }
}

/// Something to look at elsewhere.
pub(crate) const fn look(tells: &'static str) -> Look {
    query(tells, "")
}

// === impl Severity ===

impl Severity {
    /// The label's value.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}
