//! What the command is told to do.

mod status;

pub(crate) use self::status::Statuses;

use lexopt::prelude::*;
use route_canon::{Budget, Canonicalizer, Placeholders, Spelling};
use std::{ffi::OsString, path::PathBuf, str::FromStr};

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Report(Box<Options>),
    Version,
}

/// How to report.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// None reads the standard input.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) placeholders: Placeholders,
    pub(crate) spelling: Spelling,
    pub(crate) no_mark: bool,
    pub(crate) depth: Option<usize>,
    pub(crate) rules: Option<PathBuf>,
    pub(crate) openapi: Option<PathBuf>,
    pub(crate) templates: Option<PathBuf>,
    pub(crate) explain: bool,
    pub(crate) format: Format,
    pub(crate) limit: Option<usize>,
    pub(crate) status: Option<Statuses>,
    pub(crate) top: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    #[default]
    Table,
}

// === impl Command ===

impl Command {
    /// Reads arguments, without the name of the program.
    ///
    /// # Errors
    /// What is not accepted, and what is, in one line.
    pub(crate) fn of_arguments(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, String> {
        read(lexopt::Parser::from_args(arguments)).map_err(|error| error.to_string())
    }
}

fn read(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut options = Options::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("placeholders") => {
                let accepted = [("class", Placeholders::Class), ("id", Placeholders::Id)];
                options.placeholders = one_of("--placeholders", parser.value()?, accepted)?;
            }
            Long("spelling") => {
                let accepted = [("braces", Spelling::Braces), ("colon", Spelling::Colon)];
                options.spelling = one_of("--spelling", parser.value()?, accepted)?;
            }
            Long("no-mark") => options.no_mark = true,
            Long("depth") => {
                let depth = number("--depth", parser.value()?, Canonicalizer::MAX_DEPTH)?;
                options.depth = Some(depth);
            }
            Long("rules") => options.rules = Some(parser.value()?.into()),
            Long("openapi") => options.openapi = Some(parser.value()?.into()),
            Long("templates") => options.templates = Some(parser.value()?.into()),
            Long("explain") => options.explain = true,
            Long("format") => {
                let accepted = [("table", Format::Table), ("json", Format::Json)];
                options.format = one_of("--format", parser.value()?, accepted)?;
            }
            Long("limit") => {
                options.limit = Some(number("--limit", parser.value()?, Budget::MAX_LIMIT)?);
            }
            Long("status") => {
                let text = parser.value()?.string()?;
                let statuses = Statuses::from_str(&text);
                options.status = Some(statuses.map_err(|why| format!("--status: {why}"))?);
            }
            Long("top") => options.top = Some(number("--top", parser.value()?, usize::MAX)?),
            Value(file) => options.files.push(file.into()),
            other => return Err(other.unexpected()),
        }
    }
    if options.openapi.is_some() && options.templates.is_some() {
        return Err("--openapi and --templates: accepted is one of them".into());
    }
    Ok(Command::Report(options.into()))
}

fn one_of<T: Copy, const N: usize>(
    option: &str,
    found: OsString,
    accepted: [(&str, T); N],
) -> Result<T, lexopt::Error> {
    let found = found.string()?;
    let known = accepted.iter().find(|(name, _)| *name == found);
    known.map(|&(_, value)| value).ok_or_else(|| {
        let names = accepted.map(|(name, _)| format!("`{name}`"));
        format!(
            "{option}: {found:?} is not accepted: write {}",
            names.join(" or ")
        )
        .into()
    })
}

fn number(option: &str, found: OsString, most: usize) -> Result<usize, lexopt::Error> {
    let found = found.string()?;
    let number = found
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| {
        let range = match most {
            usize::MAX => "a number from 1 on".to_owned(),
            most => format!("a number from 1 to {most}"),
        };
        format!("{option}: {found:?} is not accepted: write {range}").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        Command::of_arguments(line.split_whitespace().map(OsString::from))
    }

    fn options(line: &str) -> Options {
        match read(line) {
            Ok(Command::Report(options)) => *options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn options_and_files_are_read_in_any_order() {
        let read = options(
            "a.log --placeholders id --spelling=colon --no-mark --depth 4 --rules r --openapi o --explain \
             --format json --limit 9 --status 404 --top 3 b.log",
        );
        assert_eq!(read.files, [PathBuf::from("a.log"), PathBuf::from("b.log")]);
        assert_eq!(read.placeholders, Placeholders::Id);
        assert_eq!(read.spelling, Spelling::Colon);
        assert!(read.no_mark && read.explain);
        assert_eq!(
            (read.depth, read.limit, read.top),
            (Some(4), Some(9), Some(3))
        );
        assert_eq!(read.format, Format::Json);
        assert!(read.status.is_some_and(|statuses| statuses.has(Some(404))));
        assert_eq!(read.rules, Some("r".into()));
        assert_eq!(read.openapi, Some("o".into()));
        let read = options("--templates t");
        assert_eq!((read.templates, read.files), (Some("t".into()), Vec::new()));
        assert!(matches!(
            super::Command::of_arguments(["-h".into()]),
            Ok(Command::Help)
        ));
        assert!(matches!(
            super::Command::of_arguments(["-V".into()]),
            Ok(Command::Version)
        ));
    }

    #[test]
    fn what_is_not_accepted_is_named_with_what_is() {
        for (line, message) in [
            (
                "--placeholders x",
                "--placeholders: \"x\" is not accepted: write `class` or `id`",
            ),
            (
                "--spelling x",
                "--spelling: \"x\" is not accepted: write `braces` or `colon`",
            ),
            (
                "--format csv",
                "--format: \"csv\" is not accepted: write `table` or `json`",
            ),
            (
                "--depth 33",
                "--depth: \"33\" is not accepted: write a number from 1 to 32",
            ),
            (
                "--limit 0",
                "--limit: \"0\" is not accepted: write a number from 1 to 60000",
            ),
            (
                "--top -1",
                "--top: \"-1\" is not accepted: write a number from 1 on",
            ),
            (
                "--status 2xx,teapot",
                "--status: \"teapot\" is not accepted: write a status or a class, such as `404` or `2xx`",
            ),
            (
                "--openapi a --templates b",
                "--openapi and --templates: accepted is one of them",
            ),
            ("--depth", "missing argument for option '--depth'"),
            ("--colour", "invalid option '--colour'"),
        ] {
            assert_eq!(read(line).unwrap_err(), message);
        }
    }
}
