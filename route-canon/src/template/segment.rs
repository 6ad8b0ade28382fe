//! The parts of a template, between its slashes.

/// One segment of a [`Template`](super::Template).
///
/// Literal text is given as it is spelled in the template, with `{{` and `}}` for literal braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment<'a> {
    /// `/users`, and the empty segment after a final slash.
    Literal(&'a str),

    /// `/{id}`, or `/report-{year}.pdf`: one segment of the path, or a part of one, never empty.
    Parameter {
        /// The literal text in front, mostly none.
        prefix: &'a str,
        /// The name between the braces.
        name: &'a str,
        /// The literal text behind, mostly none.
        suffix: &'a str,
    },

    /// `/{*rest}`: all that is left of the path, slashes included, never empty.
    CatchAll {
        /// The name between the braces, without the star.
        name: &'a str,
    },
}

// === impl Segment ===

impl<'a> Segment<'a> {
    /// Reads a segment in the one spelling that a template has.
    pub(super) fn of_normal(text: &'a str) -> Self {
        let placeholder = (!text.contains("{{"))
            .then(|| text.split_once('{'))
            .flatten()
            .and_then(|(prefix, rest)| Some((prefix, rest.split_once('}')?)));
        match placeholder {
            None => Self::Literal(text),
            Some((prefix, (name, suffix))) => match name.strip_prefix('*') {
                Some(name) => Self::CatchAll { name },
                None => Self::Parameter {
                    prefix,
                    name,
                    suffix,
                },
            },
        }
    }
}
