use super::*;
use proptest::prelude::*;
use std::{
    collections::{HashMap, HashSet},
    sync::Barrier,
    thread,
};

const THREADS: usize = 8;

#[test]
fn ids_are_dense_and_in_the_order_of_admission() {
    let budget = Budget::new(3);
    assert!(budget.is_empty());
    for (index, value) in ["/b", "", "/a"].into_iter().enumerate() {
        assert_eq!(budget.lookup(value), None);
        let Admission::Admitted(id) = budget.admit(value) else {
            panic!("{value:?} is refused")
        };
        assert_eq!(id.index(), index);
        assert_eq!(budget.admit(value), Admission::Known(id));
        assert_eq!(budget.lookup(value), Some(id));
        assert_eq!(budget.value(id), Some(value));
    }
    let values: Vec<_> = budget
        .iter()
        .map(|(id, value)| (id.index(), value))
        .collect();
    assert_eq!(values, [(0, "/b"), (1, ""), (2, "/a")]);
    assert_eq!((budget.len(), budget.limit()), (3, 3));
}

#[test]
fn a_spent_budget_overflows_and_keeps_what_it_has() {
    let budget = Budget::new(1);
    let known = budget.admit("/a").id();
    assert_eq!(budget.admit("/b"), Admission::Overflow { first: true });
    assert_eq!(budget.admit("/b"), Admission::Overflow { first: false });
    assert_eq!(budget.admit("/c").id(), None);
    assert_eq!(budget.overflowed(), 3);
    assert_eq!(budget.admit("/a").id(), known);
    assert_eq!((budget.len(), budget.lookup("/b")), (1, None));
}

#[test]
fn the_limit_is_clamped() {
    assert_eq!(Budget::new(0).limit(), 1);
    assert_eq!(Budget::new(usize::MAX).limit(), Budget::MAX_LIMIT);
    assert_eq!(Budget::default().limit(), Budget::DEFAULT_LIMIT);
}

#[test]
fn the_highest_limit_can_be_reached() {
    let budget = Budget::new(Budget::MAX_LIMIT);
    for number in 0..Budget::MAX_LIMIT {
        let id = budget.admit(&number.to_string()).id().unwrap();
        assert_eq!(id.index(), number);
    }
    assert_eq!(
        budget.admit("one more"),
        Admission::Overflow { first: true }
    );
    for number in 0..Budget::MAX_LIMIT {
        let id = budget.lookup(&number.to_string()).unwrap();
        assert_eq!(id.index(), number);
    }
}

#[test]
fn an_id_that_was_not_given_out_has_no_value() {
    let (small, large) = (Budget::new(1), Budget::new(9));
    let ids: Vec<_> = (0..9)
        .filter_map(|number| large.admit(&number.to_string()).id())
        .collect();
    assert!(ids.iter().all(|&id| small.value(id).is_none()));
}

#[test]
fn threads_agree_on_one_id_for_each_value() {
    for limit in [1, 7, 64, 100, 200] {
        let budget = Budget::new(limit);
        let barrier = Barrier::new(THREADS);
        let answers: Vec<Vec<(usize, Admission)>> = thread::scope(|scope| {
            let admit = |thread: usize| {
                barrier.wait();
                // The same values for all, in a different order for each.
                let order = (0..100).map(move |step| (step * (2 * thread + 1) + thread * 13) % 100);
                order
                    .map(|value| (value, budget.admit(&name(value))))
                    .collect()
            };
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| scope.spawn(move || admit(thread)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });

        let answers: Vec<_> = answers.into_iter().flatten().collect();
        let mut ids = HashMap::new();
        for (value, id) in answers
            .iter()
            .filter_map(|&(value, answer)| Some((value, answer.id()?)))
        {
            assert_eq!(*ids.entry(value).or_insert(id), id, "one id for {value}");
            assert_eq!(budget.value(id), Some(&*name(value)));
            assert_eq!(budget.lookup(&name(value)), Some(id));
        }
        let distinct: HashSet<_> = ids.values().collect();
        assert_eq!(distinct.len(), ids.len(), "one value for each id");
        assert_eq!(budget.len(), limit.min(100));
        assert_eq!(budget.iter().count(), budget.len());

        let count = |is: fn(Admission) -> bool| answers.iter().filter(|(_, a)| is(*a)).count();
        let overflows = count(|answer| answer.id().is_none());
        assert_eq!(
            count(|answer| matches!(answer, Admission::Admitted(_))),
            budget.len()
        );
        assert_eq!(overflows as u64, budget.overflowed());
        let firsts = count(|answer| answer == Admission::Overflow { first: true });
        assert_eq!(firsts, usize::from(overflows > 0));
    }
}

#[test]
fn a_reader_sees_whole_values_while_others_admit() {
    let budget = Budget::new(2000);
    thread::scope(|scope| {
        scope.spawn(|| {
            for value in 0..2000 {
                assert!(budget.admit(&name(value)).id().is_some());
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                while budget.len() < budget.limit() {
                    for value in 0..budget.len() {
                        let id = budget.lookup(&name(value)).unwrap();
                        assert_eq!(id.index(), value);
                        assert_eq!(budget.value(id), Some(&*name(value)));
                    }
                }
            });
        }
    });
}

proptest! {
    #[test]
    fn agrees_with_a_map(limit in 1_usize..20, values in prop::collection::vec("[ab]{0,4}|a{10,40}", 0..60)) {
        let budget = Budget::new(limit);
        let mut known: Vec<&str> = Vec::new();
        for value in &values {
            let place = known.iter().position(|known| known == value);
            if place.is_none() && known.len() < limit {
                known.push(value);
            }
            let id = budget.admit(value).id().map(ValueId::index);
            prop_assert_eq!(id, known.iter().position(|known| known == value));
        }
        prop_assert_eq!(budget.iter().map(|(_, value)| value).collect::<Vec<_>>(), known);
    }
}

fn name(value: usize) -> String {
    format!("/api/things/{value}")
}

#[test]
fn constants_take_no_place() {
    let budget = Budget::new(1);
    for constant in [label::UNMATCHED, label::OVERFLOW, label::OTHER] {
        for _ in 0..3 {
            assert_eq!(budget.vouch(constant), None);
            assert_eq!(budget.label(constant, true), constant);
            assert_eq!(budget.label(constant, false), constant);
        }
    }
    assert!(budget.is_empty());
    budget.admit("/a");
    assert_eq!(budget.label("/b", true), label::OVERFLOW);
    assert_eq!(budget.label("/b", false), label::UNMATCHED);
    assert_eq!(budget.label("/a", false), "/a");
    assert_eq!(budget.vouch(label::UNMATCHED), None);
    assert_eq!(budget.label(label::UNMATCHED, true), label::UNMATCHED);
    assert_eq!(budget.overflowed(), 1);
}
