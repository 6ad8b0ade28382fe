//! The names of labels that users choose.

use crate::catalog;

/// A label's name was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelNameError {
    /// It does not fit the exposition formats.
    #[error(
        "label {name:?}: a label's name starts with a letter and goes on with letters, digits, `_` \
         and `.`, at most {MAX_NAME_LEN} bytes"
    )]
    Unfit {
        /// What was given.
        name: String,
    },
    /// An exposition format keeps it for itself.
    #[error("label {name:?}: `le` and `quantile` belong to the exposition format")]
    Reserved {
        /// What was given.
        name: String,
    },
    /// One series would bear it twice, and one such series fails the whole scrape.
    #[error(
        "label {name:?}: {other:?} is there already, and the two are one name once `.` is written \
         as `_`"
    )]
    Taken {
        /// What was given.
        name: String,
        /// What it collides with.
        other: String,
    },
}

const MAX_NAME_LEN: usize = 64;

/// The names that are taken.
#[derive(Clone, Debug)]
pub(crate) struct Names(Vec<String>);

// === impl Names ===

impl Names {
    /// The names of the catalogue's labels, in both spellings.
    pub(crate) fn with_catalog() -> Self {
        let labels = catalog::ALL.iter().flat_map(|metric| metric.labels);
        Self(
            labels
                .flat_map(|label| [label.name, label.otel_name])
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Takes `name`, if it fits and no other is spelled alike.
    pub(crate) fn claim(&mut self, name: &str) -> Result<(), LabelNameError> {
        let owned = || name.to_owned();
        let fits = name.len() <= MAX_NAME_LEN
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        if !fits {
            return Err(LabelNameError::Unfit { name: owned() });
        }
        if matches!(name, "le" | "quantile") {
            return Err(LabelNameError::Reserved { name: owned() });
        }
        let sanitised = |name: &str| name.replace('.', "_");
        if let Some(other) = self
            .0
            .iter()
            .find(|taken| sanitised(taken) == sanitised(name))
        {
            return Err(LabelNameError::Taken {
                name: owned(),
                other: other.clone(),
            });
        }
        self.0.push(owned());
        Ok(())
    }
}
