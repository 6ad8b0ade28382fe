//! What the engine is told when a body or a future is let go of.

use std::io;

use http::Version;

use super::{
    sniffing::{PREFACE, frame},
    support::{Rig, Script, error},
};
use crate::conn::{ConnMark, Detail, IoErrorType, ObservedIo, Verdict};

/// What a handle says once these things were done to the IO, on both versions.
fn verdicts(
    script: Script,
    act: impl FnOnce(ObservedIo<Script>) -> Option<ObservedIo<Script>>,
) -> [Verdict; 2] {
    let io = Rig::new().observe(script);
    let (handle, mark) = (io.handle(), io.handle().mark());
    let kept = act(io);
    let verdicts = [Version::HTTP_11, Version::HTTP_2].map(|version| handle.verdict(mark, version));
    drop(kept);
    verdicts
}

#[test]
fn a_peer_that_left_is_to_blame_on_both_versions() {
    let broken = Detail::WriteError(IoErrorType::BrokenPipe);
    let read = |read| Script::default().read(read);
    let cases = [
        (read(Ok(b"".as_slice())), Detail::Fin),
        (read(error(io::ErrorKind::ConnectionReset)), Detail::Reset),
        (read(error(io::ErrorKind::UnexpectedEof)), Detail::TlsEof),
        (read(error(io::ErrorKind::TimedOut)), Detail::OsTimeout),
        (
            Script::default().write(error(io::ErrorKind::BrokenPipe)),
            broken,
        ),
    ];
    for (script, detail) in cases {
        let seen = verdicts(script, |mut io| {
            let _ = io.reads();
            let _ = io.writes(b"a");
            None
        });
        assert_eq!(seen, [Verdict::Client(detail); 2]);
    }
}

#[test]
fn an_io_that_the_server_let_go_of_is_closed_by_it() {
    assert_eq!(
        verdicts(Script::default(), |_| None),
        [Verdict::ServerClosed; 2]
    );
}

#[test]
fn a_shutdown_that_began_is_the_servers() {
    let seen = verdicts(Script::default().read(Ok(b"")), |mut io| {
        let _ = io.shuts_down();
        let _ = io.reads();
        Some(io)
    });
    assert_eq!(seen, [Verdict::ServerClosed; 2]);
}

#[test]
fn a_living_connection_proves_an_outer_layer_on_http_1_alone() {
    let seen = verdicts(Script::default().read(Ok(b"GET /")), |mut io| {
        let _ = io.reads();
        Some(io)
    });
    assert_eq!(seen, [Verdict::Alive, Verdict::Unknown]);
}

#[test]
fn what_is_out_of_sight_is_not_known() {
    let seen = verdicts(Script::default(), |io| {
        drop(io.into_inner());
        None
    });
    assert_eq!(seen, [Verdict::Unknown; 2]);
}

#[test]
fn a_reset_counts_for_the_streams_that_began_before_it() {
    let reset = |stream, code: u32| frame(3, stream, &code.to_be_bytes());
    let script = Script::default()
        .read(Ok(PREFACE))
        .read(Ok(&reset(1, 8)))
        .read(Ok(&reset(3, 8)))
        .read(Ok(&reset(5, 2)));
    let mut io = Rig::new().observe(script);
    let handle = io.handle();
    let mut marks = Vec::new();
    for _ in 0..4 {
        let _ = io.reads();
        marks.push(handle.mark());
    }
    let h2 = |mark| handle.verdict(mark, Version::HTTP_2);
    assert_eq!(h2(marks[2]), Verdict::Client(Detail::H2Reset));
    assert_eq!(h2(marks[3]), Verdict::Unknown);
    assert_eq!(handle.reset_code(marks[2]), Some(2));
    assert_eq!(handle.reset_code(marks[0]), None);
    assert_eq!(handle.reset_code(marks[3]), None);
    // What HTTP/1 says of a connection of HTTP/2 is not asked by anyone.
    assert!(handle.is_http2());
    drop(io);
    assert_eq!(h2(marks[2]), Verdict::ServerClosed);
}

#[test]
fn a_request_has_the_bytes_that_came_after_its_mark() {
    let mut io = Rig::new().observe(Script::default().write(Ok(100)).write(Ok(20)));
    let handle = io.handle();
    let first = handle.mark();
    let _ = io.writes(&[0; 100]);
    let second = handle.mark();
    let _ = io.writes(&[0; 100]);
    assert_eq!(
        (handle.written_since(first), handle.written_since(second)),
        (120, 20)
    );
    assert_eq!(second.written(150), 50);
    assert_eq!(handle.written_since(ConnMark::default()), 120);
}
