//! The committed figures and their bounds, a file for each way to build.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{callgrind::Count, figures::Figure, machine::Machine};

/// How the programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// The release profile as cargo has it: the dearest, and what users have who ask for nothing.
    Release,
    /// With link-time optimisation.
    Lto,
}

/// A file of results.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    pub machine: Option<Machine>,
    #[serde(default)]
    pub figure: BTreeMap<String, Committed>,
}

/// A figure as it is committed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committed {
    pub instructions: f64,
    pub allocations: f64,
    /// The most that it may ever be.
    pub most_instructions: Option<f64>,
    /// What it is to be, and is not yet: told at each run, until it is reached and made a bound.
    pub target_instructions: Option<f64>,
    pub most_allocations: Option<f64>,
}

const HEAD: &str = "\
# Counted by callgrind: what the thing adds to one request, or to one frame, over a layer that only
# wraps. The blocks that the recorder allocates for its histograms, one for 64 samples, are not in the
# allocations. Bounds (`most_`) and targets that are not reached yet are written by hand and stay.
";

// === impl Build ===

impl Build {
    /// Its results.
    pub fn file(self) -> &'static str {
        match self {
            Self::Release => "results/instructions.toml",
            Self::Lto => "results/instructions-lto.toml",
        }
    }

    fn path(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(self.file())
    }

    /// How to ask for it.
    fn flag(self) -> &'static str {
        match self {
            Self::Release => "",
            Self::Lto => " --lto",
        }
    }
}

// === impl Results ===

impl Results {
    /// Reads the file; nothing if there is none.
    pub fn read(build: Build) -> Result<Self, Box<dyn Error>> {
        let path = build.path();
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(path)?;
        Ok(toml::from_str(&text).map_err(|error| format!("{}: {error}", build.file()))?)
    }

    /// Writes the figures, with the bounds that the file has.
    pub fn save(&self, build: Build, counts: &[(&Figure, Count)]) -> Result<(), Box<dyn Error>> {
        let Machine {
            cpu,
            cores,
            kernel,
            rustc,
            valgrind,
            date,
        } = Machine::this();
        let flag = build.flag();
        let mut text = format!(
            "# Written by `cargo xtask bench{flag} --save`, compared by `cargo xtask bench{flag} --check`.\n{HEAD}"
        );
        write!(
            text,
            "\n[machine]\ncpu = {cpu:?}\ncores = {cores}\nkernel = {kernel:?}\nrustc = {rustc:?}\n\
             valgrind = {valgrind:?}\ndate = {date:?}\n"
        )?;
        for (Figure { name, what, .. }, count) in counts {
            let Count {
                instructions,
                allocations,
            } = count;
            write!(
                text,
                "\n# {what}\n[figure.{name}]\ninstructions = {instructions:.1}\n\
                 allocations = {allocations:.2}\n"
            )?;
            let bounds = self.figure.get(*name);
            if let Some(most) = bounds.and_then(|bounds| bounds.most_instructions) {
                writeln!(text, "most_instructions = {most:.1}")?;
            }
            if let Some(target) = bounds.and_then(|bounds| bounds.target_instructions) {
                writeln!(text, "target_instructions = {target:.1}")?;
            }
            if let Some(most) = bounds.and_then(|bounds| bounds.most_allocations) {
                writeln!(text, "most_allocations = {most:.2}")?;
            }
        }
        fs::write(build.path(), text)?;
        Ok(())
    }
}
