//! A part of the end that may hang.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
};

use tokio::time::Instant;

use super::Ended;

/// Something that is done on a thread of its own, which is left alone if it hangs.
#[derive(Debug)]
pub(super) struct Part(Receiver<Result<(), String>>);

const NAME: &str = "bartizan-end-of";

// === impl Part ===

impl Part {
    pub(super) fn begin(end: impl FnOnce() -> Result<(), String> + Send + 'static) -> Self {
        let (ended, ending) = channel();
        let failed = ended.clone();
        let thread = thread::Builder::new().name(NAME.into());
        if let Err(error) = thread.spawn(move || drop(ended.send(end()))) {
            let _ = failed.send(Err(format!("no thread could be made: {error}")));
        }
        Self(ending)
    }

    /// What became of it by the `deadline`.
    pub(super) fn end(part: Option<Self>, deadline: Instant) -> Ended {
        let Some(Self(ending)) = part else {
            return Ended::Absent;
        };
        let left = deadline.saturating_duration_since(Instant::now());
        match ending.recv_timeout(left) {
            Ok(Ok(())) => Ended::Done,
            Ok(Err(reason)) => Ended::Failed(reason),
            Err(RecvTimeoutError::Timeout) => Ended::TimedOut,
            Err(RecvTimeoutError::Disconnected) => Ended::Failed("it panicked".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_part_that_hangs_panics_or_fails_is_told_apart() {
        let deadline = Instant::now() + Duration::from_millis(200);
        let (_hold, held) = channel::<()>();
        let hangs = Part::begin(move || {
            let _ = held.recv();
            Ok(())
        });
        let panics = Part::begin(|| panic!("of a test"));
        let fails = Part::begin(|| Err("of a test".into()));
        let works = Part::begin(|| Ok(()));
        assert_eq!(Part::end(Some(hangs), deadline), Ended::TimedOut);
        let far = Instant::now() + Duration::from_secs(10);
        assert_eq!(Part::end(Some(panics), far), Ended::Failed("it panicked".into()));
        assert_eq!(Part::end(Some(fails), far), Ended::Failed("of a test".into()));
        assert_eq!(Part::end(Some(works), far), Ended::Done);
        assert_eq!(Part::end(None, far), Ended::Absent);
    }
}
