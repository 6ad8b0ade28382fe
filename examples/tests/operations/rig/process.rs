//! A program that is ended with its test.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// A running program. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

/// A directory of its own, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

/// A port that nobody listens on now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback is there");
    listener.local_addr().expect("it is bound").port()
}

// === impl Process ===

impl Process {
    /// Starts a program whose output goes to a file in `scratch`.
    pub(crate) fn start(name: &str, command: &mut Command, scratch: &Scratch) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let log = scratch.path().join(format!("{name}-{number}.log"));
        let output = File::create(&log).expect("a directory of its own can be written");
        let errors = output.try_clone().expect("it is open");
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self {
            child,
            name: name.to_owned(),
            log,
        }
    }

    /// What it has said.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its exit code once it has ended; fails if it has ended by a signal.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let status = self.child.try_wait().expect("it was not waited for");
        status.map(|status| {
            let code = status.code();
            code.unwrap_or_else(|| panic!("{}: {status}\n{}", self.name, self.output()))
        })
    }

    /// Sends a signal, by its name.
    pub(crate) fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &process])
            .status()
            .expect("every Unix has kill");
        assert!(sent.success(), "{} could not be sent {signal}", self.name);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let output = self.output();
            let from = output.len().saturating_sub(4_000);
            let tail = output.get(from..).unwrap_or(&output);
            eprintln!("--- {} said at last:\n{tail}", self.name);
        }
    }
}

// === impl Scratch ===

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("operations-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("cargo's own directory can be written");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file, and tells where.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a directory of its own can be written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
