//! The registry of open streams, alone and under threads; the sizes of what is kept.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use bytes::Bytes;
use http_body_util::Full;
use proptest::prelude::*;

use crate::{
    clock::Moment,
    observe::ObservedBody,
    sse::{
        Sse, SseState,
        cell::{Registry, StreamCell},
        route::Route,
        state::Stream,
    },
};

fn route() -> Arc<Route> {
    Arc::new(Route::new(0, "/chat"))
}

fn cell(route: &Arc<Route>) -> Arc<StreamCell> {
    Arc::new(StreamCell::new(
        Moment::now(),
        Arc::clone(route),
        #[cfg(feature = "conn")]
        None,
    ))
}

/// The addresses of the streams that a visit finds, in order and with those that it finds twice.
fn found(registry: &Registry) -> Vec<usize> {
    let mut found = Vec::new();
    registry.each(|cell| found.push(std::ptr::from_ref(cell).addr()));
    found.sort_unstable();
    found
}

fn address(cell: &Arc<StreamCell>) -> usize {
    Arc::as_ptr(cell).addr()
}

proptest! {
    #[test]
    fn a_visit_finds_what_was_inserted_and_not_removed(
        steps in proptest::collection::vec((any::<bool>(), any::<proptest::sample::Index>()), 1..400)
    ) {
        let (registry, route) = (Registry::default(), route());
        let mut open: Vec<Arc<StreamCell>> = Vec::new();
        for (inserts, which) in steps {
            if inserts || open.is_empty() {
                open.push(cell(&route));
                registry.insert(open.last().expect("just pushed"));
            } else {
                let gone = open.swap_remove(which.index(open.len()));
                registry.remove(&gone);
                // A second time it does nothing to what took its place.
                registry.remove(&gone);
            }
            let expected: BTreeSet<_> = open.iter().map(address).collect();
            prop_assert_eq!(found(&registry), expected.into_iter().collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_flood_leaves_nothing_behind() {
    let (registry, route) = (Registry::default(), route());
    let cells: Vec<_> = (0..20_000).map(|_| cell(&route)).collect();
    cells.iter().for_each(|cell| registry.insert(cell));
    assert_eq!(found(&registry).len(), 20_000);
    cells.iter().for_each(|cell| registry.remove(cell));
    assert_eq!(found(&registry), [0; 0]);
    for cell in &cells {
        assert_eq!(Arc::strong_count(cell), 1, "the registry keeps none");
    }
    let one = cell(&route);
    registry.insert(&one);
    assert_eq!(found(&registry), [address(&one)]);
}

#[test]
fn threads_insert_remove_and_visit_at_once() {
    let (registry, route) = (Registry::default(), route());
    let stays: Vec<_> = (0..100).map(|_| cell(&route)).collect();
    stays.iter().for_each(|cell| registry.insert(cell));
    let stays: BTreeSet<_> = stays.iter().map(address).collect();
    let done = AtomicBool::new(false);
    let visits = thread::scope(|scope| {
        let workers: Vec<_> = (0..3)
            .map(|seed: usize| {
                let (registry, route) = (&registry, &route);
                scope.spawn(move || {
                    let mut open = Vec::new();
                    for step in 0..4_000 {
                        if (step * 7 + seed) % 5 < 3 {
                            open.push(cell(route));
                            registry.insert(open.last().expect("just pushed"));
                        } else if !open.is_empty() {
                            let gone = open.swap_remove(step % open.len());
                            registry.remove(&gone);
                        }
                    }
                    open.iter().for_each(|cell| registry.remove(cell));
                })
            })
            .collect();
        let visitor = scope.spawn(|| {
            let mut visits = 0;
            while !done.load(Ordering::Acquire) || visits == 0 {
                let found: BTreeSet<_> = found(&registry).into_iter().collect();
                assert!(stays.is_subset(&found), "what stays is always found");
                visits += 1;
            }
            visits
        });
        for worker in workers {
            worker.join().expect("no panic");
        }
        done.store(true, Ordering::Release);
        visitor.join().expect("no panic")
    });
    assert!(visits > 0);
    assert_eq!(found(&registry), stays.into_iter().collect::<Vec<_>>());
}

/// What an allocation of `size` bytes takes of the allocator, at least.
fn allocated(size: usize) -> usize {
    (size + 8).next_multiple_of(16)
}

#[test]
fn a_stream_without_a_connection_keeps_at_most_512_bytes() {
    let counts = 2 * size_of::<usize>();
    let stream = allocated(size_of::<Stream>());
    let cell = allocated(counts + size_of::<StreamCell>());
    // A place in the registry.
    let place = 2 * size_of::<usize>();
    let inline = size_of::<ObservedBody<Full<Bytes>, Sse>>() - size_of::<Full<Bytes>>();
    let all = stream + cell + place + inline;
    let sizes = format!(
        "{all} bytes: {} for the state, {} for the cell, {inline} in the body",
        size_of::<Stream>(),
        size_of::<StreamCell>()
    );
    assert!(all <= 512, "{sizes}");
    assert!(size_of::<SseState>() <= 16, "{sizes}");
    assert!(size_of::<StreamCell>() <= 128, "{sizes}");
    assert!(size_of::<Stream>() <= 256, "{sizes}");
}
