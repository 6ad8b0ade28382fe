//! Why a configuration is refused.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::read::shown_path;

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: the configuration cannot be read: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What it says is refused: all that could be found at once, a line each.
    #[error("{}", Lines(.0))]
    Refused(Vec<ConfigFault>),
}

/// What is wrong in one place of a configuration: `bartizan.yaml:12:11: tracing.batch.size: ...`.
///
/// It tells what was given and what is accepted. Values of headers are never told.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigFault {
    file: Option<PathBuf>,
    place: Option<Place>,
    path: String,
    problem: String,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Faults, as they are found.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<ConfigFault>);

struct Lines<'a>(&'a [ConfigFault]);

// === impl ConfigError ===

impl ConfigError {
    /// A fault of one field.
    pub(crate) fn of(path: impl AsRef<str>, problem: impl fmt::Display) -> Self {
        Self::Refused(vec![ConfigFault::new(path, problem)])
    }

    /// What is wrong, place by place; nothing where the file could not be read.
    #[must_use]
    pub fn faults(&self) -> &[ConfigFault] {
        match self {
            Self::Read { .. } => &[],
            Self::Refused(faults) => faults,
        }
    }
}

// === impl ConfigFault ===

impl ConfigFault {
    pub(crate) fn new(path: impl AsRef<str>, problem: impl fmt::Display) -> Self {
        Self {
            file: None,
            place: None,
            path: shown_path(path.as_ref()),
            problem: problem.to_string(),
        }
    }

    pub(crate) fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }

    pub(crate) fn of_file(self, file: Option<&Path>) -> Self {
        Self {
            file: file.map(Path::to_owned),
            ..self
        }
    }

    /// The file, if there is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The line, from 1 on, if the text has the field.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.place.map(|place| place.line)
    }

    /// The column, from 1 on, if the text has the field.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.place.map(|place| place.column)
    }

    /// The path of the field, as `tracing.batch.size`; empty where the text as a whole is meant.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What was given, and what is accepted.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            place,
            path,
            problem,
        } = self;
        match (file, place) {
            (Some(file), Some(Place { line, column })) => {
                write!(f, "{}:{line}:{column}: ", file.display())?;
            }
            (Some(file), None) => write!(f, "{}: ", file.display())?,
            (None, Some(Place { line, column })) => write!(f, "line {line}, column {column}: ")?,
            (None, None) => {}
        }
        if path.is_empty() {
            f.write_str(problem)
        } else {
            write!(f, "{path}: {problem}")
        }
    }
}

/// As it is displayed: a `main` that returns an error shows it so.
impl fmt::Debug for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

// === impl Faults ===

impl Faults {
    pub(crate) fn add(&mut self, path: impl AsRef<str>, problem: impl fmt::Display) {
        self.push(ConfigFault::new(path, problem));
    }

    pub(crate) fn push(&mut self, fault: ConfigFault) {
        self.0.push(fault);
    }

    /// Notes what a builder refused. Builders begin with the option: `span.baggage: ...`; here that is a field of
    /// `section`, under this name or the one that `renamed` has for it.
    pub(crate) fn keep<T>(
        &mut self,
        section: &str,
        renamed: &[(&str, &str)],
        built: Result<T, impl fmt::Display>,
    ) -> Option<T> {
        let text = match built {
            Ok(built) => return Some(built),
            Err(refused) => refused.to_string(),
        };
        let (option, words) = text.split_once(": ").unwrap_or(("", &text));
        let field = option.split_once('.').map_or("", |(_, field)| field);
        let new = renamed.iter().find(|(old, _)| *old == field);
        match new.map_or(field, |(_, new)| new) {
            "" => self.add(section, words),
            field => self.add(format!("{section}.{field}"), words),
        }
        None
    }

    pub(crate) fn extend(&mut self, refused: ConfigError) {
        if let ConfigError::Refused(faults) = refused {
            self.0.extend(faults);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<ConfigFault> {
        self.0
    }

    /// # Errors
    ///
    /// All of them, if there is one.
    pub(crate) fn end(self) -> Result<(), ConfigError> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(ConfigError::Refused(self.0))
    }
}

// === impl Lines ===

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}
