//! A headless Chromium, with a profile of its own.

use std::{
    env,
    fs::{self, File},
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
};

use bartizan_tests::wait::eventually;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// What the program may be called.
const NAMES: [&str; 2] = ["chromium", "chromium-browser"];

const FLAGS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--no-proxy-server",
    "--mute-audio",
];

/// A browser that shows one page.
#[derive(Debug)]
pub(crate) struct Chromium {
    child: Child,
    profile: PathBuf,
}

// === impl Chromium ===

impl Chromium {
    /// Opens a page.
    pub(crate) fn open(url: &str) -> Self {
        let program = program();
        Self::start(Command::new(program), Stdio::null, &[url])
    }

    /// Starts with nothing open, to be driven through the two pipes.
    pub(crate) fn driven() -> (Self, ChildStdin, ChildStdout) {
        // It takes commands from descriptor 3, and answers on 4.
        const PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null"#;
        let mut shell = Command::new("sh");
        shell.args(["-c", PIPES, program()]);
        let mut browser = Self::start(shell, Stdio::piped, &["--remote-debugging-pipe"]);
        let commands = browser.child.stdin.take().expect("a pipe");
        let answers = browser.child.stdout.take().expect("a pipe");
        (browser, commands, answers)
    }

    fn start(mut command: Command, pipe: fn() -> Stdio, more: &[&str]) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("bartizan-browser-{}-{number}", std::process::id());
        let profile = env::temp_dir().join(name);
        fs::create_dir_all(&profile).expect("a directory for the profile");
        let log = File::create(profile.join("log")).expect("a log");
        let child = command
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(more)
            .env("TMPDIR", &profile)
            .stdin(pipe())
            .stdout(pipe())
            .stderr(log)
            .kill_on_drop(true)
            .spawn();
        Self {
            child: child.expect("a browser that starts"),
            profile,
        }
    }

    /// What it had to say.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.profile.join("log")).unwrap_or_else(|error| error.to_string())
    }

    /// Ends it, and removes what it left.
    pub(crate) async fn close(mut self) {
        self.child.kill().await.expect("a browser that is there");
        // Its other processes end after it, and write until then.
        let gone = || {
            let _ = fs::remove_dir_all(&self.profile);
            (!self.profile.exists()).then_some(())
        };
        eventually(gone, || format!("{} without files", self.profile.display())).await;
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // After a test that failed: what the other processes still write is left.
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// What the program is called here.
fn program() -> &'static str {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&path);
    let found = folders.find_map(|folder| NAMES.into_iter().find(|it| folder.join(it).is_file()));
    found.expect("chromium, or chromium-browser, in the PATH")
}
