//! What each call leaves behind, and that it passes unchanged.

use std::{io, io::IoSlice, pin::Pin, task::Poll};

use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::support::{Rig, Script, context, error};
use crate::conn::{Detail, IoErrorType, state::flag};

#[test]
fn what_goes_well_leaves_nothing_but_bytes() {
    let script = Script::default()
        .read(Ok(b"GET /"))
        .write(Ok(3))
        .write(Ok(2))
        .flush(Ok(()));
    let mut io = Rig::new().observe(script);
    let handle = io.handle();
    assert!(matches!(io.reads(), Poll::Ready(Ok(5))));
    assert!(matches!(io.writes(b"abcde"), Poll::Ready(Ok(3))));
    assert!(matches!(io.writes(b"de"), Poll::Ready(Ok(2))));
    assert!(matches!(io.flushes(), Poll::Ready(Ok(()))));
    assert!(io.reads().is_pending());
    assert!(!handle.0.has(u32::MAX));
    assert_eq!((handle.bytes_written(), handle.cause()), (5, None));
    assert!(!handle.is_closed());
    drop(io);
    assert!(handle.is_closed());
    assert!(!handle.0.has(!flag::IO_DROPPED));
    assert_eq!((handle.bytes_written(), handle.cause()), (5, None));
}

#[test]
fn a_read_without_room_is_no_end() {
    let mut io = Rig::new().observe(Script::default().read(Ok(b"")));
    let handle = io.handle();
    let read = tokio::io::AsyncRead::poll_read(
        Pin::new(&mut io),
        &mut context(),
        &mut ReadBuf::new(&mut []),
    );
    assert!(matches!(read, Poll::Ready(Ok(()))));
    assert!(!handle.0.has(flag::EOF));
}

#[test]
fn a_write_of_nothing_is_no_write_of_zero() {
    let mut io = Rig::new().observe(Script::default().write(Ok(0)).write(Ok(0)).write(Ok(0)));
    let handle = io.handle();
    assert!(matches!(io.writes(b""), Poll::Ready(Ok(0))));
    let empty = [IoSlice::new(b""), IoSlice::new(b"")];
    let written = Pin::new(&mut io).poll_write_vectored(&mut context(), &empty);
    assert!(matches!(written, Poll::Ready(Ok(0))));
    assert!(!handle.0.has(u32::MAX));
    assert!(matches!(io.writes(b"a"), Poll::Ready(Ok(0))));
    assert!(handle.0.has(flag::WRITE_ZERO));
    let zero = Detail::WriteError(IoErrorType::WriteZero);
    assert_eq!(handle.cause(), Some(zero));
}

#[test]
fn each_way_to_fail_has_its_flag_and_its_detail() {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, HostUnreachable, InvalidData, TimedOut,
        UnexpectedEof,
    };
    let reads = [
        (ConnectionReset, Detail::Reset, "reset"),
        (TimedOut, Detail::OsTimeout, "os_timeout"),
        (HostUnreachable, Detail::OsTimeout, "os_timeout"),
        (UnexpectedEof, Detail::TlsEof, "tls_eof"),
        (
            InvalidData,
            Detail::ReadError(IoErrorType::Other),
            "read_error",
        ),
    ];
    for (kind, detail, word) in reads {
        let mut io = Rig::new().observe(Script::default().read(error(kind)));
        let handle = io.handle();
        assert!(matches!(io.reads(), Poll::Ready(Err(error)) if error.kind() == kind));
        assert!(handle.0.has(flag::READ_ERR) && !handle.0.has(!flag::READ_ERR));
        assert_eq!(handle.cause(), Some(detail));
        assert_eq!(detail.as_str(), word);
        assert_eq!(handle.first_error(), Some((kind, None)));
    }
    let broken = Detail::WriteError(IoErrorType::BrokenPipe);
    let aborted = Detail::WriteError(IoErrorType::ConnectionAborted);
    let writes = [
        (ConnectionReset, Detail::Reset, "reset"),
        (TimedOut, Detail::OsTimeout, "os_timeout"),
        (BrokenPipe, broken, "write_broken_pipe"),
        (ConnectionAborted, aborted, "write_connection_aborted"),
    ];
    for (kind, detail, word) in writes {
        let failing = Script::default().write(error(kind)).flush(error(kind));
        let mut io = Rig::new().observe(failing);
        let handle = io.handle();
        assert!(matches!(io.writes(b"a"), Poll::Ready(Err(error)) if error.kind() == kind));
        assert!(handle.0.has(flag::WRITE_ERR) && !handle.0.has(!flag::WRITE_ERR));
        assert_eq!((handle.cause(), detail.as_str()), (Some(detail), word));
        let mut io = Rig::new().observe(Script::default().flush(error(kind)));
        assert!(matches!(io.flushes(), Poll::Ready(Err(error)) if error.kind() == kind));
        assert_eq!(io.handle().cause(), Some(detail));
    }
}

#[test]
fn the_number_of_the_operating_system_is_kept() {
    let mut io = Rig::new().observe(Script::default().read(Err(io::Error::from_raw_os_error(104))));
    let handle = io.handle();
    assert!(io.reads().is_ready());
    let (_, number) = handle.first_error().expect("an error");
    assert_eq!(number, Some(104));
}

#[test]
fn the_first_thing_that_happens_stays() {
    let script = Script::default()
        .read(Ok(b""))
        .read(error(io::ErrorKind::ConnectionReset))
        .write(error(io::ErrorKind::BrokenPipe));
    let mut io = Rig::new().observe(script);
    let handle = io.handle();
    assert!(matches!(io.reads(), Poll::Ready(Ok(0))));
    assert!(io.reads().is_ready() && io.writes(b"a").is_ready());
    for flag in [flag::EOF, flag::READ_ERR, flag::WRITE_ERR] {
        assert!(handle.0.has(flag));
    }
    assert_eq!(
        (handle.cause(), handle.first_error()),
        (Some(Detail::Fin), None)
    );
}

#[test]
fn once_the_server_closes_nothing_is_the_peers_doing() {
    let mut script = Script::default()
        .read(Ok(b""))
        .write(error(io::ErrorKind::BrokenPipe));
    script
        .shutdowns
        .push_back(error(io::ErrorKind::NotConnected));
    let mut io = Rig::new().observe(script);
    let handle = io.handle();
    assert!(matches!(io.shuts_down(), Poll::Ready(Err(_))));
    assert!(handle.0.has(flag::SHUTDOWN_BEGUN) && !handle.0.has(!flag::SHUTDOWN_BEGUN));
    assert!(io.shuts_down().is_pending());
    assert!(io.reads().is_ready() && io.writes(b"a").is_ready());
    assert!(handle.0.has(flag::EOF) && handle.0.has(flag::WRITE_ERR));
    assert_eq!(handle.cause(), None);
}

#[test]
fn vectored_writes_are_the_inner_ones() {
    for vectored in [false, true] {
        let mut script = Script::default().write(Ok(4));
        script.vectored = vectored;
        let mut io = Rig::new().observe(script);
        assert_eq!(io.is_write_vectored(), vectored);
        let slices = [IoSlice::new(b"ab"), IoSlice::new(b"cde")];
        let written = Pin::new(&mut io).poll_write_vectored(&mut context(), &slices);
        assert!(matches!(written, Poll::Ready(Ok(4))));
        assert_eq!(io.handle().bytes_written(), 4);
        assert_eq!(io.get_ref().slices, [2]);
    }
}

#[tokio::test]
async fn bytes_pass_both_ways_over_a_pipe() {
    let (ours, mut theirs) = tokio::io::duplex(7);
    let mut io = Rig::new().connections.observe(ours);
    let handle = io.handle();
    let server = async {
        let mut request = [0; 11];
        io.read_exact(&mut request).await.unwrap();
        io.write_all(b"an answer that does not fit at once")
            .await
            .unwrap();
        io.shutdown().await.unwrap();
        request
    };
    let client = async {
        theirs.write_all(b"a request\r\n").await.unwrap();
        let mut answer = String::new();
        theirs.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (request, answer) = tokio::join!(server, client);
    assert_eq!(&request, b"a request\r\n");
    assert_eq!(answer, "an answer that does not fit at once");
    assert_eq!(handle.bytes_written(), 35);
    drop(io);
    assert_eq!((handle.is_closed(), handle.cause()), (true, None));
}

#[test]
fn what_is_taken_out_is_the_inner_io() {
    let rig = Rig::new();
    let mut io = rig.observe(Script::default().write(Ok(9)));
    assert!(io.get_mut().writes.pop_front().is_some());
    let handle = io.handle();
    let script = io.into_inner();
    assert!(script.writes.is_empty());
    assert!(!handle.is_closed());
    assert_eq!(rig.reasons(), ["unknown 1"]);
}
