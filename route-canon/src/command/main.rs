//! The command `route-canon`: which routes the paths of a log become, and how often.

mod configuration;
mod distinct;
mod labels;
mod lines;
mod options;
mod printable;
mod report;
mod request;
mod tally;

use self::{
    options::{Command, Options},
    tally::Tally,
};
use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    process::ExitCode,
};

const HELP: &str = include_str!("help.txt");

/// Why the command gives up.
enum Failure {
    /// The input or the output fails: exit code 1.
    Io(String),
    /// Whoever reads the output has seen enough.
    Quiet,
    /// The arguments, or a file that they name, are not accepted: exit code 2.
    Usage(String),
}

fn main() -> ExitCode {
    let (code, message) = match run() {
        Ok(()) | Err(Failure::Quiet) => return ExitCode::SUCCESS,
        Err(Failure::Io(message)) => (1, message),
        Err(Failure::Usage(message)) => (2, message),
    };
    say(&message);
    ExitCode::from(code)
}

fn run() -> Result<(), Failure> {
    let command = Command::of_arguments(env::args_os().skip(1)).map_err(|why| {
        Failure::Usage(format!("{why}\nroute-canon --help lists what is accepted"))
    })?;
    match command {
        Command::Help => print(|out| out.write_all(HELP.as_bytes())),
        Command::Report(options) => report(*options),
        Command::Version => print(|out| writeln!(out, "route-canon {}", env!("CARGO_PKG_VERSION"))),
    }
}

fn report(options: Options) -> Result<(), Failure> {
    let labels = configuration::labels(&options).map_err(Failure::Usage)?;
    let Options {
        files,
        explain,
        format,
        limit,
        status,
        top,
        ..
    } = options;
    let mut tally = Tally::new(labels, status, limit, explain);
    if files.is_empty() {
        read(io::stdin().lock(), &mut tally)
            .map_err(|error| Failure::Io(format!("the standard input: {error}")))?;
    }
    for file in files {
        File::open(&file)
            .and_then(|open| read(BufReader::new(open), &mut tally))
            .map_err(|error| Failure::Io(format!("{}: {error}", file.display())))?;
    }
    let counts = tally.finish();
    print(|out| report::write(&counts, format, top, out))?;
    let tally::Unreadable { count, first } = counts.unreadable;
    match count {
        0 => {}
        1 => say(&format!("line {first} has no path")),
        _ => say(&format!(
            "{count} lines have no path, the first is line {first}"
        )),
    }
    Ok(())
}

fn read(mut input: impl BufRead, tally: &mut Tally) -> io::Result<()> {
    let mut line = Vec::new();
    while lines::next(&mut input, &mut line)? {
        tally.add(&line);
    }
    Ok(())
}

fn print(
    write: impl FnOnce(&mut BufWriter<io::StdoutLock<'static>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::Quiet,
        _ => Failure::Io(format!("the standard output: {error}")),
    })
}

/// A failure to say something has nobody to be told.
fn say(message: &str) {
    let lines = message
        .lines()
        .map(|line| printable::printable(line, 2_000));
    let shown = lines.collect::<Vec<_>>().join("\n");
    let _ = writeln!(io::stderr().lock(), "route-canon: {shown}");
}
