//! Where figures were taken.

use std::{fmt, fs, process::Command, thread};

use serde::Deserialize;

/// A machine, and what it ran.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub kernel: String,
    pub rustc: String,
    pub valgrind: String,
    pub date: String,
}

// === impl Machine ===

impl Machine {
    /// This one, today.
    pub fn this() -> Self {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
        Self {
            cpu: cpu().unwrap_or_else(unknown),
            cores: thread::available_parallelism().map_or(1, Into::into),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .map_or_else(|_| unknown(), |text| text.trim().to_owned()),
            rustc: said(&rustc, "--version")
                .trim_start_matches("rustc ")
                .to_owned(),
            valgrind: said("valgrind", "--version")
                .trim_start_matches("valgrind-")
                .to_owned(),
            date: said("date", "+%F"),
        }
    }
}

// === impl Display ===

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cpu,
            cores,
            kernel,
            rustc,
            valgrind: _,
            date,
        } = self;
        write!(
            f,
            "{cpu}, {cores} cores, kernel {kernel}, rustc {rustc}, {date}"
        )
    }
}

fn cpu() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// What a program says to one argument.
fn said(program: &str, argument: &str) -> String {
    match Command::new(program).arg(argument).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(_) => unknown(),
    }
}

fn unknown() -> String {
    "unknown".into()
}
