//! Lines of busy routes that are left out.

use std::time::Duration;

use tokio::time::advance;

use super::support::{Reply, Step, answer, exchange, get, lines_of, stream, subscribe};
use crate::log::{Log, LogLayer};

fn sampled(first: u32, then_one_of: u32) -> LogLayer {
    LogLayer::new(
        Log::builder()
            .sample(first, then_one_of)
            .build()
            .expect("a log"),
    )
}

/// Which of so many requests have a line, and what it says was left out.
fn kept(layer: &LogLayer, requests: usize, reply: fn() -> Reply) -> Vec<(usize, u64)> {
    let of_request = |index| {
        let lines = lines_of(layer, get(), reply);
        lines.first().map(|line| (index, skipped(line)))
    };
    (1..=requests).filter_map(of_request).collect()
}

fn skipped(line: &str) -> u64 {
    let skipped = line.split_once(" skipped=");
    skipped.map_or(0, |(_, number)| number.parse().expect("a number"))
}

#[tokio::test(start_paused = true)]
async fn the_first_of_each_second_are_kept_and_then_one_of_some() {
    let layer = sampled(3, 4);
    let ok = || answer(200, []);
    assert_eq!(
        kept(&layer, 12, ok),
        [(1, 0), (2, 0), (3, 0), (7, 3), (11, 3)]
    );
    advance(Duration::from_secs(1)).await;
    assert_eq!(kept(&layer, 4, ok), [(1, 1), (2, 0), (3, 0)]);
    advance(Duration::from_secs(3_600)).await;
    assert_eq!(kept(&layer, 1, ok), [(1, 1)]);
}

#[tokio::test(start_paused = true)]
async fn errors_and_warnings_are_all_kept_and_tell_what_was_left_out() {
    let log = Log::builder().sample(1, 1_000).warn_of_client_faults();
    let layer = LogLayer::new(log.build().expect("a log"));
    assert_eq!(kept(&layer, 9, || answer(200, [])), [(1, 0)]);
    assert_eq!(
        kept(&layer, 3, || answer(500, [])),
        [(1, 8), (2, 0), (3, 0)]
    );
    assert_eq!(kept(&layer, 2, || answer(404, [])), [(1, 0), (2, 0)]);
    assert_eq!(kept(&layer, 5, || answer(200, [])), []);
    assert_eq!(kept(&layer, 1, || Reply::Error), [(1, 5)]);
}

#[tokio::test(start_paused = true)]
async fn routes_have_their_own_counts_and_none_are_left_out_by_default() {
    let layer = sampled(1, 1_000);
    assert_eq!(kept(&layer, 5, || answer(200, [])), [(1, 0)]);
    let mut other = get();
    *other.uri_mut() = http::Uri::from_static("/other");
    assert_eq!(lines_of(&layer, other, || answer(200, [])).len(), 1);
    assert_eq!(
        kept(&LogLayer::default(), 500, || answer(200, [])).len(),
        500
    );
    assert_eq!(kept(&sampled(0, 1), 50, || answer(200, [])).len(), 50);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_opened_without_a_line_closes_without_one_unless_it_fails() {
    let layer = sampled(1, 1_000);
    let lines = |reply: fn() -> Reply| lines_of(&layer, get(), reply).len();
    assert_eq!(lines(|| stream([])), 2);
    assert_eq!(lines(|| stream([])), 0);
    assert_eq!(lines(|| stream([Step::Hang])), 0);
    let failed = lines_of(&layer, get(), || stream([Step::Fail]));
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(
        skipped(&failed[0]),
        5,
        "two streams of two lines, and its own opening"
    );
}

#[test]
fn threads_lose_no_line() {
    const THREADS: u64 = 4;
    const REQUESTS: u64 = 500;
    let layer = sampled(2, 50);
    let (mut kept, mut left_out) = (0, 0);
    std::thread::scope(|scope| {
        let run = || {
            let (_guard, lines) = subscribe();
            for _ in 0..REQUESTS {
                exchange(&layer, get(), || answer(200, []));
            }
            lines.take()
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(run)).collect();
        for thread in threads {
            let lines = thread.join().expect("no thread panics");
            kept += lines.len() as u64;
            left_out += lines.iter().map(|line| skipped(line)).sum::<u64>();
        }
    });
    let last = lines_of(&layer, get(), || answer(500, []));
    left_out += skipped(&last[0]);
    assert_eq!(kept + left_out, THREADS * REQUESTS);
}
