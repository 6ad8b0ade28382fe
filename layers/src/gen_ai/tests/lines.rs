//! The lines of calls.

use super::support::{Does, Rig, Script, drain, poll, tell};
use crate::{
    gen_ai::{Operation, Provider, Tokens},
    log::tests::support::subscribe,
    span::tests::support::Traces,
};

fn rig() -> Rig {
    Rig::with_all(|options| options.without_spans())
}

/// A line without what differs from run to run.
fn stable(line: &str) -> String {
    let words = line.split(' ').filter(|word| !word.contains("_seconds="));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_call_has_a_line_at_its_end() {
    for does in Does::ALL {
        let (_guard, lines) = subscribe();
        does.make(rig().chat());
        let lines = lines.take();
        if does == Does::Unpolled {
            assert_eq!(lines, [""; 0]);
            continue;
        }
        let (outcome, error) = does.outcome();
        let level = if matches!(outcome, "error" | "panic") {
            "ERROR"
        } else {
            "INFO"
        };
        let error = error.map_or(String::new(), |error| format!(" error.type=\"{error}\""));
        let expected = format!(
            "{level} bartizan::gen_ai \"call ended\" gen_ai.operation.name=\"chat\" gen_ai.provider.name=\"openai\" \
             gen_ai.request.model=\"gpt-5\" outcome=\"{outcome}\"{error} gen_ai.usage.input_tokens=10 \
             gen_ai.usage.output_tokens=4 cost_usd=0.5"
        );
        assert!(lines[0].contains(" duration_seconds="), "{lines:?}");
        let lines: Vec<_> = lines.iter().map(|line| stable(line)).collect();
        assert_eq!(lines, [expected], "{does:?}");
    }
}

#[test]
fn a_stream_has_one_with_its_first_token() {
    let (_guard, lines) = subscribe();
    let rig = rig();
    let body = rig
        .chat()
        .stream(Script::data(["data: a\n\n"]), Tokens::PerEvent);
    tell(body.call());
    drain(Box::pin(body).as_mut());
    let lines = lines.take();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].contains(" time_to_first_token_seconds="),
        "{lines:?}"
    );
}

#[test]
fn names_cannot_forge_a_line() {
    let (_guard, lines) = subscribe();
    let rig = rig();
    let provider = Provider::new("a\nINFO forged");
    Does::Succeed.make(rig.gen_ai.call(Operation::Chat, provider, "\u{202e}\"b\""));
    Does::Succeed.make(rig.gen_ai.tool("c\u{7}"));
    let lines = lines.take();
    assert!(
        lines[0].contains("gen_ai.provider.name=\"a_INFO forged\" gen_ai.request.model=\"__b_\""),
        "{lines:?}"
    );
    assert!(lines[1].contains("gen_ai.tool.name=\"c_\""), "{lines:?}");
}

#[test]
fn lines_have_the_ids_of_the_span() {
    let (_guard, lines) = subscribe();
    let traces = Traces::new();
    let rig = Rig::with_all(|options| options.tracer_provider(&traces.provider));
    let body = rig.chat().run(async |call| {
        Ok::<_, ()>(call.stream(Script::data(["data: a\n\n"]), Tokens::PerEvent))
    });
    let std::task::Poll::Ready(Ok(body)) = poll(Box::pin(body).as_mut()) else {
        panic!("it is ready");
    };
    drain(Box::pin(body).as_mut());
    let span = traces.only().span_context;
    let ids = format!(
        "trace_id=\"{}\" span_id=\"{}\"",
        span.trace_id(),
        span.span_id()
    );
    let lines = lines.take();
    assert!(lines[0].contains(&ids), "{lines:?}");
}

#[test]
fn lines_can_be_left_out() {
    let (_guard, lines) = subscribe();
    Does::Fail.make(Rig::new().chat());
    assert_eq!(lines.take(), [""; 0]);
}
