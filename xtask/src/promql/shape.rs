//! Which labels the series of an expression have.

use std::collections::BTreeSet;

use super::others::Other;

/// What is known of the series of an expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) labels: BTreeSet<String>,
    /// Whether they have these labels and no others, and each of them.
    pub(super) exact: bool,
    /// Whether they may have labels that nothing is known of.
    pub(super) open: bool,
    /// Whether it is a number, and no series.
    pub(super) scalar: bool,
    /// The selector's name, while nothing is aggregated.
    pub(super) metric: Option<String>,
    /// Whether it only rises.
    pub(super) rises: bool,
}

// === impl Shape ===

impl Shape {
    /// One number.
    pub(super) fn scalar() -> Self {
        Self {
            exact: true,
            scalar: true,
            ..Self::default()
        }
    }

    /// Series that have exactly these labels.
    pub(super) fn exactly(labels: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            labels: labels.into_iter().map(Into::into).collect(),
            exact: true,
            ..Self::default()
        }
    }

    /// The series of a metric: these labels at most, and a target's.
    pub(super) fn of_metric<'a>(
        name: &str,
        labels: impl IntoIterator<Item = &'a str>,
        rises: bool,
    ) -> Self {
        Self {
            labels: labels
                .into_iter()
                .chain(["job", "instance"])
                .map(str::to_owned)
                .collect(),
            metric: Some(name.to_owned()),
            rises,
            ..Self::default()
        }
    }

    pub(super) fn of_other(other: &Other) -> Self {
        Self {
            open: other.open,
            ..Self::of_metric(other.name, other.labels.iter().copied(), other.counter)
        }
    }

    /// The same labels of something that was computed.
    pub(super) fn computed(self) -> Self {
        Self {
            metric: None,
            rises: false,
            ..self
        }
    }

    pub(super) fn has(&self, label: &str) -> bool {
        self.open || self.labels.contains(label)
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        let name = self.metric.as_ref().map(|name| format!("`{name}`"));
        name.unwrap_or_else(|| "the operand".to_owned())
    }

    /// For messages.
    pub(super) fn list(&self) -> String {
        list(&self.labels)
    }
}

/// Names, for a message.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
