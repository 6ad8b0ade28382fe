//! Reads any of the accepted spellings and writes the one that is kept.

use super::{Template, TemplateError, placeholder::Placeholder};

pub(super) fn normalise(input: &str) -> Result<String, TemplateError> {
    if input.is_empty() {
        return Err(TemplateError::Empty);
    }
    if !input.starts_with('/') {
        return Err(TemplateError::NoLeadingSlash);
    }
    let mut parser = Parser {
        rest: input.strip_suffix("(.:format)").unwrap_or(input),
        text: String::with_capacity(input.len().min(Template::MAX_LENGTH)),
        names: Vec::new(),
    };
    while let Some(rest) = parser.rest.strip_prefix('/') {
        parser.rest = rest;
        parser.text.push('/');
        parser.segment()?;
        if parser.text.len() > Template::MAX_LENGTH {
            return Err(TemplateError::TooLong);
        }
    }
    Ok(parser.text)
}

struct Parser<'a> {
    rest: &'a str,
    text: String,
    names: Vec<&'a str>,
}

// === impl Parser ===

impl<'a> Parser<'a> {
    /// Reads up to the next slash, or the end.
    fn segment(&mut self) -> Result<(), TemplateError> {
        let start = self.text.len();
        let mut parameter = false;
        let mut brace = false;
        while !self.rest.is_empty() && !self.rest.starts_with('/') {
            let segment_start = self.text.len() == start;
            if self.escaped_brace() {
                brace = true;
            } else if let Some((placeholder, rest)) = Placeholder::take(self.rest, segment_start)? {
                self.rest = rest;
                let sole = segment_start && rest.is_empty();
                self.placeholder(placeholder, sole, parameter)?;
                parameter = true;
            } else {
                self.literal()?;
            }
        }
        if brace && parameter {
            Err(TemplateError::BraceBesideParameter)
        } else {
            Ok(())
        }
    }

    /// Copies `{{` or `}}` as it is.
    fn escaped_brace(&mut self) -> bool {
        let Some(brace) = ["{{", "}}"]
            .into_iter()
            .find(|brace| self.rest.starts_with(brace))
        else {
            return false;
        };
        self.text.push_str(brace);
        self.rest = &self.rest[brace.len()..];
        true
    }

    fn placeholder(
        &mut self,
        Placeholder { name, catch_all }: Placeholder<'a>,
        sole: bool,
        after_another: bool,
    ) -> Result<(), TemplateError> {
        if after_another {
            return Err(TemplateError::ManyParameters {
                name: name.to_owned(),
            });
        }
        if catch_all && !sole {
            return Err(TemplateError::CatchAllNotLast {
                name: name.to_owned(),
            });
        }
        if self.names.contains(&name) {
            return Err(TemplateError::DuplicateName {
                name: name.to_owned(),
            });
        }
        self.names.push(name);
        self.text.push_str(if catch_all { "{*" } else { "{" });
        self.text.push_str(name);
        self.text.push('}');
        Ok(())
    }

    fn literal(&mut self) -> Result<(), TemplateError> {
        if ["(/", "(:", "(.:"]
            .into_iter()
            .any(|open| self.rest.starts_with(open))
        {
            return Err(TemplateError::OptionalPart);
        }
        let mut characters = self.rest.chars();
        match characters.next() {
            None => {}
            Some(close @ ('}' | '>')) => return Err(TemplateError::Unopened { close }),
            Some(character) if is_refused(character) => {
                return Err(TemplateError::InvalidCharacter { character });
            }
            Some(character) => self.text.push(character),
        }
        self.rest = characters.as_str();
        Ok(())
    }
}

fn is_refused(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | '\\' | '?' | '#')
}
