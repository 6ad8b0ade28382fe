//! Rules for files: how long they may be, and words that may not stay in them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::Result;

/// The most lines of a file of Rust.
const MOST_LINES: usize = 400;

/// What says that something is not done. They are put together here, so that this file has none.
const UNDONE: [&str; 3] = [
    concat!("FIX", "ME"),
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
];

/// Directories that are not the project's text.
const OTHERS: [&str; 4] = [".git", "target", "corpus", "artifacts"];

/// What is wrong with the project's files.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for path in under(root)? {
        // What is not text has no lines and no words.
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let shown = path.strip_prefix(root).unwrap_or(&path).display();
        faults.extend(
            of_text(&text, path.extension().is_some_and(|end| end == "rs"))
                .map(|fault| format!("{shown}{fault}")),
        );
    }
    Ok(faults)
}

/// Every file of Rust below a directory.
pub(crate) fn rust_under(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = under(directory)?;
    files.retain(|path| path.extension().is_some_and(|end| end == "rs"));
    Ok(files)
}

fn of_text(text: &str, rust: bool) -> impl Iterator<Item = String> {
    let lines = text.lines().count();
    let long =
        (rust && lines > MOST_LINES).then(|| format!(": {lines} lines; {MOST_LINES} are the most"));
    let undone = text.lines().enumerate().flat_map(|(number, line)| {
        let found = UNDONE.iter().filter(|word| line.contains(**word));
        found.map(move |word| format!(":{}: `{word}`", number + 1))
    });
    long.into_iter().chain(undone)
}

/// Every file below a directory, in order.
fn under(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            let (kind, name) = (entry.file_type()?, entry.file_name());
            if kind.is_file() {
                files.push(entry.path());
            } else if kind.is_dir() && !OTHERS.iter().any(|other| name == *other) {
                directories.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(text: &str, rust: bool) -> Vec<String> {
        of_text(text, rust).collect()
    }

    #[test]
    fn only_a_file_of_rust_can_be_too_long() {
        let text = "\n".repeat(MOST_LINES + 1);
        assert_eq!(faults_of(&text, true), [": 401 lines; 400 are the most"]);
        assert!(faults_of(&text, false).is_empty());
        assert!(faults_of(&text[1..], true).is_empty());
    }

    #[test]
    fn what_is_undone_is_found_by_its_line() {
        for word in UNDONE {
            assert_eq!(
                faults_of(&format!("fine\n// {word}"), false),
                [format!(":2: `{word}`")]
            );
        }
    }
}
