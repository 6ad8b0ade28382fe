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
    tally::{Tally, Unreadable},
};
use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
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
    let asks_status = status.is_some();
    let mut tally = Tally::new(labels, status, limit, explain);
    // A file that is not there is said before hours are spent on the others.
    let inputs = if files.is_empty() {
        vec![Input::of("-".as_ref())?]
    } else {
        let opened = files.iter().map(|file| Input::of(file));
        opened.collect::<Result<_, _>>()?
    };
    for Input { name, source } in inputs {
        tally.begin(&name);
        read(source, &mut tally).map_err(|why| Failure::Io(format!("{name}: {why}")))?;
    }
    let counts = tally.finish();
    print(|out| report::write(&counts, format, top, out))?;
    if asks_status && counts.unknown_status > 0 {
        let paths = match counts.unknown_status {
            1 => "1 path has".to_owned(),
            count => format!("{count} paths have"),
        };
        say(&format!(
            "{paths} no status that is understood: --status leaves out what has none"
        ));
    }
    let Unreadable {
        count,
        first,
        file,
        text,
    } = &counts.unreadable;
    match count {
        0 => return Ok(()),
        1 => say(&format!("{file}:{first} has no path: {text}")),
        _ => say(&format!(
            "{count} lines have no path, the first is {file}:{first}: {text}"
        )),
    }
    match counts.paths + counts.other_status + counts.unknown_status {
        0 => Err(Failure::Io("no line has a path".to_owned())),
        _ => Ok(()),
    }
}

/// What is read, and how it is called.
struct Input {
    name: String,
    source: Box<dyn BufRead>,
}

// === impl Input ===

impl Input {
    /// Opens a file, or the standard input for `-`.
    fn of(file: &Path) -> Result<Self, Failure> {
        let name = file.display().to_string();
        let source: Box<dyn BufRead> = if name == "-" {
            Box::new(io::stdin().lock())
        } else {
            let open = File::open(file);
            Box::new(BufReader::new(
                open.map_err(|error| Failure::Usage(format!("{name}: {error}")))?,
            ))
        };
        Ok(Self { name, source })
    }
}

fn read(mut input: impl BufRead, tally: &mut Tally) -> Result<(), String> {
    let begin = input.fill_buf().map_err(|error| error.to_string())?;
    match begin {
        [0x1f, 0x8b, ..] => {
            return Err("it is compressed: unpack it, as with `gzip -dc`".to_owned());
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            return Err(
                "it is in UTF-16: make UTF-8 of it, as with `iconv -f UTF-16 -t UTF-8`".to_owned(),
            );
        }
        [0xef, 0xbb, 0xbf, ..] => input.consume(3),
        _ => {}
    }
    let mut line = Vec::new();
    while lines::next(&mut input, &mut line).map_err(|error| error.to_string())? {
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
