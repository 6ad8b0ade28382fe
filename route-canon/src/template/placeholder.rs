//! A parameter, in any of its spellings.

use super::TemplateError;

/// A parameter as the parser reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placeholder<'a> {
    pub(super) name: &'a str,
    pub(super) catch_all: bool,
}

// === impl Placeholder ===

impl<'a> Placeholder<'a> {
    /// Takes one from the front of `rest`, if one begins there, and returns it with what follows.
    ///
    /// A `:` or `*` begins a parameter only where a segment begins; elsewhere it is a literal, as in
    /// `/jobs/{id}:cancel`.
    pub(super) fn take(
        rest: &'a str,
        segment_start: bool,
    ) -> Result<Option<(Self, &'a str)>, TemplateError> {
        let (placeholder, rest) = match rest.chars().next() {
            Some('{') => {
                let (body, rest) = split_balanced(&rest[1..])?;
                (Self::in_braces(body), rest)
            }
            Some('<') => {
                let closed = rest[1..].split_once('>');
                let (body, rest) = closed.ok_or(TemplateError::Unclosed { open: '<' })?;
                (Self::in_angles(body), rest)
            }
            Some(':') if segment_start => {
                let (name, rest) = split_name(&rest[1..]);
                (
                    Self {
                        name,
                        catch_all: false,
                    },
                    rest,
                )
            }
            Some('*') if segment_start => {
                let (name, rest) = split_name(&rest[1..]);
                (
                    Self {
                        name,
                        catch_all: true,
                    },
                    rest,
                )
            }
            _ => return Ok(None),
        };
        placeholder.check()?;
        Ok(Some((placeholder, rest)))
    }

    /// `id`, `id:regex`, `*rest`, `rest:.*`, `rest:path`, `rest...`
    fn in_braces(body: &'a str) -> Self {
        let (name, constraint) = body.split_once(':').unwrap_or((body, ""));
        let any = matches!(constraint, ".*" | ".+" | "path");
        match (name.strip_prefix('*'), name.strip_suffix("...")) {
            (Some(name), _) | (None, Some(name)) => Self {
                name,
                catch_all: true,
            },
            (None, None) => Self {
                name,
                catch_all: any,
            },
        }
    }

    /// `id`, `int:id`, `path:rest`, `rest..`
    fn in_angles(body: &'a str) -> Self {
        let (converter, name) = body.rsplit_once(':').unwrap_or(("", body));
        match name.strip_suffix("..") {
            Some(name) => Self {
                name,
                catch_all: true,
            },
            None => Self {
                name,
                catch_all: converter == "path",
            },
        }
    }

    fn check(self) -> Result<(), TemplateError> {
        let Self { name, catch_all: _ } = self;
        if name.is_empty() {
            return Err(TemplateError::EmptyName);
        }
        let dots_are_inside = !name.starts_with('.') && !name.ends_with('.');
        if dots_are_inside && name.chars().all(|c| is_name(c) || c == '.') {
            return Ok(());
        }
        Err(TemplateError::InvalidName {
            name: name.to_owned(),
        })
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

fn split_name(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len()))
}

/// Splits at the brace that closes: an expression such as `\d{4}` has braces of its own.
fn split_balanced(text: &str) -> Result<(&str, &str), TemplateError> {
    let mut depth = 0_usize;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '{' => depth += 1,
            '}' if depth == 0 => return Ok((&text[..at], &text[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    Err(TemplateError::Unclosed { open: '{' })
}
