//! A million random paths against the places of real routes.

use std::{collections::BTreeSet, thread};

use route_canon::{Admission, Budget, label};

const PLACES: usize = 200;
const FLOOD: u64 = 1_000_000;

/// The label of a path that was answered with success.
fn label_of<'a>(budget: &'a Budget, path: &str) -> &'a str {
    match budget.vouch(path) {
        None => label::UNMATCHED,
        Some(admission) => match admission.id() {
            Some(id) => budget.value(id).expect("it was admitted"),
            None => label::OVERFLOW,
        },
    }
}

/// A path that no other number has.
fn random(number: u64) -> String {
    // SplitMix64's last steps: each number has a value of its own.
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    format!("/{:016x}", mixed ^ (mixed >> 27))
}

fn real(number: usize) -> String {
    format!("/api/resource{number}/{{id}}")
}

#[test]
fn routes_that_come_while_a_flood_is_answered_with_success_are_all_told_apart() {
    let budget = Budget::new(PLACES);
    let mut labels = BTreeSet::new();
    for number in 0..FLOOD {
        labels.insert(label_of(&budget, &random(number)).to_owned());
        if number % 10 == 0 {
            let route = real(number as usize / 10 % PLACES);
            labels.insert(label_of(&budget, &route).to_owned());
        }
    }
    assert!(labels.len() <= PLACES + 2, "{} labels", labels.len());
    for number in 0..PLACES {
        assert_eq!(label_of(&budget, &real(number)), real(number));
    }
    eprintln!(
        "{FLOOD} random paths, {PLACES} places: {} labels, {PLACES} routes told apart",
        labels.len()
    );
}

#[test]
fn routes_that_were_seen_before_a_flood_keep_their_places() {
    let budget = Budget::new(PLACES);
    for _ in 0..2 {
        for number in 0..PLACES {
            label_of(&budget, &real(number));
        }
    }
    thread::scope(|scope| {
        for thread in 0..4 {
            let budget = &budget;
            scope.spawn(move || {
                for number in (thread..FLOOD / 10).step_by(4) {
                    // Twice, as one who knows how it works would do it.
                    for _ in 0..2 {
                        assert_eq!(label_of(budget, &random(number)), label::OVERFLOW);
                    }
                }
            });
        }
    });
    for number in 0..PLACES {
        assert_eq!(label_of(&budget, &real(number)), real(number));
    }
    assert_eq!(budget.overflowed(), 2 * FLOOD / 10);
}

#[test]
fn what_is_asked_for_and_not_there_takes_no_place() {
    let budget = Budget::new(PLACES);
    for number in 0..FLOOD / 10 {
        assert_eq!(budget.lookup(&random(number)), None);
    }
    assert_eq!((budget.len(), budget.overflowed()), (0, 0));
}

#[test]
fn a_flood_that_repeats_itself_leaves_no_more_labels_than_places() {
    let budget = Budget::new(PLACES);
    let mut firsts = 0;
    for number in 0..FLOOD / 10 {
        for _ in 0..2 {
            let first = Some(Admission::Overflow { first: true });
            firsts += u32::from(budget.vouch(&random(number)) == first);
        }
    }
    assert_eq!(budget.len(), PLACES);
    assert_eq!(firsts, 1, "told once");
}
