//! Threads that record, register and push at once.

use std::thread;

use super::{Point, Pushed};
use crate::config::Metrics;

#[test]
fn what_threads_record_while_it_is_pushed_is_all_there() {
    const THREADS: usize = 4;
    const TIMES: usize = 5_000;
    let pushed = Pushed::new(&Metrics::default());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let pushed = &pushed;
            scope.spawn(move || {
                for time in 0..TIMES {
                    let id = (time % 50).to_string();
                    // As the facade's macros do: registered each time.
                    pushed.counter("hits", &[("id", &id)]).increment(1);
                    pushed.histogram("wait", &[("id", &id)]).record(1.0);
                    let active = pushed.gauge("http_server_active_requests", &[]);
                    active.increment(1.0);
                    if thread > 0 {
                        active.decrement(1.0);
                    }
                }
            });
        }
        for _ in 0..20 {
            pushed.metrics();
        }
    });
    let metrics = pushed.metrics();
    let each = (THREADS * TIMES / 50) as u64;
    assert_eq!(metrics["hits"].points.len(), 50);
    for point in metrics["hits"].points.values() {
        assert_eq!(*point, Point::Int(each as i64));
    }
    for point in metrics["wait"].points.values() {
        assert!(
            matches!(point, Point::Histogram { count, .. } if *count == each),
            "{point:?}"
        );
    }
    let active = pushed.value("http.server.active_requests");
    assert_eq!(active, Point::Int(TIMES as i64));
}

#[test]
fn after_the_end_recording_goes_on_and_harms_nothing() {
    let pushed = Pushed::new(&Metrics::default());
    let counter = pushed.counter("hits", &[]);
    let histogram = pushed.histogram("wait", &[]);
    pushed.shutdown();
    counter.increment(1);
    histogram.record(1.0);
    pushed.gauge("new", &[]).set(1.0);
    pushed.histogram("newer", &[]).record(1.0);
}
