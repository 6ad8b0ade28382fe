//! A case in a process of its own, and what was counted in it.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{cases::Case, drive::COUNTED};

/// What a request of a case took, on average.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    pub instructions: f64,
    pub allocations: f64,
}

/// A profile, removed once it is read.
#[derive(Debug)]
struct Profile(PathBuf);

/// Counts a case: its instructions under callgrind, its allocations in a run without.
pub fn count(case: &Case) -> Result<Count, Box<dyn Error>> {
    let program = env::current_exe()?;
    let requests = case.requests as f64;
    Ok(Count {
        instructions: instructions(case, &program)? as f64 / requests,
        allocations: allocations(case, &program)? as f64 / requests,
    })
}

fn instructions(case: &Case, program: &Path) -> Result<u64, Box<dyn Error>> {
    let name = format!("bartizan-bench-{}.callgrind", std::process::id());
    let profile = Profile(env::temp_dir().join(name));
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--callgrind-out-file={}", profile.0.display()))
        .arg(program)
        .args(["case", case.name]);
    run(case, &mut valgrind)?;
    match read(&fs::read_to_string(&profile.0)?) {
        Some(0) => Err("callgrind counted nothing: no function of the program has the name".into()),
        Some(count) => Ok(count),
        None => Err("callgrind's profile has no totals".into()),
    }
}

fn allocations(case: &Case, program: &Path) -> Result<u64, Box<dyn Error>> {
    let mut program = Command::new(program.with_file_name("allocations"));
    let count = run(case, program.arg(case.name))?;
    Ok(count.trim().parse()?)
}

/// What a program prints.
fn run(case: &Case, program: &mut Command) -> Result<String, Box<dyn Error>> {
    let name = program.get_program().display().to_string();
    let output = program
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name} did not start; is it there? {error}"))?;
    if !output.status.success() {
        let log = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the case {:?} failed: {}\n{log}", case.name, output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The instructions in a profile.
fn read(profile: &str) -> Option<u64> {
    profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?
        .split(' ')
        .next()?
        .parse()
        .ok()
}

// === impl Profile ===

impl Drop for Profile {
    fn drop(&mut self) {
        // It is in the directory for temporary files; what cannot be removed is harmless there.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_of_a_profile_are_its_instructions() {
        assert_eq!(read("fn=(1) main\n0 74\ntotals: 74\n"), Some(74));
    }

    #[test]
    fn a_profile_without_totals_is_refused() {
        assert_eq!(read("fn=(1) main\n"), None);
    }
}
