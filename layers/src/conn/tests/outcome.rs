//! How serving a connection ended, told from the errors of hyper and from others.

use std::{error::Error, fmt, io, pin::pin, task::Poll};

use super::support::{Rig, Script, context};
use crate::conn::Outcome;

/// An error with a text, over another one.
#[derive(Debug)]
struct Layered(&'static str, Option<Box<dyn Error + Send + Sync>>);

impl fmt::Display for Layered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Layered {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self.1.as_ref()?)
    }
}

fn outcome(result: Result<(), Layered>) -> Option<Outcome> {
    let io = Rig::new().observe(Script::default());
    let handle = io.handle();
    assert_eq!(handle.outcome(), None);
    let mut boxed = Some(result);
    let serve = std::future::poll_fn(|_| {
        let _kept = &io;
        Poll::Ready(boxed.take().expect("polled once"))
    });
    assert!(pin!(handle.observe(serve)).poll(&mut context()).is_ready());
    handle.outcome()
}

#[test]
fn texts_and_types_tell() {
    let layered = |text, source: Option<&'static str>| {
        let source = source.map(|text| Layered(text, None).into());
        Err(Layered(text, source))
    };
    let cases = [
        (Ok(()), Outcome::Done),
        (
            layered("http2 error", Some("keep-alive timed out")),
            Outcome::KeepAliveTimeout,
        ),
        (
            layered("read header from client timeout", None),
            Outcome::HeaderTimeout,
        ),
        (
            layered(
                "http2 error",
                Some("connection error detected: frame with invalid size"),
            ),
            Outcome::ProtocolError,
        ),
        (
            layered("invalid HTTP method parsed", None),
            Outcome::ProtocolError,
        ),
        (
            layered("error from user's Body stream", Some("mine")),
            Outcome::Other,
        ),
        (
            Err(Layered(
                "connection error",
                Some(io::Error::from(io::ErrorKind::BrokenPipe).into()),
            )),
            Outcome::Io,
        ),
    ];
    for (result, expected) in cases {
        let told = format!("{result:?}");
        assert_eq!(outcome(result), Some(expected), "{told}");
    }
}

#[test]
fn a_box_is_seen_into() {
    let io = Rig::new().observe(Script::default());
    let handle = io.handle();
    let boxed: Box<dyn Error + Send + Sync> = Layered("keep-alive timed out", None).into();
    let serve = handle.observe_boxed(std::future::ready(Err::<(), _>(boxed)));
    assert!(pin!(serve).poll(&mut context()).is_ready());
    assert_eq!(handle.outcome(), Some(Outcome::KeepAliveTimeout));
    assert_eq!(handle.outcome().unwrap().as_str(), "keep_alive_timeout");
}
