//! The command line.

use std::{error::Error, process::ExitCode};

use bartizan_bench::{
    args::{self, Command, HELP},
    cases, check, routes, scale, streams, threads, vitals,
};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    match args::parse(std::env::args_os().skip(1))? {
        Command::Help => print!("{HELP}"),
        Command::Case { name } => {
            // Callgrind counts from outside.
            cases::find(&name)?.run(|| 0);
        }
        Command::Figures { build, then, only } => return check::run(build, then, &only),
        Command::Routes => routes::run()?,
        Command::Scale => scale::run()?,
        Command::Streams { only: None } => streams::run()?,
        Command::Streams { only: Some(around) } => streams::run_one(around)?,
        Command::Threads => threads::run(),
        Command::Vitals => vitals::run()?,
    }
    Ok(ExitCode::SUCCESS)
}
