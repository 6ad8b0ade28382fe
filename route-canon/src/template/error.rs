//! Why a template is refused.

use super::Template;

/// Why [`Template::parse`] refuses a text, and what it accepts instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A literal brace touches a parameter, as in `/{id}}}`: the routers disagree on what that means.
    #[error(
        "a literal brace shares the segment of a parameter: give it a segment of its own, \
         or write it as `%7B` or `%7D`"
    )]
    BraceBesideParameter,

    /// A catch-all parameter is not the whole of the last segment.
    #[error(
        "the catch-all `{{*{name}}}` is not the whole last segment: \
         end the template with it, or write `{{{name}}}` to match one segment"
    )]
    CatchAllNotLast {
        /// The parameter's name.
        name: String,
    },

    /// Two parameters have the same name.
    #[error("the parameter name `{name}` comes twice: give each parameter a name of its own")]
    DuplicateName {
        /// The name.
        name: String,
    },

    /// There is nothing in it.
    #[error("the template is empty: write `/` for the root")]
    Empty,

    /// A parameter has no name, as in `{}`, `:` or `*`.
    #[error(
        "a parameter has no name: write `{{id}}` for one segment, `{{*rest}}` for all that follow"
    )]
    EmptyName,

    /// A literal part holds what no label and no path should.
    #[error(
        "the character {character:?} cannot be in a path: percent-encode it; \
         a query or a fragment is no part of a template"
    )]
    InvalidCharacter {
        /// The first such character: white space, a control character, a quote, a backslash, `?` or `#`.
        character: char,
    },

    /// A parameter's name holds something else than letters, digits, `_`, `-` and inner dots.
    #[error(
        "the parameter name {name:?} is not valid: \
         use letters, digits, `_`, `-` and, between them, `.`"
    )]
    InvalidName {
        /// The name as it was read.
        name: String,
    },

    /// A segment has more than one parameter, as in `/{from}-{to}`.
    #[error("the segment of `{name}` has a parameter already: put one parameter in a segment")]
    ManyParameters {
        /// The second parameter's name.
        name: String,
    },

    /// It does not begin with a slash.
    #[error("the template does not begin with `/`: write the whole path, without scheme and host")]
    NoLeadingSlash,

    /// It has an optional part, as in `/posts(/:id)`. A final `(.:format)` is accepted, and dropped.
    #[error("the template has an optional part: write one template with it and one without")]
    OptionalPart,

    /// It is longer than [`Template::MAX_LENGTH`] once it is normalised.
    #[error(
        "the template is longer than {} bytes: shorten it",
        Template::MAX_LENGTH
    )]
    TooLong,

    /// A `{` or `<` is not closed in its segment.
    #[error("a `{open}` is not closed: write `{{id}}` or `<id>`, and `{{{{` for a literal brace")]
    Unclosed {
        /// The opening character.
        open: char,
    },

    /// A `}` or `>` closes nothing.
    #[error("a `{close}` closes nothing: write `{{id}}` or `<id>`, and `}}}}` for a literal brace")]
    Unopened {
        /// The closing character.
        close: char,
    },
}
