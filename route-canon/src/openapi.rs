//! Reads the routes of an OpenAPI document.
//!
//! ```
//! use route_canon::OpenApi;
//!
//! let document = r#"{
//!     "openapi": "3.1.0",
//!     "servers": [{"url": "https://api.example.com/v1"}],
//!     "paths": {"/users/{id}": {}, "/compare/{base}...{head}": {}, "/jobs/{id}:cancel": {}}
//! }"#;
//! let api: OpenApi = serde_json::from_str(document)?;
//! let table = api.table()?;
//! assert_eq!(table.find("/v1/users/7"), Some(0));
//! assert_eq!(table.get(1).map(|template| template.as_str()), Some("/v1/compare/{base-head}"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Of a document it takes the keys of `paths`, and the path of `servers[0].url`, or `basePath` of Swagger 2. All
//! else is passed over, and so are keys that begin with `x-`. Any format that serde reads will do.
//!
//! A label has one parameter in a segment. Where a key has several, as in `/{from}-{to}.csv`, they become one,
//! with what is between them: `/{from-to}.csv`.

mod document;
mod server;

#[cfg(test)]
mod tests;

use crate::{Table, TableError, Template};

/// The routes of an API, from an OpenAPI 3 or Swagger 2 document; see the [module docs](self).
#[derive(Clone, Debug)]
pub struct OpenApi {
    prefix: String,
    /// As [`Template::parse`] reads them.
    paths: Vec<String>,
}

// === impl OpenApi ===

impl OpenApi {
    /// Puts this before each path, in place of what the document says: `/v1`, or nothing. A final slash is dropped, and
    /// one that is missing in front is added.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        let prefix = prefix.trim_end_matches('/');
        let slash = if prefix.is_empty() || prefix.starts_with('/') {
            ""
        } else {
            "/"
        };
        self.prefix = format!("{slash}{prefix}");
        self
    }

    /// The templates of all paths, in the order of the document.
    ///
    /// # Errors
    /// A path that is no template with the prefix before it: [`TableError::Template`], with its text and position.
    pub fn templates(&self) -> Result<Vec<Template>, TableError> {
        let Self { prefix, paths } = self;
        let templates = paths.iter().enumerate().map(|(position, path)| {
            let text = format!("{prefix}{path}");
            Template::parse(&text).map_err(|source| TableError::Template {
                text,
                position,
                source,
            })
        });
        templates.collect()
    }

    /// A table of all paths, to find the one that a request belongs to.
    ///
    /// # Errors
    /// As [`templates`](Self::templates), and two that match the same paths, as [`Table::new`] does.
    pub fn table(&self) -> Result<Table, TableError> {
        Table::new(self.templates()?)
    }
}
