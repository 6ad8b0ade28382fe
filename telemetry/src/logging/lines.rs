//! A bounded queue of lines, and the thread behind it: who logs never waits for an output.

use std::{
    fmt, io,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel},
    },
    thread,
    time::Duration,
};

use tokio::time::Instant;
use tracing::dispatcher::{self, Dispatch};
use tracing_subscriber::fmt::MakeWriter;

use super::Output;
use crate::health::Health;

/// Takes lines, and drops those that find no place. Clones share.
#[derive(Clone)]
pub(crate) struct Lines(Arc<Inner>);

struct Inner {
    queue: SyncSender<Message>,
    health: Health,
}

enum Message {
    Line(Box<[u8]>),
    /// Dropped when all that came before is written.
    Flush(Sender<()>),
}

/// Writes one line, at once.
#[derive(Debug)]
pub(crate) struct LineWriter<'a>(&'a Lines);

/// Lines were not written in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not all lines were written in time")]
pub(crate) struct Unwritten;

/// The lines that are written at once.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
}

/// Makes a subscriber for the worker's own lines: these do not go into the queue, for a line about a line that failed
/// would fail, too. It is made when it is needed: one more that is there makes each event of the service dearer.
pub(crate) type Aside = fn() -> Dispatch;

/// Writes what is in the queue.
struct Worker {
    queue: Receiver<Message>,
    output: Output,
    health: Health,
    aside: Option<Aside>,
    fails: bool,
}

const NAME: &str = "bartizan-log";

/// How much is written at once, but for a line that is longer by itself.
const BATCH: usize = 64 * 1024;

/// How often it is asked whether a full queue has a place for the word to flush.
const FULL: Duration = Duration::from_millis(2);

// === impl Lines ===

impl Lines {
    /// Starts a thread that writes to `output`; at most `most` lines wait for it. `aside` is told when the output fails
    /// and when it works again; none where that has nowhere else to go.
    pub(crate) fn start(
        output: Output,
        most: usize,
        health: Health,
        aside: Option<Aside>,
    ) -> io::Result<Self> {
        let (sender, queue) = sync_channel(most);
        let worker = Worker {
            queue,
            output,
            health: health.clone(),
            aside,
            fails: false,
        };
        thread::Builder::new()
            .name(NAME.into())
            .spawn(move || worker.run())?;
        Ok(Self(Arc::new(Inner {
            queue: sender,
            health,
        })))
    }

    /// Waits until all lines that came before are written.
    ///
    /// # Errors
    ///
    /// They were not by the `deadline`: the output hangs.
    pub(crate) fn flush(&self, deadline: Instant) -> Result<(), Unwritten> {
        let left = || deadline.saturating_duration_since(Instant::now());
        let (flushed, done) = channel();
        let mut message = Message::Flush(flushed);
        while let Err(TrySendError::Full(again)) = self.0.queue.try_send(message) {
            if left().is_zero() {
                return Err(Unwritten);
            }
            message = again;
            thread::sleep(FULL);
        }
        // Nothing is ever sent: that it is dropped is the word.
        match done.recv_timeout(left()) {
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => Err(Unwritten),
            _ => Ok(()),
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = LineWriter<'a>;

    fn make_writer(&'a self) -> LineWriter<'a> {
        LineWriter(self)
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("health", &self.0.health)
            .finish_non_exhaustive()
    }
}

// === impl LineWriter ===

impl io::Write for LineWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let Inner { queue, health } = &*self.0.0;
        if queue.try_send(Message::Line(line.into())).is_err() {
            health.dropped(1);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// === impl Worker ===

impl Worker {
    fn run(mut self) {
        let opened = self.output.open();
        self.tell(opened.err().map(|error| (error, 0)));
        let mut batch = Batch::default();
        while let Ok(message) = self.queue.recv() {
            let mut flushed = Vec::new();
            let mut next = Some(message);
            while let Some(message) = next.take() {
                match message {
                    Message::Line(line) => batch.push(&line),
                    Message::Flush(done) => flushed.push(done),
                }
                if batch.bytes.len() >= BATCH {
                    break;
                }
                next = self.queue.try_recv().ok();
            }
            self.write(&batch);
            batch.clear();
        }
    }

    fn write(&mut self, batch: &Batch) {
        if batch.bytes.is_empty() {
            return;
        }
        let result = self.output.write(&batch.bytes);
        self.tell(result.err().map(|failed| {
            let lost = batch.lines_after(failed.written);
            (failed.error, lost)
        }));
    }

    /// Tells what became of some lines: an error, and how many were lost by it.
    fn tell(&mut self, failed: Option<(io::Error, u64)>) {
        let was_failing = std::mem::replace(&mut self.fails, failed.is_some());
        let is_news = was_failing != self.fails;
        if failed.is_none() && !is_news {
            return;
        }
        let mut aside = self.aside.filter(|_| is_news).map(|aside| aside());
        let nowhere = Dispatch::none();
        dispatcher::with_default(aside.as_ref().unwrap_or(&nowhere), || match failed {
            Some((error, lost)) => {
                self.health.failed(&error);
                self.health.dropped(lost);
            }
            None => self.health.sent(),
        });
        if aside.take().is_some() {
            // What was asked of it costs the service's events nothing any more.
            tracing::callsite::rebuild_interest_cache();
        }
    }
}

// === impl Batch ===

impl Batch {
    fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.ends.push(self.bytes.len());
    }

    fn clear(&mut self) {
        let Self { bytes, ends } = self;
        bytes.clear();
        // One line that was huge is no reason to keep its room.
        bytes.shrink_to(2 * BATCH);
        ends.clear();
    }

    /// How many lines are not whole if so many bytes were written.
    fn lines_after(&self, written: usize) -> u64 {
        self.ends.iter().filter(|&&end| end > written).count() as u64
    }
}
