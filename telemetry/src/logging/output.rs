//! Where lines go.

use std::{
    fs::{File, OpenOptions, create_dir_all},
    io::{self, Write, stderr, stdout},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::Instant;

/// Where lines go, and how a file is found again.
#[derive(Debug)]
pub(crate) enum Output {
    Stdout,
    Stderr,
    File(LogFile),
}

/// A file that is appended to. Who rotates it moves or removes it: it is opened anew then.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
    open: Option<Open>,
    /// When it is looked at again, whether it is there.
    look: Instant,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// The last line is not whole.
    is_torn: bool,
}

/// Not all could be written.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) written: usize,
    pub(super) error: io::Error,
}

/// How often a file is looked at.
const LOOK: Duration = Duration::from_secs(1);

// === impl Output ===

impl Output {
    pub(crate) fn file(path: &Path) -> Self {
        Self::File(LogFile {
            path: path.to_owned(),
            open: None,
            look: Instant::now(),
        })
    }

    /// Opens a file before the first line needs it.
    pub(super) fn open(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout | Self::Stderr => Ok(()),
            Self::File(file) => file.open().map(|_| ()),
        }
    }

    /// Writes whole lines. A file that cannot be opened is told, and standard error has its lines.
    pub(super) fn write(&mut self, lines: &[u8]) -> Result<(), Failed> {
        match self {
            Self::Stdout => write_all(&mut stdout().lock(), lines),
            Self::Stderr => write_all(&mut stderr().lock(), lines),
            Self::File(file) => file.write(lines),
        }
    }
}

// === impl LogFile ===

impl LogFile {
    fn write(&mut self, lines: &[u8]) -> Result<(), Failed> {
        let open = match self.open() {
            Ok(open) => open,
            Err(error) => {
                let written = match write_all(&mut stderr().lock(), lines) {
                    Ok(()) => lines.len(),
                    Err(failed) => failed.written,
                };
                return Err(Failed { written, error });
            }
        };
        if open.is_torn {
            let ended = write_all(&mut open.file, b"\n");
            ended.map_err(|Failed { error, .. }| Failed { written: 0, error })?;
            open.is_torn = false;
        }
        let result = write_all(&mut open.file, lines);
        if let Err(Failed { written, .. }) = &result {
            let last = lines[..*written].last();
            open.is_torn = last.is_some_and(|&byte| byte != b'\n');
        }
        result
    }

    /// Leaves a line that is not whole.
    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn tear(&mut self, start: &[u8]) -> io::Result<()> {
        let open = self.open()?;
        open.is_torn = true;
        open.file.write_all(start)
    }

    /// The file, opened if that is to do.
    fn open(&mut self) -> io::Result<&mut Open> {
        let now = Instant::now();
        if now >= self.look {
            self.look = now + LOOK;
            self.open.take_if(|open| !is_at(&open.file, &self.path));
            if self.open.is_none() {
                self.open = Some(Open {
                    file: append(&self.path)?,
                    is_torn: false,
                });
            }
        }
        let unopened = || io::Error::other("the file could not be opened");
        self.open.as_mut().ok_or_else(unopened)
    }
}

/// Opens the file at `path` to append to it, and makes the directories that it is in.
fn append(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        create_dir_all(directory).map_err(|error| of(path, &error))?;
    }
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map_err(|error| of(path, &error))
}

/// An error that tells the file.
fn of(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Whether `file` is the one that `path` leads to.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let (Ok(open), Ok(there)) = (file.metadata(), path.metadata()) else {
        return false;
    };
    (open.dev(), open.ino()) == (there.dev(), there.ino())
}

/// An open file cannot be moved.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn write_all(output: &mut impl Write, mut lines: &[u8]) -> Result<(), Failed> {
    let length = lines.len();
    let mut result = Ok(());
    while !lines.is_empty() && result.is_ok() {
        match output.write(lines) {
            Ok(0) => result = Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => lines = &lines[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => result = Err(error),
        }
    }
    let written = length - lines.len();
    result
        .and_then(|()| output.flush())
        .map_err(|error| Failed { written, error })
}
