//! Places in the queue: whatever threads do, each span is delivered, lost or dropped, and counted once.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use opentelemetry_sdk::trace::{SpanData, SpanProcessor};

use super::support::{Scene, millis, span, spent};
use crate::{
    config::TraceExporter,
    export::{courier::Courier, exporter::Deliver, failure::Failure, gate::Gate, spans::gate},
    health::Signal,
};

/// Delivers to a counter, as it is told.
#[derive(Clone, Debug)]
struct Counted(Arc<Told>);

#[derive(Debug)]
struct Told {
    manner: Manner,
    begun: AtomicU64,
    delivered: AtomicU64,
    lost: AtomicU64,
    /// Whether batches have to wait.
    is_held: Mutex<bool>,
    changed: Condvar,
}

/// What it does with every third batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Takes,
    Loses,
    Panics,
}

// === impl Counted ===

impl Counted {
    fn new(manner: Manner) -> Self {
        Self(Arc::new(Told {
            manner,
            begun: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            is_held: Mutex::new(false),
            changed: Condvar::new(),
        }))
    }

    fn hold(&self, hold: bool) {
        *self.0.is_held.lock().expect("no panic in here") = hold;
        self.0.changed.notify_all();
    }

    fn gate(&self, scene: &Scene, queue: usize, size: usize) -> Gate {
        let mut config = Scene::tracing(TraceExporter::Stdout, "", millis(500));
        config.batch.queue = queue;
        config.batch.size = size;
        let health = scene.health(Signal::Traces);
        gate(Box::new(self.clone()), &config, &health, scene.runtime())
    }

    fn delivered(&self) -> u64 {
        self.0.delivered.load(Ordering::SeqCst)
    }

    fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::SeqCst)
    }
}

impl Deliver for Counted {
    fn deliver(&self, batch: Vec<SpanData>, _: &Courier) -> Result<(), Failure> {
        let begun = self.0.begun.fetch_add(1, Ordering::SeqCst);
        let held = self.0.is_held.lock().expect("no panic in here");
        let held = self.0.changed.wait_while(held, |held| *held);
        drop(held.expect("no panic in here"));
        let spans = batch.len() as u64;
        if self.0.manner == Manner::Takes || !begun.is_multiple_of(3) {
            self.0.delivered.fetch_add(spans, Ordering::SeqCst);
            return Ok(());
        }
        self.0.lost.fetch_add(spans, Ordering::SeqCst);
        if self.0.manner == Manner::Panics {
            // Without a message: it is no news in the output of the tests.
            std::panic::resume_unwind(Box::new("a bug of an exporter"));
        }
        Err(Failure::NoTime)
    }
}

fn end(gate: &Gate, spans: usize) {
    for _ in 0..spans {
        gate.on_end(span());
    }
}

#[test]
fn a_full_queue_drops_what_comes_and_counts_it() {
    let scene = Scene::new();
    let counted = Counted::new(Manner::Takes);
    counted.hold(true);
    let gate = counted.gate(&scene, 100, 10);
    // A batch is taken out of the queue, and waits.
    end(&gate, 10);
    let begun = || counted.0.begun.load(Ordering::SeqCst);
    Scene::until("a batch is taken", || begun() > 0);
    spent(Duration::ZERO, Duration::ZERO, || end(&gate, 150));
    scene.assert_figures("traces", 1, 0, 50);
    counted.hold(false);
    gate.force_flush().expect("spans that are delivered");
    assert_eq!(counted.delivered(), 110);
    // There is place again.
    end(&gate, 100);
    gate.shutdown().expect("spans that are delivered");
    assert_eq!(counted.delivered(), 210);
    scene.assert_figures("traces", 1, 0, 50);
    end(&gate, 7);
    scene.assert_figures("traces", 1, 0, 57);
}

#[test]
fn what_was_not_sampled_takes_no_place() {
    let scene = Scene::new();
    let counted = Counted::new(Manner::Takes);
    let gate = counted.gate(&scene, 1, 1);
    let mut unsampled = span();
    unsampled.span_context = opentelemetry::trace::SpanContext::empty_context();
    gate.on_end(unsampled);
    gate.shutdown().expect("nothing is left");
    assert_eq!(counted.delivered(), 0);
    scene.assert_figures("traces", 1, 0, 0);
}

/// Threads end spans, others flush, and one shuts down amid it.
fn assert_adds_up(manner: Manner) {
    const SPANS: u64 = 3_000;
    const THREADS: u64 = 4;
    let mut most_dropped = 0;
    for round in 0..12 {
        let scene = Scene::new();
        let counted = Counted::new(manner);
        let gate = counted.gate(&scene, 64 + round, 7);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| end(&gate, SPANS as usize));
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        // What it says depends on who is first.
                        let _ = gate.force_flush();
                    }
                });
            }
            scope.spawn(|| {
                thread::sleep(millis(2 * round as u64));
                let _ = gate.shutdown_with_timeout(millis(5_000));
            });
        });
        let dropped = scene.figure("traces", "dropped");
        assert!(
            dropped >= counted.lost(),
            "{manner:?}, round {round}: {counted:?}, {dropped}"
        );
        let told = counted.delivered() + dropped;
        assert_eq!(
            told,
            SPANS * THREADS,
            "{manner:?}, round {round}: {counted:?}, {dropped}"
        );
        most_dropped = most_dropped.max(dropped - counted.lost());
    }
    assert!(most_dropped > 0, "the queue was never full");
}

#[test]
fn whatever_threads_do_each_span_is_counted_once() {
    assert_adds_up(Manner::Takes);
}

#[test]
fn and_when_batches_are_lost() {
    assert_adds_up(Manner::Loses);
}

#[test]
fn and_when_the_exporter_panics() {
    assert_adds_up(Manner::Panics);
}

/// Flushes fill the SDK's ear, for sixty-four words; the end is heard all the same.
#[test]
fn an_end_is_heard_among_many_flushes() {
    let scene = Scene::new();
    let counted = Counted::new(Manner::Takes);
    counted.hold(true);
    let gate = counted.gate(&scene, 100, 10);
    end(&gate, 30);
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| gate.force_flush());
        }
        thread::sleep(millis(200));
        scope.spawn(|| {
            thread::sleep(millis(200));
            counted.hold(false);
        });
        gate.shutdown_with_timeout(millis(4_000))
            .expect("spans that are delivered");
    });
    assert_eq!(counted.delivered(), 30);
}
