//! Reads a route template in any common spelling, and keeps it in one.
//!
//! | written | kept | written in |
//! |---|---|---|
//! | `/users/{id}`, `/{*rest}` | as it is | axum 0.8, matchit |
//! | `/users/:id`, `/*rest` | `/users/{id}`, `/{*rest}` | axum 0.7, Rails, Express |
//! | `/users/:id(.:format)` | `/users/{id}` | Rails, as it lists its routes |
//! | `/users/{id:\d+}`, `/{rest:.*}` | `/users/{id}`, `/{*rest}` | actix |
//! | `/users/<id>`, `/<rest..>` | `/users/{id}`, `/{*rest}` | Rocket |
//! | `/users/<int:id>`, `/<path:rest>` | `/users/{id}`, `/{*rest}` | Flask |
//! | `/{rest:path}`, `/{rest...}` | `/{*rest}` | Starlette, Go |
//! | `/report-{year}.pdf` | as it is | one parameter in a segment |
//! | `/{{literal}}` | as it is | literal braces, doubled |
//!
//! A template begins with `/`, for it is matched against a whole path. A `:` or a `*` begins a parameter only
//! where a segment begins. What a parameter is constrained to is dropped: it does not show in a label.

mod error;
mod parse;
mod placeholder;
mod segment;

#[cfg(test)]
mod tests;

pub use self::{error::TemplateError, segment::Segment};

use crate::Spelling;
use std::{borrow::Cow, fmt, str::FromStr};

/// A route template in its one spelling, such as `/users/{id}` or `/files/{*rest}`.
///
/// It is safe to show as a label: it has no white space, no control character, no quote and no backslash, and
/// at most [`MAX_LENGTH`](Self::MAX_LENGTH) bytes.
///
/// ```
/// use route_canon::Template;
///
/// let template = Template::parse("/users/<int:id>/files/*path")?;
/// assert_eq!(template.as_str(), "/users/{id}/files/{*path}");
/// # Ok::<(), route_canon::TemplateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Template(Box<str>);

// === impl Template ===

impl Template {
    /// The most bytes of a template in its one spelling.
    pub const MAX_LENGTH: usize = 256;

    /// Reads a template in any spelling that the [module docs](self) list.
    ///
    /// What it returns reads as itself: `parse(parse(x).as_str()) == parse(x)`. For start-up, not for each
    /// request: it allocates.
    ///
    /// # Errors
    /// The first thing found that is not accepted. It never panics, whatever the text.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        parse::normalise(text).map(|text| Self(text.into()))
    }

    /// The template in its one spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let Self(text) = self;
        text
    }

    /// The template as a label in a spelling: `/users/:id/*rest` for those whose dashboards have it so. It is
    /// borrowed in braces, and allocates after a colon.
    ///
    /// A parameter beside other text keeps its braces, since nothing would tell where its name ends.
    ///
    /// ```
    /// use route_canon::{Spelling, Template};
    ///
    /// let template = Template::parse("/users/{id}/report-{year}.pdf")?;
    /// assert_eq!(template.spelled(Spelling::Colon), "/users/:id/report-{year}.pdf");
    /// # Ok::<(), route_canon::TemplateError>(())
    /// ```
    #[must_use]
    pub fn spelled(&self, spelling: Spelling) -> Cow<'_, str> {
        if spelling == Spelling::Braces {
            return Cow::Borrowed(self.as_str());
        }
        let mut label = String::with_capacity(self.as_str().len());
        for segment in self.segments() {
            label.push('/');
            match segment {
                Segment::Literal(text) => label.push_str(text),
                Segment::CatchAll { name } => label.extend(["*", name]),
                Segment::Parameter {
                    prefix: "",
                    name,
                    suffix: "",
                } => label.extend([":", name]),
                Segment::Parameter {
                    prefix,
                    name,
                    suffix,
                } => label.extend([prefix, "{", name, "}", suffix]),
            }
        }
        Cow::Owned(label)
    }

    /// The parts between the slashes, from the first slash on. The root has one, which is empty, and a final
    /// slash makes for an empty last one.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.as_str().split('/').skip(1).map(Segment::of_normal)
    }
}

// === impl AsRef ===

impl AsRef<str> for Template {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

// === impl Display ===

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

// === impl FromStr ===

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        Self::parse(text)
    }
}
