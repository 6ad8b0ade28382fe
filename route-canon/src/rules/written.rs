//! What rules write into a label.

use super::{MAX_LABEL, MAX_SEGMENT, RuleProblem};
use crate::{Segment, Spelling, Template};

/// A text that a rule writes, in each spelling. Safe to show: ASCII, without what no label has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    braces: Box<str>,
    colons: Box<str>,
}

// === impl Written ===

impl Written {
    /// A whole path, in the form that a normalised path has: without empty segments.
    pub(super) fn path(text: &str, template: &Template) -> Result<Self, RuleProblem> {
        let mut written = [String::new(), String::new()];
        for segment in named_segments(template) {
            for (written, spelling) in written.iter_mut().zip([Spelling::Braces, Spelling::Colon]) {
                written.push('/');
                spell(segment, spelling, written);
            }
        }
        let [mut braces, mut colons] = written;
        if braces.is_empty() {
            braces.push('/');
            colons.push('/');
        }
        if braces.len() > MAX_LABEL {
            return Err(RuleProblem::long_label(text));
        }
        check_shown(text, &braces)?;
        Ok(Self {
            braces: braces.into(),
            colons: colons.into(),
        })
    }

    /// One segment, which is no catch-all.
    pub(super) fn segment(text: &str) -> Result<Self, RuleProblem> {
        if text.is_empty() {
            return Err(RuleProblem::missing_to());
        }
        if text.len() > MAX_SEGMENT {
            return Err(RuleProblem::long_segment(text));
        }
        let several = || RuleProblem::Segments {
            text: text.to_owned(),
        };
        let template = parse_as(&format!("/{text}"), text)?;
        let mut segments = template.segments();
        let (Some(only), None) = (segments.next(), segments.next()) else {
            return Err(several());
        };
        if matches!(only, Segment::CatchAll { .. }) {
            return Err(several());
        }
        let mut braces = String::new();
        let mut colons = String::new();
        spell(only, Spelling::Braces, &mut braces);
        spell(only, Spelling::Colon, &mut colons);
        check_shown(text, &braces)?;
        Ok(Self {
            braces: braces.into(),
            colons: colons.into(),
        })
    }

    #[inline]
    pub(super) fn spelled(&self, spelling: Spelling) -> &str {
        match spelling {
            Spelling::Braces => &self.braces,
            Spelling::Colon => &self.colons,
        }
    }
}

/// Reads a template that a normalised path can match.
pub(super) fn parse(text: &str) -> Result<Template, RuleProblem> {
    if text.is_empty() {
        return Err(RuleProblem::Missing {
            accepted: "a template, such as `/internal/{*rest}`",
        });
    }
    parse_as(text, text)
}

/// Reads a template, and calls it as the user did in what it is refused with.
fn parse_as(template: &str, text: &str) -> Result<Template, RuleProblem> {
    let text = || text.to_owned();
    let template = Template::parse(template).map_err(|source| RuleProblem::Template {
        text: text(),
        source,
    })?;
    if template.as_str().contains(';') {
        return Err(RuleProblem::Character {
            text: text(),
            character: ';',
            accepted: "what follows a `;` is dropped before a path is matched: leave it out",
        });
    }
    if template
        .segments()
        .any(|segment| matches!(segment, Segment::Literal(text) if is_dots(text)))
    {
        return Err(RuleProblem::Dots { text: text() });
    }
    Ok(template)
}

fn is_dots(text: &str) -> bool {
    let text = text.replace("%2e", ".").replace("%2E", ".");
    matches!(text.as_str(), "." | "..")
}

/// The segments without the empty ones, which no normalised path has.
pub(super) fn named_segments(template: &Template) -> impl Iterator<Item = Segment<'_>> {
    template
        .segments()
        .filter(|segment| *segment != Segment::Literal(""))
}

/// Literal text as it is in a path: with single braces.
pub(super) fn unescape(text: &str) -> String {
    text.replace("{{", "{").replace("}}", "}")
}

fn spell(segment: Segment<'_>, spelling: Spelling, out: &mut String) {
    match (segment, spelling) {
        (Segment::Literal(text), _) => out.push_str(&unescape(text)),
        (
            Segment::Parameter {
                prefix: "",
                name,
                suffix: "",
            },
            Spelling::Colon,
        ) => out.extend([":", name]),
        (
            Segment::Parameter {
                prefix,
                name,
                suffix,
            },
            _,
        ) => out.extend([prefix, "{", name, "}", suffix]),
        (Segment::CatchAll { name }, Spelling::Braces) => out.extend(["{*", name, "}"]),
        (Segment::CatchAll { name }, Spelling::Colon) => out.extend(["*", name]),
    }
}

/// A template may hold letters of any script; a label is ASCII.
fn check_shown(text: &str, shown: &str) -> Result<(), RuleProblem> {
    match shown.chars().find(|c| !c.is_ascii_graphic()) {
        None => Ok(()),
        Some(character) => Err(RuleProblem::Character {
            text: text.to_owned(),
            character,
            accepted: "a label is ASCII: percent-encode it, or rewrite it to a name in ASCII",
        }),
    }
}
