//! Why a table is refused.

use crate::{Template, TemplateError};

/// Why [`Table::new`](super::Table::new) refuses its templates. Positions count from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Two templates match the same paths, so that one of them could never be found.
    #[error(
        "template {position}, `{template}`, matches the same paths as template {earlier_position}, \
         `{earlier}`: remove one of them"
    )]
    Conflict {
        /// The template that is already in the table.
        earlier: Template,
        /// Its position.
        earlier_position: usize,
        /// The template that cannot be added.
        template: Template,
        /// Its position.
        position: usize,
    },

    /// One of them is not a template.
    #[error("template {position}, {text:?}, is refused: {source}")]
    Template {
        /// The text as it was given.
        text: String,
        /// Its position.
        position: usize,
        /// What is wrong with it.
        source: TemplateError,
    },
}
