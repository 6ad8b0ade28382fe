//! The command line.

use std::ffi::OsString;

use lexopt::prelude::*;

use crate::{results::Build, streams::Around};

/// What `--help` prints.
pub const HELP: &str = "\
What bartizan's layers cost, in instructions and allocations per request and per frame.

Usage: cargo xtask bench [OPTIONS] [FIGURE ...]
       cargo xtask bench routes | scale | streams | threads | vitals

Options:
  --lto        build with link-time optimisation, and compare with results/instructions-lto.toml
               instead of results/instructions.toml
  --check      fail where a figure is over its bound, or has risen over the committed one:
               instructions by more than 5 %, allocations at all
  --save       commit to these figures: write them to the file; its bounds stay
  --help, -h   print this help

Without FIGURE, all are counted. `routes` times guessed paths and tables, `scale` tells what a million hostile requests leave in memory,
`streams` what a million open streams take,
`threads` how two threads slow each other down on one route, `vitals` how many reports of browsers a core takes, and what
bad ones cost; all five are for information.
";

/// What the program was asked to do.
#[derive(Debug)]
pub enum Command {
    Help,
    /// One case, for callgrind to watch.
    Case {
        name: String,
    },
    Figures {
        build: Build,
        then: Then,
        only: Vec<String>,
    },
    Routes,
    Scale,
    Streams {
        /// Measured by itself, in a process that the others are not in.
        only: Option<Around>,
    },
    Threads,
    Vitals,
}

/// What becomes of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Show,
    Check,
    Save,
}

/// Reads the command line, without the program's name.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut build = Build::Release;
    let mut then = Then::Show;
    let mut words: Vec<String> = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("lto") => build = Build::Lto,
            Long("check") => then = Then::Check,
            Long("save") => then = Then::Save,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(word) => words.push(word.string()?),
            _ => return Err(arg.unexpected()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(match *words {
        ["case", name] => Command::Case {
            name: name.to_owned(),
        },
        ["routes"] => Command::Routes,
        ["scale"] => Command::Scale,
        ["streams"] => Command::Streams { only: None },
        ["streams", name] => {
            let known = Around::ALL.into_iter().find(|around| around.name() == name);
            let only = known.ok_or_else(|| format!("streams: there is no {name:?}"))?;
            Command::Streams { only: Some(only) }
        }
        ["threads"] => Command::Threads,
        ["vitals"] => Command::Vitals,
        _ if then == Then::Save && !words.is_empty() => {
            return Err("--save writes all figures: give none".into());
        }
        _ => Command::Figures {
            build,
            then,
            only: words.into_iter().map(str::to_owned).collect(),
        },
    })
}
