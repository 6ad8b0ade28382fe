//! Which figures are taken, and which are refused.

use super::support::{CHAT, COST, Rig, USAGE, poll};
use crate::{
    catalog::{self, Metric},
    gen_ai::{Call, GenAi, Operation, Provider},
};

/// A call that is told this.
fn told(rig: &Rig, tell: impl FnOnce(&Call)) {
    let run = rig.chat().run(async |call| {
        tell(&call);
        Ok::<_, ()>(())
    });
    assert!(poll(Box::pin(run).as_mut()).is_ready());
}

#[test]
fn costs_that_are_none_are_refused() {
    for absurd in [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.01,
        1e6 + 1.0,
        f64::MAX,
    ] {
        let rig = Rig::new();
        told(&rig, |call| call.cost_usd(absurd));
        assert_eq!(rig.scribe.series(COST), [""; 0], "{absurd}");

        let rig = Rig::new();
        told(&rig, |call| {
            call.cost_usd(0.5);
            call.cost_usd(absurd);
            call.cost_usd(0.25);
        });
        assert_eq!(rig.sum(COST), 0.75, "{absurd}");
    }
}

#[test]
fn a_call_may_be_free() {
    let rig = Rig::new();
    told(&rig, |call| {
        call.cost_usd(0.0);
        call.input_tokens(0);
    });
    assert_eq!(rig.risen(COST), [format!("{{{CHAT}}} 1")]);
    assert_eq!(rig.sum(COST), 0.0);
    assert_eq!(
        rig.risen(USAGE),
        [format!("{{{CHAT},gen_ai_token_type=input}} 1")]
    );
}

#[test]
fn tokens_that_no_model_has_are_refused() {
    let rig = Rig::new();
    told(&rig, |call| {
        call.input_tokens(u64::MAX);
        call.output_tokens(1_000_000_001);
    });
    assert_eq!(rig.scribe.series(USAGE), [""; 0]);

    let rig = Rig::new();
    told(&rig, |call| {
        call.input_tokens(1_000_000_000);
        call.input_tokens(1);
        call.output_tokens(5);
        call.output_tokens(u64::MAX);
    });
    assert_eq!(rig.sum(USAGE), 1_000_000_005.0);
}

#[test]
fn buckets_are_the_convention_s() {
    let powers = |base: f64, first: f64, count: i32| -> Vec<f64> {
        (0..count).map(|power| first * base.powi(power)).collect()
    };
    let close = |metric: &Metric, expected: Vec<f64>| {
        let edges = metric.buckets.expect("a histogram");
        assert_eq!(edges.len(), expected.len());
        for (edge, expected) in edges.iter().zip(expected) {
            assert!(
                (edge / expected - 1.0).abs() < 1e-12,
                "{edge}, not {expected}"
            );
        }
    };
    close(
        &catalog::GEN_AI_CLIENT_OPERATION_DURATION,
        powers(2.0, 0.01, 14),
    );
    close(&catalog::GEN_AI_CLIENT_TOKEN_USAGE, powers(4.0, 1.0, 14));
    close(&catalog::GEN_AI_COST, powers(10.0, 0.0001, 7));
}

#[test]
fn words_are_the_convention_s() {
    let words: Vec<_> = Operation::ALL.iter().map(|word| word.to_string()).collect();
    assert_eq!(words.len(), 17);
    assert!(words.is_sorted_by(|a, b| a < b), "{words:?}");
    let words: Vec<_> = Provider::WELL_KNOWN
        .iter()
        .map(|word| word.to_string())
        .collect();
    assert_eq!(words.len(), 16);
    assert!(words.is_sorted_by(|a, b| a < b), "{words:?}");
}

#[test]
fn a_recorder_that_panics_costs_the_record_alone() {
    let gen_ai = GenAi::builder().meter(crate::meter::hooked::panicking());
    let gen_ai = gen_ai.build().expect("options");
    let new = gen_ai.call(Operation::Chat, Provider::OPENAI, "gpt-5");
    let run = new.run(async |call| {
        super::support::tell(&call);
        Ok::<_, ()>(7)
    });
    assert_eq!(poll(Box::pin(run).as_mut()), std::task::Poll::Ready(Ok(7)));
}
