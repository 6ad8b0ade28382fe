//! Everyone who waits is woken, once it fired or before it was asked.

use std::{
    pin::pin,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::{Drain, DrainCell};
use crate::meter::Meter;

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn drain() -> (Drain, PrometheusHandle) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let exporter = recorder.handle();
    let meter = Meter::builder().recorder(recorder).build().unwrap();
    (Drain::with_meter(&meter), exporter)
}

fn start_time(exporter: &PrometheusHandle) -> Option<f64> {
    let scrape = exporter.render();
    let mut lines = scrape.lines();
    let line = lines.find_map(|line| line.strip_prefix("server_drain_start_time_seconds "))?;
    line.parse().ok()
}

#[test]
fn it_fires_once_and_tells_when() {
    let (drain, exporter) = drain();
    assert_eq!(
        (drain.is_fired(), start_time(&exporter)),
        (false, Some(0.0))
    );
    drain.fire();
    let first = start_time(&exporter).unwrap();
    assert!(first > 1_700_000_000.0, "{first}");
    drain.fire();
    drain.announce();
    assert_eq!(
        (drain.is_fired(), start_time(&exporter)),
        (true, Some(first))
    );
}

#[test]
fn those_who_wait_are_woken_and_those_who_left_are_not() {
    let (drain, _exporter) = drain();
    let counts: Vec<Arc<Count>> = (0..100).map(|_| Arc::default()).collect();
    let cells: Vec<_> = counts
        .iter()
        .map(|count| {
            let waker = Waker::from(Arc::clone(count));
            let cell = drain.register();
            assert!(!cell.poll_fired(&Context::from_waker(&waker)));
            cell
        })
        .collect();
    let mut kept: Vec<Option<DrainCell>> = cells.into_iter().map(Some).collect();
    for left in kept.iter_mut().step_by(2) {
        *left = None;
    }
    drain.fire();
    for (index, count) in counts.iter().enumerate() {
        assert_eq!(count.0.load(Ordering::SeqCst), index % 2, "{index}");
    }
    let cell = kept[1].as_ref().unwrap();
    assert!(cell.poll_fired(&Context::from_waker(Waker::noop())));
    assert!(
        drain
            .register()
            .poll_fired(&Context::from_waker(Waker::noop()))
    );
}

#[test]
fn the_last_task_that_asked_is_the_one_that_is_woken() {
    let (drain, _exporter) = drain();
    let cell = drain.register();
    let counts: [Arc<Count>; 2] = Default::default();
    for count in &counts {
        let waker = Waker::from(Arc::clone(count));
        assert!(!cell.poll_fired(&Context::from_waker(&waker)));
    }
    drain.fire();
    assert_eq!(counts.map(|count| count.0.load(Ordering::SeqCst)), [0, 1]);
}

/// A waker that lets go of the one that it wakes, as an executor that polls in place may.
struct LetsGo(std::sync::Mutex<Option<DrainCell>>);

impl Wake for LetsGo {
    fn wake(self: Arc<Self>) {
        let cell = self.0.lock().unwrap().take();
        drop(cell);
    }
}

#[test]
fn a_waker_may_drop_the_one_that_waits() {
    let (drain, _exporter) = drain();
    let lets_go = Arc::new(LetsGo(std::sync::Mutex::new(None)));
    let waker = Waker::from(Arc::clone(&lets_go));
    let cell = drain.register();
    assert!(!cell.poll_fired(&Context::from_waker(&waker)));
    *lets_go.0.lock().unwrap() = Some(cell);
    drain.fire();
    assert!(lets_go.0.lock().unwrap().is_none());
}

#[test]
fn places_are_used_again_and_given_back() {
    let (drain, _exporter) = drain();
    for _ in 0..3 {
        let cells: Vec<_> = (0..1_000).map(|_| drain.register()).collect();
        assert_eq!(drain.0.registry.places(), 1_000);
        drop(cells);
        assert_eq!(drain.0.registry.places(), 0);
    }
    let _kept = drain.register();
    for _ in 0..1_000 {
        drop(drain.register());
    }
    assert!(drain.0.registry.places() <= 17);
}

#[tokio::test]
async fn a_task_that_waits_goes_on() {
    let (drain, _exporter) = drain();
    let waits: Vec<_> = (0..10).map(|_| tokio::spawn(drain.fired())).collect();
    tokio::task::yield_now().await;
    drain.fire();
    for wait in waits {
        wait.await.unwrap();
    }
    drain.fired().await;
}

#[test]
fn no_wake_up_is_lost_in_a_race() {
    for _ in 0..200 {
        let drain = Drain::new();
        let barrier = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    barrier.wait();
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .build()
                        .unwrap();
                    runtime.block_on(drain.fired());
                });
            }
            barrier.wait();
            drain.fire();
        });
    }
}

#[test]
fn giving_up_is_no_harm() {
    let drain = Drain::new();
    let mut context = Context::from_waker(Waker::noop());
    {
        let fired = pin!(drain.fired());
        assert_eq!(fired.poll(&mut context), Poll::Pending);
    }
    drain.fire();
}
