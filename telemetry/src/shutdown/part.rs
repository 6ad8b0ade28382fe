//! A part of the end that may hang.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use opentelemetry_sdk::error::OTelSdkResult;
use tokio::time::Instant;

use super::Ended;

/// Something that is done on a thread of its own, which is left alone if it hangs.
#[derive(Debug)]
pub(super) struct Part(Receiver<Ended>);

const NAME: &str = "bartizan-end-of";

// === impl Part ===

impl Part {
    /// Begins to `end` something that has the time that is `left`.
    pub(super) fn begin(
        left: Duration,
        end: impl FnOnce() -> OTelSdkResult + Send + 'static,
    ) -> Self {
        let (ended, ending) = channel();
        let failed = ended.clone();
        let started = Instant::now();
        let end = move || {
            let result = end();
            // Which of the errors are time-outs, the SDK tells in texts.
            let is_late = started.elapsed() >= left;
            let _ = ended.send(match result {
                Ok(()) => Ended::Done,
                Err(_) if is_late => Ended::TimedOut,
                Err(error) => Ended::Failed(error.to_string()),
            });
        };
        if let Err(error) = thread::Builder::new().name(NAME.into()).spawn(end) {
            let reason = format!("no thread could be made: {error}");
            let _ = failed.send(Ended::Failed(reason));
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
            Ok(ended) => ended,
            Err(RecvTimeoutError::Timeout) => Ended::TimedOut,
            Err(RecvTimeoutError::Disconnected) => Ended::Failed("it panicked".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::error::OTelSdkError;

    use super::*;

    #[test]
    fn a_part_that_hangs_panics_or_fails_is_told_apart() {
        let short = Duration::from_millis(200);
        let deadline = Instant::now() + short;
        let (_hold, held) = channel::<()>();
        let hangs = Part::begin(short, move || {
            let _ = held.recv();
            Ok(())
        });
        let long = Duration::from_secs(10);
        let far = Instant::now() + long;
        let is_late = Part::begin(short, move || {
            thread::sleep(short);
            Err(OTelSdkError::InternalFailure("of time".into()))
        });
        let panics = Part::begin(long, || panic!("of a test"));
        let fails = Part::begin(long, || Err(OTelSdkError::AlreadyShutdown));
        let works = Part::begin(long, || Ok(()));
        assert_eq!(Part::end(Some(hangs), deadline), Ended::TimedOut);
        assert_eq!(Part::end(Some(is_late), far), Ended::TimedOut);
        let panicked = Ended::Failed("it panicked".into());
        assert_eq!(Part::end(Some(panics), far), panicked);
        let failed = Ended::Failed(OTelSdkError::AlreadyShutdown.to_string());
        assert_eq!(Part::end(Some(fails), far), failed);
        assert_eq!(Part::end(Some(works), far), Ended::Done);
        assert_eq!(Part::end(None, far), Ended::Absent);
    }
}
