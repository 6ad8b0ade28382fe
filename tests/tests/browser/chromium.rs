//! A headless Chromium, with a profile of its own.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    process::Stdio,
};

use bartizan_tests::wait::eventually;
use tokio::process::{Child, Command};

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
        let profile = std::env::temp_dir().join(format!("bartizan-browser-{}", std::process::id()));
        fs::create_dir_all(&profile).expect("a directory for the profile");
        let start = |name: &&str| {
            let log = File::create(profile.join("log")).expect("a log");
            let child = Command::new(name)
                .args(FLAGS)
                .arg(format!("--user-data-dir={}", profile.display()))
                .arg(url)
                .env("TMPDIR", &profile)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .kill_on_drop(true)
                .spawn();
            match child {
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                child => Some(child.expect("a browser that starts")),
            }
        };
        let child = NAMES.iter().find_map(start);
        Self {
            child: child.expect("chromium, or chromium-browser, in the PATH"),
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
