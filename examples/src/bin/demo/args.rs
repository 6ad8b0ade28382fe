//! The command line.

use std::{ffi::OsString, net::SocketAddr, path::PathBuf, time::Duration};

use lexopt::prelude::*;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
A small service with every kind of route and of stream, observed, with its metrics at /metrics.

Usage: demo [OPTIONS]

Options:
  --listen ADDR:PORT   where to listen; port 0 takes a free one [default: 127.0.0.1:3000]
  --load SECONDS       play real traffic against the service over the loopback, 1 to 3600 seconds,
                       then print what the metrics say beside what the clients sent
  --config FILE        observe as this YAML says, and not as the demo's own; it may have metrics on a
                       port of their own, and spans and lines go where it says
  --traffic            play steady traffic in which all is well, until something goes wrong: PUT
                       /faults/{fault} turns a fault on, DELETE off, GET /faults lists them
  --exit               stop after the load, while streams are still open; the exit code is 1 if the
                       counts differ
  --help, -h           print this help
";

/// The longest load, in seconds.
const MAX_LOAD: u64 = 3600;

/// What the program was asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Run(Options),
}

/// How the service runs.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) listen: SocketAddr,
    pub(crate) load: Option<Duration>,
    pub(crate) exit: bool,
    pub(crate) config: Option<PathBuf>,
    pub(crate) traffic: bool,
}

/// Reads the command line, without the program's name.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut options = Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
        load: None,
        exit: false,
        config: None,
        traffic: false,
    };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("listen") => options.listen = parser.value()?.parse_with(address)?,
            Long("load") => options.load = Some(parser.value()?.parse_with(seconds)?),
            Long("config") => options.config = Some(parser.value()?.into()),
            Long("traffic") => options.traffic = true,
            Long("exit") => options.exit = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            _ => return Err(arg.unexpected()),
        }
    }
    if options.exit && options.load.is_none() {
        return Err("--exit stops after the load and needs --load SECONDS".into());
    }
    if options.load.is_some() && (options.traffic || options.config.is_some()) {
        return Err(
            "--load compares what it sends by itself, with the demo's own configuration".into(),
        );
    }
    Ok(Command::Run(options))
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "expected an IP address and a port, such as 127.0.0.1:3000 or [::1]:0")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    match text.parse() {
        Ok(seconds @ 1..=MAX_LOAD) => Ok(Duration::from_secs(seconds)),
        _ => Err("expected whole seconds from 1 to 3600"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Options, String> {
        match parse(args.iter().map(OsString::from)) {
            Ok(Command::Run(options)) => Ok(options),
            Ok(Command::Help) => Err("help".into()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn defaults() {
        let options = parsed(&[]).unwrap();
        assert_eq!(options.listen.to_string(), "127.0.0.1:3000");
        assert_eq!((options.load, options.exit), (None, false));
    }

    #[test]
    fn all_options_in_both_spellings() {
        let options = parsed(&["--listen=[::1]:0", "--load", "7", "--exit"]).unwrap();
        assert_eq!(options.listen.to_string(), "[::1]:0");
        assert_eq!(
            (options.load, options.exit),
            (Some(Duration::from_secs(7)), true)
        );
    }

    #[test]
    fn traffic_may_have_a_configuration() {
        let options = parsed(&["--traffic", "--config", "a.yaml"]).unwrap();
        assert_eq!(options.config.as_deref(), Some("a.yaml".as_ref()));
        assert!(options.traffic);
    }

    #[test]
    fn refusals_say_what_was_expected() {
        for (args, expected) in [
            (&["--listen", "localhost"][..], "an IP address and a port"),
            (&["--load", "0"], "whole seconds"),
            (&["--load", "soon"], "whole seconds"),
            (&["--load"], "missing argument"),
            (&["--exit"], "needs --load"),
            (&["--load", "1", "--traffic"], "by itself"),
            (&["--load", "1", "--config", "a.yaml"], "the demo's own"),
            (&["--loud"], "--loud"),
            (&["extra"], "extra"),
        ] {
            let error = parsed(args).unwrap_err();
            assert!(error.contains(expected), "{args:?}: {error}");
        }
    }
}
