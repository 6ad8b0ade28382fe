//! Labels are bounded, and cleaned.

use super::support::{CHAT, COST, DURATION, Does, Rig, poll};
use crate::gen_ai::{GenAi, GenAiError, Operation, Provider};

/// The distinct values of a label in a metric's series.
fn values(rig: &Rig, metric: &str, label: &str) -> std::collections::BTreeSet<String> {
    let series = rig.scribe.series(metric);
    let values = series.iter().filter_map(|series| {
        let (_, rest) = series.split_once(&format!("{label}="))?;
        Some(rest.split([',', '}']).next()?.to_owned())
    });
    values.collect()
}

#[test]
fn a_flood_of_names_makes_no_more_series_than_the_caps() {
    let rig = Rig::with(|options| {
        let options = options.model_cap(5).provider_cap(3).teams(2).tool_cap(4);
        options.models(["small", "large"])
    });
    for number in 0..10_000 {
        let (model, provider) = (format!("model-{number}"), format!("provider-{number}"));
        let new = rig
            .gen_ai
            .call(Operation::Chat, Provider::new(&provider), &model);
        Does::Succeed.make(new.team(&format!("team-{number}")));
        Does::Succeed.make(rig.gen_ai.tool(&format!("tool-{number}")));
    }
    let models = values(&rig, DURATION, "gen_ai_request_model");
    // Two have their places whatever comes, and were not asked for yet.
    assert_eq!(models.len(), 5 + 1, "{models:?}");
    assert_eq!(values(&rig, DURATION, "gen_ai_provider_name").len(), 3 + 1);
    assert_eq!(values(&rig, COST, "team").len(), 2 + 1);
    // Five ways to end, for five models, the rest of them, and tools.
    assert_eq!(rig.scribe.series(DURATION).len(), 5 * 7);
    let expected = [
        "{label=gen_ai_provider_name} 9997",
        "{label=gen_ai_request_model} 9995",
        "{label=team} 9998",
    ];
    assert_eq!(rig.risen("bartizan_label_overflow_total"), expected);

    Does::Succeed.make(rig.gen_ai.call(Operation::Chat, Provider::X_AI, "large"));
    let known =
        "{gen_ai_operation_name=chat,gen_ai_provider_name=x_ai,gen_ai_request_model=large} 1";
    assert!(rig.risen(DURATION).contains(&known.to_owned()));
}

#[test]
fn a_flood_of_tools_makes_no_more_names_of_spans_than_the_cap() {
    let traces = crate::span::tests::support::Traces::new();
    let rig = Rig::with_all(|options| options.tracer_provider(&traces.provider).tool_cap(4));
    for number in 0..200 {
        Does::Succeed.make(rig.gen_ai.tool(&format!("tool-{number}")));
    }
    let spans = traces.finished();
    let names: std::collections::BTreeSet<_> = spans.iter().map(|span| span.name.clone()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    assert!(names.contains("execute_tool {overflow}"), "{names:?}");
}

#[test]
fn past_the_cap_of_label_sets_all_share_a_series() {
    let scribe = crate::grpc::tests::support::Scribe::new();
    let meter = crate::meter::Meter::builder().recorder(scribe.recorder());
    let meter = meter.max_label_sets(2).build().expect("a meter");
    let gen_ai = GenAi::builder()
        .meter(meter)
        .without_lines()
        .without_spans();
    let gen_ai = gen_ai.build().expect("options");
    for model in ["a", "b", "c"] {
        Does::Fail.make(gen_ai.call(Operation::Chat, Provider::OPENAI, model));
    }
    // The first model's success has a place, for it is foreseen, and its failure has the other.
    let mut series = scribe.series(DURATION);
    series.retain(|series| !series.ends_with(" 0"));
    assert_eq!(
        series,
        [
            "{gen_ai_operation_name=chat,gen_ai_provider_name=openai,gen_ai_request_model=a,error_type=_OTHER} 1",
            "{gen_ai_operation_name={overflow},gen_ai_provider_name={overflow},gen_ai_request_model={overflow}} 2"
        ]
    );
}

#[test]
fn names_cannot_forge_a_scrape_and_empty_ones_are_absent() {
    let rig = Rig::new();
    let long = "ü".repeat(300);
    for model in ["a\"b\nc\\d", "", &long] {
        let provider = Provider::new(if model.is_empty() { "" } else { "mine\n" });
        Does::Succeed.make(rig.gen_ai.call(Operation::Embeddings, provider, model));
    }
    let long = "ü".repeat(128);
    let named = |model| {
        format!(
            "{{gen_ai_operation_name=embeddings,gen_ai_provider_name=mine_,gen_ai_request_model={model}}} 1"
        )
    };
    let expected = [
        named("a_b_c_d"),
        named(&long),
        "{gen_ai_operation_name=embeddings} 1".to_owned(),
    ];
    assert_eq!(rig.risen(DURATION), expected);
}

#[test]
fn a_team_is_told_where_teams_were_asked_for() {
    let cost = |rig: &Rig, team: Option<&str>| {
        let new = rig.chat();
        let new = match team {
            Some(team) => new.team(team),
            None => new,
        };
        Does::Hang.make(new);
        rig.risen(COST)
    };
    let rig = Rig::new();
    assert_eq!(cost(&rig, Some("search")), [format!("{{{CHAT}}} 1")]);
    let rig = Rig::with(|options| options.teams(1));
    assert_eq!(
        cost(&rig, Some("search")),
        [format!("{{{CHAT},team=search}} 1")]
    );
    let all = [
        format!("{{{CHAT},team=search}} 1"),
        format!("{{{CHAT},team={{overflow}}}} 1"),
    ];
    assert_eq!(cost(&rig, Some("ads")), all);
    assert!(cost(&rig, None).contains(&format!("{{{CHAT}}} 1")));
    assert!(
        !rig.scribe
            .series(DURATION)
            .iter()
            .any(|series| series.contains("team"))
    );
}

#[test]
fn options_are_checked() {
    let long = "x".repeat(49);
    for (field, builder) in [
        ("model_cap", GenAi::builder().model_cap(0)),
        ("provider_cap", GenAi::builder().provider_cap(4_001)),
        ("tool_cap", GenAi::builder().tool_cap(0)),
        ("teams", GenAi::builder().teams(0)),
        (
            "models",
            GenAi::builder().models((0..4_001).map(|number| number.to_string())),
        ),
        ("end_type", GenAi::builder().end_type("")),
        ("end_type", GenAi::builder().end_type(long)),
        (
            "keepalive_types",
            GenAi::builder().keepalive_types(["a\nb"]),
        ),
        ("end_data", GenAi::builder().end_data("more than sixteen")),
    ] {
        let error = builder.build().expect_err("refused");
        let text = error.to_string();
        assert!(text.starts_with(&format!("gen_ai.{field}: ")), "{text}");
        match error {
            GenAiError::Cap { .. } => assert!(text.contains("1 to 4000 names"), "{text}"),
            GenAiError::EventType { .. } | GenAiError::EndData { .. } => {
                assert!(text.contains("1 to "), "{text}");
            }
        }
    }
}

#[test]
fn calls_of_many_threads_are_all_recorded() {
    let rig = Rig::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..250 {
                    let model = format!("model-{}", number % 5);
                    let new = rig.gen_ai.call(Operation::Chat, Provider::OPENAI, &model);
                    let run = new.run(async |call| {
                        call.output_tokens(1);
                        Ok::<_, ()>(())
                    });
                    assert!(poll(Box::pin(run).as_mut()).is_ready());
                }
            });
        }
    });
    let risen = rig.risen(DURATION);
    assert_eq!(risen.len(), 5);
    assert!(
        risen.iter().all(|series| series.ends_with(" 200")),
        "{risen:?}"
    );
}
