//! The spans of calls.

use opentelemetry::{
    Context,
    trace::{SpanKind, Status, TraceContextExt, Tracer as _, TracerProvider as _},
};
use opentelemetry_sdk::trace::SpanData;

use super::support::{Does, Error, Rig, Script, Step, drain, frame, poll};
use crate::{
    gen_ai::{GenAi, Operation, Provider, Tokens},
    span::tests::support::{Traces, attribute},
};

fn rig(traces: &Traces) -> Rig {
    Rig::with_all(|options| options.tracer_provider(&traces.provider).without_lines())
}

fn pairs(span: &SpanData) -> Vec<String> {
    let attributes = span.attributes.iter();
    attributes
        .map(|pair| format!("{}={}", pair.key, pair.value))
        .collect()
}

#[test]
fn a_call_has_the_convention_s_attributes() {
    let traces = Traces::new();
    let run = rig(&traces).chat().run(async |call| {
        super::support::tell(&call);
        call.response_model("gpt-5-2026\n");
        call.response_id("chatcmpl-7");
        call.finish_reason("stop");
        call.finish_reason("length");
        Ok::<_, Error>("an answer that no one is told")
    });
    assert!(poll(Box::pin(run).as_mut()).is_ready());
    let span = traces.only();
    assert_eq!(span.name, "chat gpt-5");
    assert_eq!(span.span_kind, SpanKind::Client);
    assert_eq!(span.status, Status::Unset);
    let expected = [
        "gen_ai.operation.name=chat",
        "gen_ai.provider.name=openai",
        "gen_ai.request.model=gpt-5",
        "gen_ai.usage.input_tokens=10",
        "gen_ai.usage.output_tokens=4",
        "gen_ai.response.model=gpt-5-2026_",
        "gen_ai.response.id=chatcmpl-7",
        "gen_ai.response.finish_reasons=[\"stop\",\"length\"]",
    ];
    assert_eq!(pairs(&span), expected);
}

#[test]
fn a_tool_has_its_name() {
    let traces = Traces::new();
    Does::Hang.make(rig(&traces).gen_ai.tool("search_web"));
    let span = traces.only();
    assert_eq!(span.name, "execute_tool search_web");
    assert_eq!(span.span_kind, SpanKind::Internal);
    assert_eq!(
        attribute(&span, "gen_ai.tool.name").as_deref(),
        Some("search_web")
    );
    assert_eq!(attribute(&span, "gen_ai.provider.name"), None);
    assert_eq!(attribute(&span, "gen_ai.request.model"), None);
}

#[test]
fn the_outcome_decides_the_status() {
    for does in Does::ALL {
        if does == Does::Unpolled {
            continue;
        }
        let traces = Traces::new();
        does.make(rig(&traces).chat());
        let span = traces.only();
        let (outcome, error) = does.outcome();
        let is_fault = matches!(outcome, "error" | "panic");
        let status = if is_fault {
            Status::error("")
        } else {
            Status::Unset
        };
        assert_eq!(span.status, status, "{does:?}");
        assert_eq!(attribute(&span, "error.type").as_deref(), error, "{does:?}");
        assert!(!format!("{span:?}").contains("it failed"), "{span:?}");
    }
}

#[test]
fn it_is_active_while_the_future_runs_and_while_it_is_let_go_of() {
    struct Looks;

    impl Drop for Looks {
        fn drop(&mut self) {
            assert!(Context::current().has_active_span());
        }
    }

    let traces = Traces::new();
    let tracer = traces.provider.tracer("a client");
    let rig = rig(&traces);
    let mut future = Box::pin(rig.chat().run(async |_| {
        let _looks = Looks;
        tracer.start("request");
        std::future::pending::<Result<(), Error>>().await
    }));
    assert!(poll(future.as_mut()).is_pending());
    assert!(!Context::current().has_active_span());
    drop(future);
    assert!(!Context::current().has_active_span());
    let (call, request) = (traces.named("chat gpt-5"), traces.named("request"));
    assert_eq!(request.parent_span_id, call.span_context.span_id());
}

#[test]
fn it_is_active_while_a_stream_is_polled_and_dropped_and_ends_with_it() {
    struct Looks(Script);

    impl Drop for Looks {
        fn drop(&mut self) {
            assert!(Context::current().has_active_span());
        }
    }

    impl http_body::Body for Looks {
        type Data = bytes::Bytes;
        type Error = Error;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Error>>> {
            assert!(Context::current().has_active_span());
            std::pin::Pin::new(&mut self.0).poll_frame(cx)
        }
    }

    let traces = Traces::new();
    let rig = rig(&traces);
    let script = Script::of([Step::Data("data: a\n\n"), Step::Hang]);
    let mut future = Box::pin(
        rig.chat()
            .run(async |call| Ok::<_, Error>(call.stream(Looks(script), Tokens::PerEvent))),
    );
    let std::task::Poll::Ready(Ok(body)) = poll(future.as_mut()) else {
        panic!("it is ready");
    };
    let mut body = Box::pin(body);
    assert!(frame(body.as_mut()).is_ready());
    drain(body.as_mut());
    assert_eq!(traces.finished().len(), 0);
    drop(body);
    let span = traces.only();
    assert_eq!(attribute(&span, "error.type").as_deref(), Some("cancelled"));
    assert_eq!(
        attribute(&span, "gen_ai.usage.output_tokens").as_deref(),
        Some("1")
    );
    assert!(!Context::current().has_active_span());
}

#[test]
fn a_call_within_a_call_is_its_child() {
    let traces = Traces::new();
    let rig = rig(&traces);
    let (agent, tool) = (
        rig.gen_ai
            .call(Operation::InvokeAgent, Provider::ANTHROPIC, ""),
        rig.gen_ai.tool("search"),
    );
    let run = agent.run(async |_| tool.run(async |_| Ok::<_, Error>(())).await);
    assert!(poll(Box::pin(run).as_mut()).is_ready());
    let (agent, tool) = (
        traces.named("invoke_agent"),
        traces.named("execute_tool search"),
    );
    assert_eq!(tool.parent_span_id, agent.span_context.span_id());
}

#[test]
fn names_past_the_cap_are_in_an_attribute_alone() {
    let traces = Traces::new();
    let rig = Rig::with_all(|options| options.tracer_provider(&traces.provider).model_cap(1));
    for model in ["first", "second"] {
        Does::Succeed.make(rig.gen_ai.call(Operation::Chat, Provider::OPENAI, model));
    }
    let span = traces.named("chat {overflow}");
    assert_eq!(
        attribute(&span, "gen_ai.request.model").as_deref(),
        Some("second")
    );
}

#[test]
fn without_a_provider_there_is_no_span() {
    let gen_ai = GenAi::builder().without_lines().build().expect("options");
    let run = gen_ai.tool("search").run(async |call| {
        assert!(!Context::current().has_active_span());
        call.response_id("7");
        Ok::<_, Error>(())
    });
    assert!(poll(Box::pin(run).as_mut()).is_ready());
}
