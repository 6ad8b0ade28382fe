//! How far the load has come, on standard error: one line redrawn on a terminal, else a line a second.

use std::{
    io::{IsTerminal, Write, stderr},
    time::Duration,
};

use tokio::time::{Instant, interval_at};

use crate::ledger::Ledger;

const BAR: usize = 24;
/// Begins the line anew.
const CLEAR: &str = "\r\x1b[2K";

/// Shows the progress of `load` until it is over.
pub(crate) async fn show<T>(
    started: Instant,
    length: Duration,
    ledger: &Ledger,
    load: impl Future<Output = T>,
) -> T {
    let terminal = is_on_terminal();
    let period = Duration::from_millis(if terminal { 100 } else { 1000 });
    let mut ticks = interval_at(started + period, period);
    tokio::pin!(load);
    let output = loop {
        tokio::select! {
            output = &mut load => break output,
            _ = ticks.tick() => draw(terminal, &line(started, length, ledger)),
        }
    };
    draw(terminal, &line(started, length, ledger));
    if terminal {
        let _ = writeln!(stderr());
    }
    output
}

pub(crate) fn is_on_terminal() -> bool {
    stderr().is_terminal()
}

/// Where lines of the log go: on a terminal in place of the progress, which is drawn again below.
pub(crate) fn lines() -> impl Write {
    let mut lines = stderr();
    if is_on_terminal() {
        let _ = write!(lines, "{CLEAR}");
    }
    lines
}

/// A closed standard error is no reason to stop.
fn draw(terminal: bool, line: &str) {
    let _ = if terminal {
        write!(stderr(), "{CLEAR}{line}")
    } else {
        writeln!(stderr(), "{line}")
    };
}

fn line(started: Instant, length: Duration, ledger: &Ledger) -> String {
    let elapsed = started.elapsed().as_secs_f64();
    let share = (elapsed / length.as_secs_f64()).min(1.0);
    let full = (share * BAR as f64) as usize;
    let (sent, left) = (ledger.sent(), ledger.left_early());
    let rate = sent as f64 / elapsed.max(0.001);
    format!(
        "load [{}{}] {elapsed:4.1} s of {} s, {sent} requests, {rate:.0}/s, {left} left early",
        "#".repeat(full),
        "-".repeat(BAR - full),
        length.as_secs(),
    )
}
