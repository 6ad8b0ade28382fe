//! Finds the template that a path belongs to.
//!
//! Where several templates match, the more literal one wins, segment by segment from the left: literal text,
//! then a parameter with literal text around it (the longest text first, then the first given), then a
//! parameter, then a catch-all. Where a choice leads nowhere, the next one is tried.
//!
//! | path | `/users/{id}` | `/users/{id}/` | `/users/{*rest}` |
//! |---|---|---|---|
//! | `/users/7` | matches, wins | | matches |
//! | `/users/7/` | | matches, wins | matches |
//! | `/users/7/files` | | | matches |
//! | `/users/`, `/users` | | | |
//!
//! A path is compared as it was sent: nothing is percent-decoded, no `..` is resolved, no slash is added.
//!
//! # Cost
//! [`Table::find`] allocates nothing, for any number of parameters. Its work is bounded by the number of segments
//! of all templates, whatever the path. In a table of eleven templates it takes 217 instructions for `/health`,
//! and 366 for `/api/sessions/{id}/turns/{turn}` (x86-64, release build, counted by callgrind).
//!
//! # Why not a router
//! A router hands out the parameters, and keeps them and its ways back in vectors: `matchit`, which axum
//! stands on, allocates for the fourth parameter, and for each way back that it may need. A label needs neither.
//! Wherever `matchit` accepts a set of templates, the table finds the same ones, and a property test holds it to
//! that; except that it also goes back from a parameter's suffix. It accepts more, too: `/{id}` besides
//! `/{*rest}`, for example.

mod error;
mod trie;

#[cfg(test)]
mod tests;

pub use self::error::TableError;

use self::trie::{Builder, Trie};
use crate::Template;

/// A set of templates, and the way from a path to its template.
///
/// ```
/// use route_canon::Table;
///
/// let table = Table::new(["/users/{id}", "/users/me", "/files/*path"])?;
/// assert_eq!(table.find("/users/7"), Some(0));
/// assert_eq!(table.find("/users/me"), Some(1));
/// assert_eq!(table.find("/files/a/b.txt"), Some(2));
/// assert_eq!(table.find("/users"), None);
/// assert_eq!(table.get(2).map(|template| template.as_str()), Some("/files/{*path}"));
/// # Ok::<(), route_canon::TableError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    templates: Vec<Template>,
    trie: Trie,
}

// === impl Table ===

impl Table {
    /// Builds a table of templates, in any spelling that [`Template::parse`] accepts.
    ///
    /// # Errors
    /// A text that is not a template, or two templates that match the same paths, with the position of each.
    pub fn new(templates: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, TableError> {
        let mut read: Vec<Template> = Vec::new();
        let mut builder = Builder::new();
        for (position, text) in templates.into_iter().enumerate() {
            let text = text.as_ref();
            let template = Template::parse(text).map_err(|source| TableError::Template {
                text: text.to_owned(),
                position,
                source,
            })?;
            if let Err(earlier_position) = builder.insert(template.segments(), position) {
                let earlier = read.swap_remove(earlier_position);
                return Err(TableError::Conflict {
                    earlier,
                    earlier_position,
                    template,
                    position,
                });
            }
            read.push(template);
        }
        Ok(Self {
            templates: read,
            trie: builder.build(),
        })
    }

    /// Finds the template that a path belongs to, by its position.
    ///
    /// The path begins with `/`. Nothing is allocated, and no path makes it panic.
    ///
    /// What follows a `?` or a `#` is no part of a path, and is not looked for: a target of a request has to be cut first.
    ///
    /// ```
    /// use route_canon::Table;
    ///
    /// let table = Table::new(["/users"])?;
    /// let target = "/users?page=2";
    /// assert_eq!(table.find(target), None);
    /// let path = target.split(['?', '#']).next().unwrap_or(target);
    /// assert_eq!(table.find(path), Some(0));
    /// # Ok::<(), route_canon::TableError>(())
    /// ```
    #[must_use]
    pub fn find(&self, path: &str) -> Option<usize> {
        self.trie.find(path)
    }

    /// The template at a position.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Template> {
        self.templates.get(index)
    }

    /// All templates, in the order in which they were given.
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// How many templates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }
}
