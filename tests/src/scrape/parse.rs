//! The lines of the text format.

use std::{iter::Peekable, str::Chars};

use super::{Labels, ParseError, Sample, Scrape};

/// What is left of a line.
struct Line<'a> {
    number: usize,
    chars: Peekable<Chars<'a>>,
}

pub(super) fn parse(text: &str) -> Result<Scrape, ParseError> {
    let mut scrape = Scrape::default();
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(ParseError {
            line: 0,
            what: "the last line has no end".to_owned(),
        });
    }
    for (index, line) in text.split_terminator('\n').enumerate() {
        let mut rest = Line {
            number: index + 1,
            chars: line.chars().peekable(),
        };
        if let Some(comment) = line.strip_prefix('#') {
            scrape.comment(&rest, comment)?;
        } else if !line.is_empty() {
            let sample = rest.sample()?;
            scrape.samples.push(sample);
        }
    }
    Ok(scrape)
}

impl Scrape {
    fn comment(&mut self, line: &Line<'_>, comment: &str) -> Result<(), ParseError> {
        let mut words = comment.splitn(4, ' ').skip(1);
        let (Some(word @ ("HELP" | "TYPE")), Some(name)) = (words.next(), words.next()) else {
            return Ok(());
        };
        let text = words.next().unwrap_or_default();
        if !is_name(name, true) {
            return line.fails(format!("{name:?} is no name"));
        }
        if word == "TYPE"
            && self
                .families
                .get(name)
                .is_some_and(|family| !family.kind.is_empty())
        {
            return line.fails(format!("a second TYPE of {name}"));
        }
        let family = self.families.entry(name.to_owned()).or_default();
        if word == "HELP" {
            family.help = Some(text.to_owned());
            return Ok(());
        }
        if !["counter", "gauge", "histogram", "summary", "untyped"].contains(&text) {
            return line.fails(format!("{text:?} is no type"));
        }
        text.clone_into(&mut family.kind);
        Ok(())
    }
}

// === impl Line ===

impl Line<'_> {
    fn fails<T>(&self, what: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError {
            line: self.number,
            what: what.into(),
        })
    }

    fn sample(&mut self) -> Result<Sample, ParseError> {
        let name = self.name(true)?;
        let labels = match self.chars.next_if_eq(&'{') {
            Some(_) => self.labels()?,
            None => Labels::new(),
        };
        let rest: String = self.chars.by_ref().collect();
        let mut words = rest.split_whitespace();
        let value = words.next().unwrap_or_default();
        let Ok(value) = value.parse() else {
            return self.fails(format!("{value:?} is no value"));
        };
        match (words.next(), words.next()) {
            (Some(time), _) if time.parse::<i64>().is_err() => {
                self.fails(format!("{time:?} is no time"))
            }
            (_, Some(word)) => self.fails(format!("{word:?} after the time")),
            _ => Ok(Sample {
                name,
                labels,
                value,
            }),
        }
    }

    fn labels(&mut self) -> Result<Labels, ParseError> {
        let mut labels = Labels::new();
        while self.chars.next_if_eq(&'}').is_none() {
            let name = self.name(false)?;
            self.expect('=')?;
            self.expect('"')?;
            let value = self.quoted()?;
            if labels.insert(name.clone(), value).is_some() {
                return self.fails(format!("label {name} twice"));
            }
            if self.chars.next_if_eq(&',').is_none() && self.chars.peek() != Some(&'}') {
                return self.fails("neither `,` nor `}` after a label");
            }
        }
        Ok(labels)
    }

    fn quoted(&mut self) -> Result<String, ParseError> {
        let mut value = String::new();
        loop {
            match self.chars.next() {
                None => return self.fails("a label's value has no end"),
                Some('"') => return Ok(value),
                Some('\\') => value.push(match self.chars.next() {
                    Some('\\') => '\\',
                    Some('"') => '"',
                    Some('n') => '\n',
                    other => return self.fails(format!("no such escape: {other:?}")),
                }),
                Some(c) => value.push(c),
            }
        }
    }

    fn name(&mut self, colons: bool) -> Result<String, ParseError> {
        let mut name = String::new();
        while let Some(c) = self.chars.next_if(|c| !"{}=, \"".contains(*c)) {
            name.push(c);
        }
        if is_name(&name, colons) {
            Ok(name)
        } else {
            self.fails(format!("{name:?} is no name"))
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), ParseError> {
        match self.chars.next() {
            Some(c) if c == wanted => Ok(()),
            other => self.fails(format!("{other:?} in place of {wanted:?}")),
        }
    }
}

fn is_name(name: &str, colons: bool) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || (colons && c == ':');
    name.chars().all(fits) && name.starts_with(|c: char| !c.is_ascii_digit())
}
