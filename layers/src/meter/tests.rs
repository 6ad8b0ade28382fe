//! The table of handles, and the meter's generations.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use metrics::Counter;
use metrics_exporter_prometheus::PrometheusBuilder;

use super::{
    Family, Key, Meter,
    ladder::{Full, Ladder, MAX_KEYS},
};
use crate::catalog::{self, LABEL_OVERFLOW};

fn key(number: usize) -> Key {
    Key {
        closed: number as u64,
        capped: 0,
    }
}

#[test]
fn a_ladder_finds_what_it_took_up_to_its_cap() {
    let ladder = Ladder::default();
    for number in 0..MAX_KEYS {
        assert_eq!(ladder.find(key(number)), None);
        assert_eq!(
            ladder.find_or_insert(key(number), MAX_KEYS, || Some(number)),
            Ok(Some(&number))
        );
    }
    assert_eq!(
        ladder.find_or_insert(key(MAX_KEYS), MAX_KEYS, || Some(0)),
        Err(Full)
    );
    for number in 0..MAX_KEYS {
        assert_eq!(ladder.find(key(number)), Some(&number));
    }
}

#[test]
fn a_ladder_holds_one_value_a_key_however_many_threads_insert() {
    let ladder = Ladder::default();
    let made = AtomicUsize::new(0);
    let seen: HashSet<(usize, usize)> = thread::scope(|scope| {
        let insert = || {
            (0..500)
                .map(|number| {
                    let value = ladder.find_or_insert(key(number), 400, || {
                        Some(made.fetch_add(1, Ordering::Relaxed))
                    });
                    (number, value.ok().flatten().copied().unwrap_or(usize::MAX))
                })
                .collect::<Vec<_>>()
        };
        let threads = [
            scope.spawn(insert),
            scope.spawn(insert),
            scope.spawn(insert),
        ];
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    let kept = seen
        .iter()
        .filter(|(_, value)| *value != usize::MAX)
        .count();
    assert!(kept <= 400, "{kept} kept");
    assert!(ladder.len() <= 400);
    for number in 0..500 {
        let values = seen
            .iter()
            .filter(|(n, value)| *n == number && *value != usize::MAX);
        assert!(values.count() <= 1, "two values for {number}");
    }
}

#[test]
fn without_a_recorder_nothing_is_kept() {
    let meter = Meter::new();
    let family = Family::<Counter>::new(&meter, &LABEL_OVERFLOW);
    let count = |meter: &Meter| family.with(meter, key(1), |_| {}, |counter| counter.increment(1));
    assert_eq!(count(&meter), None);
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || assert_eq!(count(&meter), Some(key(1))));
    // The handle is kept by now.
    assert_eq!(count(&meter), Some(key(1)));
    assert!(
        recorder
            .handle()
            .render()
            .contains("bartizan_label_overflow_total 2")
    );
}

#[test]
fn a_refresh_registers_anew_and_only_where_asked_for() {
    for refreshable in [false, true] {
        let build = || PrometheusBuilder::new().build_recorder();
        let (first, second) = (build(), build());
        let meter = if refreshable {
            Meter::builder().refreshable()
        } else {
            Meter::builder()
        };
        let meter = meter.build().expect("a meter");
        let family = Family::<Counter>::new(&meter, &LABEL_OVERFLOW);
        let count = || family.with(&meter, key(1), |_| {}, |counter| counter.increment(1));
        metrics::with_local_recorder(&first, count);
        assert_eq!(meter.refresh(), refreshable);
        metrics::with_local_recorder(&second, count);
        let anew = second
            .handle()
            .render()
            .contains("bartizan_label_overflow_total 1");
        assert_eq!(anew, refreshable);
    }
}

#[test]
fn every_bit_of_a_key_tells_in_the_lowest_bits_of_its_hash() {
    // 1,900 values of any one label, the capped ones included, spread over the last rung.
    for shift in [0, 16, 32, 48] {
        let mut places = HashSet::new();
        for value in 0..1_900_u64 {
            places.insert(
                Key {
                    closed: 7,
                    capped: value << shift,
                }
                .hash()
                    & (MAX_KEYS - 1),
            );
        }
        // Thrown at random, 1,900 keys would take some 1,520 of 4,096 places.
        assert!(
            places.len() > 1_300,
            "{} places for label {}",
            places.len(),
            shift / 16
        );
    }
    let closed: HashSet<_> = (0..1_900_u64)
        .map(|route| Key::closed(route << 24).hash() & (MAX_KEYS - 1))
        .collect();
    assert!(closed.len() > 1_300, "{} places for routes", closed.len());
}

#[test]
fn a_metric_of_the_catalogue_is_recorded_by_hand() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let meter = Meter::new();
    let labels = [(catalog::SIGNAL, "traces")];
    assert!(meter.gauge(&catalog::EXPORTER_UP, &labels).is_none());
    metrics::with_local_recorder(&recorder, || {
        let up = meter.gauge(&catalog::EXPORTER_UP, &labels);
        up.expect("there is a recorder").set(1.0);
        let failures = meter.counter(&catalog::EXPORT_FAILURES, &labels);
        failures.expect("there is a recorder").increment(2);
    });
    let text = recorder.handle().render();
    assert!(
        text.contains("bartizan_exporter_up{signal=\"traces\"} 1"),
        "{text}"
    );
    assert!(
        text.contains("bartizan_export_failures_total{signal=\"traces\"} 2"),
        "{text}"
    );
}
