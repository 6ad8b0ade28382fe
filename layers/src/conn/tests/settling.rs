//! Reports that wait for a flush: in every order, once each.

use std::{
    io,
    panic::panic_any,
    sync::{Arc, Mutex},
};

use super::support::{Rig, Script, error};
use crate::conn::{ConnHandle, Settle};

type Log = Arc<Mutex<Vec<(u32, bool, u64)>>>;

struct Report {
    number: u32,
    log: Log,
    then: Option<ConnHandle>,
}

impl Settle for Report {
    fn settle(self: Box<Self>, flushed: bool, written: u64) {
        let Self { number, log, then } = *self;
        log.lock().unwrap().push((number, flushed, written));
        if let Some(handle) = then {
            handle.settle(Box::new(Self {
                number: number + 100,
                log,
                then: None,
            }));
        }
    }
}

struct Panics;

impl Settle for Panics {
    fn settle(self: Box<Self>, _: bool, _: u64) {
        panic_any("a report that panics");
    }
}

fn report(log: &Log, number: u32) -> Box<dyn Settle> {
    Box::new(Report {
        number,
        log: Arc::clone(log),
        then: None,
    })
}

fn taken(log: &Log) -> Vec<(u32, bool, u64)> {
    std::mem::take(&mut *log.lock().unwrap())
}

#[test]
fn a_report_waits_for_a_flush_that_succeeds() {
    let script = Script::default()
        .flush(Ok(()))
        .write(Ok(7))
        .flush_pending()
        .flush(Ok(()))
        .flush(Ok(()));
    let mut io = Rig::new().observe(script);
    let (handle, log) = (io.handle(), Log::default());
    assert!(io.flushes().is_ready());
    handle.settle(report(&log, 1));
    handle.settle(report(&log, 2));
    let _ = io.writes(b"1234567");
    assert!(io.flushes().is_pending());
    assert_eq!(taken(&log), []);
    assert!(io.flushes().is_ready());
    assert_eq!(taken(&log), [(1, true, 7), (2, true, 7)]);
    assert!(io.flushes().is_ready());
    drop(io);
    assert_eq!(taken(&log), []);
}

#[test]
fn what_was_never_flushed_is_told_when_the_io_fails() {
    let fails: [fn(Script) -> Script; 3] = [
        |script| script.read(error(io::ErrorKind::ConnectionReset)),
        |script| script.write(error(io::ErrorKind::BrokenPipe)),
        |script| script.write(Ok(0)),
    ];
    for fail in fails {
        let mut io = Rig::new().observe(fail(Script::default().write(Ok(3))));
        let (handle, log) = (io.handle(), Log::default());
        let _ = io.writes(b"abcdef");
        handle.settle(report(&log, 1));
        let _ = io.reads();
        let _ = io.writes(b"def");
        assert_eq!(taken(&log), [(1, false, 3)]);
        // From now on there is nothing to wait for.
        handle.settle(report(&log, 2));
        assert_eq!(taken(&log), [(2, false, 3)]);
        drop(io);
        assert_eq!(taken(&log), []);
    }
}

#[test]
fn a_peer_that_ends_its_side_may_still_read() {
    let script = Script::default().read(Ok(b"")).flush(Ok(()));
    let mut io = Rig::new().observe(script);
    let log = Log::default();
    io.handle().settle(report(&log, 1));
    let _ = io.reads();
    assert_eq!(taken(&log), []);
    let _ = io.flushes();
    assert_eq!(taken(&log), [(1, true, 0)]);
}

#[test]
fn a_drop_settles_all_and_what_comes_after_it_at_once() {
    let io = Rig::new().observe(Script::default());
    let (handle, log) = (io.handle(), Log::default());
    handle.settle(report(&log, 1));
    handle.settle(report(&log, 2));
    drop(io);
    assert_eq!(taken(&log), [(1, false, 0), (2, false, 0)]);
    handle.settle(report(&log, 3));
    assert_eq!(taken(&log), [(3, false, 0)]);
}

#[test]
fn what_is_taken_out_of_sight_is_settled_too() {
    let io = Rig::new().observe(Script::default());
    let log = Log::default();
    io.handle().settle(report(&log, 1));
    let _script = io.into_inner();
    assert_eq!(taken(&log), [(1, false, 0)]);
}

#[test]
fn a_panic_costs_its_own_report_alone() {
    let script = Script::default().flush(Ok(())).flush(Ok(()));
    let mut io = Rig::new().observe(script);
    let (handle, log) = (io.handle(), Log::default());
    handle.settle(Box::new(Panics));
    handle.settle(report(&log, 1));
    assert!(io.flushes().is_ready());
    assert_eq!(taken(&log), [(1, true, 0)]);
    handle.settle(Box::new(Panics));
    handle.settle(report(&log, 2));
    drop(io);
    handle.settle(Box::new(Panics));
    assert_eq!(taken(&log), [(2, false, 0)]);
}

#[test]
fn a_report_may_hold_back_another() {
    let script = Script::default().flush(Ok(())).flush(Ok(()));
    let mut io = Rig::new().observe(script);
    let (handle, log) = (io.handle(), Log::default());
    let then = |number| {
        Box::new(Report {
            number,
            log: Arc::clone(&log),
            then: Some(handle.clone()),
        })
    };
    handle.settle(then(1));
    let _ = io.flushes();
    assert_eq!(taken(&log), [(1, true, 0)]);
    let _ = io.flushes();
    assert_eq!(taken(&log), [(101, true, 0)]);
    handle.settle(then(2));
    drop(io);
    assert_eq!(taken(&log), [(2, false, 0), (102, false, 0)]);
}
