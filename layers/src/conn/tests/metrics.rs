//! What is recorded of connections.

use std::{io, task::Poll, time::Duration};

use tokio::time::advance;

use super::support::{Rig, Script, error};
use crate::conn::{Connections, IoErrorType, Outcome};

#[tokio::test(start_paused = true)]
async fn a_connection_is_counted_and_timed() {
    let rig = Rig::new();
    let io = rig.observe(Script::default());
    let other = rig.observe(Script::default());
    assert_eq!(rig.lines(), ["s_accepted_total 2", "s_active 2"]);
    advance(Duration::from_millis(1_500)).await;
    drop(io);
    let lines = [
        "_duration_seconds_count{close_reason=\"server_closed\"} 1",
        "_duration_seconds_sum{close_reason=\"server_closed\"} 1.5",
        "s_accepted_total 2",
        "s_active 1",
    ];
    assert_eq!(rig.lines(), lines);
    drop(other);
    assert!(rig.scrape().contains("server_connections_active 0\n"));
}

#[test]
fn counters_are_there_before_they_rise() {
    let scrape = Rig::new().scrape();
    let mut expected = vec![
        "server_connections_accepted_total 0".to_owned(),
        "server_connections_active 0".to_owned(),
        "server_drain_start_time_seconds 0".to_owned(),
    ];
    for direction in ["receive", "transmit"] {
        let series = format!("_io_bytes_total{{network_io_direction=\"{direction}\"}} 0");
        expected.push(format!("server_connection{series}"));
    }
    for error in IoErrorType::ALL {
        let series = format!("_write_errors_total{{error_type=\"{error}\"}} 0");
        expected.push(format!("server_connection{series}"));
    }
    let mut lines: Vec<_> = scrape
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn each_way_to_close_has_its_reason() {
    let read = |kind| Script::default().read(error(kind));
    let write = |kind| Script::default().write(error(kind));
    let cases = [
        (Script::default().read(Ok(b"")), "client_closed"),
        (read(io::ErrorKind::ConnectionReset), "client_closed"),
        (read(io::ErrorKind::UnexpectedEof), "client_closed"),
        (write(io::ErrorKind::BrokenPipe), "client_closed"),
        (read(io::ErrorKind::TimedOut), "peer_timeout"),
        (write(io::ErrorKind::TimedOut), "peer_timeout"),
        (read(io::ErrorKind::InvalidData), "io_error"),
        (write(io::ErrorKind::WriteZero), "io_error"),
        (Script::default(), "server_closed"),
    ];
    for (script, reason) in cases {
        for drains in [false, true] {
            let rig = Rig::new();
            let (read, write) = (!script.reads.is_empty(), !script.writes.is_empty());
            let copy = Script {
                reads: script.reads.iter().map(copy_of).collect(),
                writes: script
                    .writes
                    .iter()
                    .flatten()
                    .map(|write| Some(copy_of(write)))
                    .collect(),
                ..Script::default()
            };
            let mut io = rig.observe(copy);
            if drains {
                rig.drain.fire();
            }
            assert!(!read || io.reads().is_ready());
            assert!(!write || io.writes(b"a").is_ready());
            drop(io);
            let reason = match reason {
                "server_closed" if drains => "server_shutdown",
                reason => reason,
            };
            assert_eq!(rig.reasons(), [format!("{reason} 1")]);
        }
    }
}

fn copy_of<T: Clone>(result: &io::Result<T>) -> io::Result<T> {
    match result {
        Ok(value) => Ok(value.clone()),
        Err(error) => Err(error.kind().into()),
    }
}

#[test]
fn a_time_out_of_the_protocol_is_the_peers() {
    for (outcome, reason) in [
        (Outcome::KeepAliveTimeout, "peer_timeout 1"),
        (Outcome::HeaderTimeout, "peer_timeout 1"),
        (Outcome::ProtocolError, "server_closed 1"),
        (Outcome::Done, "server_closed 1"),
    ] {
        let rig = Rig::new();
        let mut io = rig.observe(Script::default());
        io.handle().0.conclude(outcome);
        let _ = io.shuts_down();
        drop(io);
        assert_eq!(rig.reasons(), [reason]);
    }
}

#[test]
fn bytes_are_counted_now_and_then_and_at_the_end() {
    let rig = Rig::new();
    let transmitted = "_io_bytes_total{network_io_direction=\"transmit\"}";
    let received = "_io_bytes_total{network_io_direction=\"receive\"}";
    let mut script = Script::default();
    script.writes.extend((0..5).map(|_| Some(Ok(16_384))));
    script.reads.extend((0..3).map(|_| Ok(vec![b'a'; 1_000])));
    let mut io = rig.observe(script);
    for _ in 0..3 {
        let _ = io.writes(b"a");
        let _ = io.reads();
    }
    assert!(!rig.lines().iter().any(|line| line.contains("_io_bytes")));
    let _ = io.writes(b"a");
    assert!(rig.lines().contains(&format!("{transmitted} 65536")));
    let _ = io.writes(b"a");
    assert!(rig.lines().contains(&format!("{transmitted} 65536")));
    drop(io);
    assert!(rig.lines().contains(&format!("{transmitted} 81920")));
    assert!(rig.lines().contains(&format!("{received} 3000")));
}

#[test]
fn a_connection_that_fails_in_writing_is_counted_once() {
    let rig = Rig::new();
    let script = Script::default()
        .write(error(io::ErrorKind::BrokenPipe))
        .write(error(io::ErrorKind::BrokenPipe))
        .flush(error(io::ErrorKind::ConnectionReset));
    let mut io = rig.observe(script);
    assert!(io.writes(b"a").is_ready() && io.writes(b"a").is_ready() && io.flushes().is_ready());
    drop(io);
    drop(rig.observe(Script::default().read(error(io::ErrorKind::ConnectionReset))));
    let lines = rig.lines();
    let errors = lines.iter().filter(|line| line.contains("_write_errors"));
    let errors: Vec<_> = errors.collect();
    assert_eq!(
        errors,
        ["_write_errors_total{error_type=\"broken_pipe\"} 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_block_lasts_until_bytes_are_taken_again() {
    let rig = Rig::new();
    let script = Script::default()
        .write_pending()
        .write_pending()
        .write(Ok(1))
        .write(Ok(1));
    let mut io = rig.observe(script);
    let handle = io.handle();
    assert_eq!(handle.write_blocked_for(), None);
    assert!(io.writes(b"a").is_pending());
    assert_eq!(handle.write_blocked_for(), Some(Duration::ZERO));
    advance(Duration::from_secs(2)).await;
    assert!(io.writes(b"a").is_pending());
    assert_eq!(handle.write_blocked_for(), Some(Duration::from_secs(2)));
    advance(Duration::from_secs(1)).await;
    assert!(matches!(io.writes(b"a"), Poll::Ready(Ok(1))));
    assert_eq!(handle.write_blocked_for(), None);
    advance(Duration::from_secs(1)).await;
    assert!(io.writes(b"a").is_ready());
    assert_eq!(blocks(&rig), ["count 1", "sum 3"]);
    assert_eq!(handle.bytes_written(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_flush_that_waits_blocks_until_it_is_done() {
    let rig = Rig::new();
    let script = Script::default()
        .flush_pending()
        .write(Ok(5))
        .flush_pending()
        .flush(Ok(()))
        .write_pending()
        .flush_pending()
        .write(Ok(1))
        .flush(Ok(()));
    let mut io = rig.observe(script);
    assert!(io.flushes().is_pending());
    advance(Duration::from_secs(1)).await;
    // What TLS takes meanwhile, it holds.
    assert!(io.writes(b"12345").is_ready());
    assert!(io.flushes().is_pending());
    advance(Duration::from_secs(1)).await;
    assert!(io.flushes().is_ready());
    assert_eq!(blocks(&rig), ["count 1", "sum 2"]);
    assert!(io.writes(b"a").is_pending() && io.flushes().is_pending());
    advance(Duration::from_secs(4)).await;
    assert!(io.writes(b"a").is_ready());
    assert!(io.handle().write_blocked_for().is_some());
    assert!(io.flushes().is_ready());
    assert_eq!(blocks(&rig), ["count 2", "sum 6"]);
    assert_eq!(io.handle().bytes_written(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_block_ends_with_an_error_and_with_the_drop() {
    let rig = Rig::new();
    let script = Script::default()
        .write_pending()
        .write(error(io::ErrorKind::ConnectionReset));
    let mut io = rig.observe(script);
    assert!(io.writes(b"a").is_pending());
    advance(Duration::from_secs(1)).await;
    assert!(io.writes(b"a").is_ready());
    assert_eq!(blocks(&rig), ["count 1", "sum 1"]);
    let mut dropped = rig.observe(Script::default());
    assert!(dropped.writes(b"a").is_pending());
    let handle = dropped.handle();
    advance(Duration::from_secs(2)).await;
    drop(dropped);
    assert_eq!(blocks(&rig), ["count 2", "sum 3"]);
    assert_eq!(handle.write_blocked_for(), None);
}

#[tokio::test]
async fn a_task_that_used_up_its_turn_is_not_blocked() {
    let rig = Rig::new();
    let mut io = rig.observe(Script::default());
    tokio::spawn(async move {
        // Each message costs a unit of the task's budget.
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..1_000 {
            sender.send(()).unwrap();
        }
        std::future::poll_fn(|cx| {
            while receiver.poll_recv(cx).is_ready() {}
            assert!(io.writes(b"a").is_pending());
            assert_eq!(io.handle().write_blocked_for(), None);
            Poll::Ready(())
        })
        .await;
    })
    .await
    .unwrap();
    assert_eq!(blocks(&rig), [""; 0]);
}

fn blocks(rig: &Rig) -> Vec<String> {
    let lines = rig.lines();
    let blocks = lines
        .iter()
        .filter_map(|line| line.strip_prefix("_write_blocked_seconds_"));
    blocks.map(str::to_owned).collect()
}

#[test]
fn a_recorder_that_panics_costs_no_connection() {
    let meter = crate::meter::hooked::panicking();
    let drain = crate::conn::Drain::with_meter(&meter);
    let builder = Connections::builder().meter(meter).drain(drain.clone());
    let connections = builder.build();
    let script = Script::default()
        .write_pending()
        .write(Ok(100_000))
        .write(error(io::ErrorKind::BrokenPipe));
    let mut io = connections.observe(script);
    assert!(io.writes(b"a").is_pending());
    assert!(matches!(io.writes(b"a"), Poll::Ready(Ok(100_000))));
    assert!(matches!(io.writes(b"a"), Poll::Ready(Err(_))));
    drain.fire();
    let panicked = std::thread::spawn(move || {
        let _io = io;
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    assert!(drain.is_fired());
}

#[test]
fn a_gauge_that_was_not_raised_is_not_lowered() {
    // No recorder is installed in this process: nothing is raised, and nothing is recorded.
    let connections = Connections::new();
    let io = connections.observe(Script::default());
    let handle = io.handle();
    drop(io);
    assert!(handle.is_closed());
}

#[test]
fn what_a_connection_takes_is_small() {
    use crate::conn::{ObservedIo, state::ConnState};
    let state = size_of::<ConnState>() + 2 * size_of::<usize>();
    let io = size_of::<ObservedIo<()>>();
    assert!(state + io <= 256, "{state} and {io}");
}
