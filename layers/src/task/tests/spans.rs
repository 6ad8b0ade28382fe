//! The spans of jobs.

use opentelemetry::{
    Context,
    trace::{SpanKind, Status, TraceContextExt, Tracer as _, TracerProvider as _},
};
use opentelemetry_sdk::trace::SpanData;
use tower::{Layer as _, Service as _, service_fn};

use super::support::{Error, Job, poll};
use crate::{
    span::tests::support::{Traces, attribute},
    task::{About, Task, TaskLayer, Tasks, stage, step},
};

const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

fn tasks(traces: &Traces) -> Tasks {
    let tasks = Tasks::builder().tracer_provider(&traces.provider);
    tasks.without_lines().build().expect("tasks")
}

fn described(describe: impl Fn(&Job, &mut About) + Clone) -> SpanData {
    let traces = Traces::new();
    let layer = TaskLayer::of(&tasks(&traces), "mail").describe(describe);
    Job::Succeed.serve(&layer);
    traces.only()
}

#[test]
fn each_way_to_end_is_told() {
    for job in Job::ALL {
        let traces = Traces::new();
        Job::serve(job, &TaskLayer::of(&tasks(&traces), "mail"));
        let span = traces.only();
        let (outcome, class) = job.outcome();
        let error = class.or((outcome == "panic").then_some("panic"));
        assert_eq!(span.name, "mail");
        assert_eq!(span.span_kind, SpanKind::Consumer);
        assert_eq!(attribute(&span, "task.name").as_deref(), Some("mail"));
        assert_eq!(
            attribute(&span, "task.outcome").as_deref(),
            Some(outcome),
            "{job:?}"
        );
        assert_eq!(attribute(&span, "error.type").as_deref(), error, "{job:?}");
        let expected = if error.is_some() {
            Status::error("")
        } else {
            Status::Unset
        };
        assert_eq!(span.status, expected, "{job:?}");
        assert!(!Context::current().has_active_span(), "{job:?}");
    }
}

#[test]
fn ids_are_attributes_and_what_comes_twice_is_a_list() {
    let span = described(|_, about| {
        about.id("job.id", 7).id("tenant", "a").id("tenant", "b");
        about.id("long", "ü".repeat(200));
    });
    assert_eq!(attribute(&span, "job.id").as_deref(), Some("7"));
    assert_eq!(attribute(&span, "tenant").as_deref(), Some("[\"a\",\"b\"]"));
    assert_eq!(attribute(&span, "long").map(|long| long.len()), Some(256));
    let many = described(|_, about| {
        for name in [
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f", "g",
        ] {
            about.id(name, 1);
        }
    });
    // Sixteen, the name and the outcome.
    assert_eq!(many.attributes.len(), 18);
    assert_eq!(attribute(&many, "g"), None);
}

#[test]
fn a_job_continues_the_trace_that_it_carries() {
    let span = described(|_, about| {
        about.parent(CALLER, Some("vendor=value"));
    });
    assert_eq!(
        span.span_context.trace_id().to_string(),
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_eq!(span.parent_span_id.to_string(), "00f067aa0ba902b7");
    assert!(span.parent_span_is_remote);
    assert_eq!(span.span_context.trace_state().get("vendor"), Some("value"));
    assert!(span.links.is_empty());
}

#[test]
fn or_links_it_and_has_its_own() {
    let span = described(|_, about| {
        about.link(CALLER, None);
    });
    assert_ne!(
        span.span_context.trace_id().to_string(),
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_eq!(span.parent_span_id.to_string(), "0000000000000000");
    let links: Vec<_> = span
        .links
        .iter()
        .map(|link| link.span_context.span_id().to_string())
        .collect();
    assert_eq!(links, ["00f067aa0ba902b7"]);
}

#[test]
fn what_is_malformed_is_not_there() {
    for sent in [
        "",
        "00-0-0-01",
        "\n",
        &CALLER.to_uppercase(),
        &format!("{CALLER}-more"),
        &"x".repeat(100_000),
    ] {
        let sent = sent.to_owned();
        let span = described(move |_, about| {
            about.parent(&sent, None).link(&sent, Some("a=b"));
        });
        assert_eq!(span.parent_span_id.to_string(), "0000000000000000");
        assert!(span.links.is_empty());
    }
}

#[test]
fn a_job_is_the_parent_of_what_is_made_within_and_of_its_parts() {
    let traces = Traces::new();
    let tracer = traces.provider.tracer("a handler");
    let task = Task::of(&tasks(&traces), "mail");
    let mut job = Box::pin(task.run_with(
        |about| {
            about.id("job.id", 7);
        },
        async {
            tracer.start("query");
            stage("send", async {
                step("connect", async { Err::<(), Error>("refused".into()) }).await
            })
            .await
        },
    ));
    assert!(poll(job.as_mut()).is_ready());
    drop(job);
    let [mail, query, send, connect] =
        ["mail", "query", "send", "connect"].map(|name| traces.named(name));
    let parent = |child: &SpanData, of: &SpanData| {
        assert_eq!(child.parent_span_id, of.span_context.span_id());
        assert_eq!(child.span_context.trace_id(), of.span_context.trace_id());
    };
    parent(&query, &mail);
    parent(&send, &mail);
    parent(&connect, &send);
    assert_eq!(mail.span_kind, SpanKind::Internal);
    assert_eq!(attribute(&mail, "job.id").as_deref(), Some("7"));
    for part in [&send, &connect] {
        assert_eq!(part.span_kind, SpanKind::Internal);
        assert_eq!(attribute(part, "task.name").as_deref(), Some("mail"));
        assert_eq!(attribute(part, "task.outcome").as_deref(), Some("error"));
        assert_eq!(attribute(part, "error.type").as_deref(), Some("_OTHER"));
    }
    assert_eq!(
        attribute(&connect, "task.stage").as_deref(),
        Some("connect")
    );
}

#[test]
fn a_job_is_active_while_it_is_let_go_of() {
    struct Looks;

    impl Drop for Looks {
        fn drop(&mut self) {
            assert!(Context::current().has_active_span());
        }
    }

    let traces = Traces::new();
    let task = Task::of(&tasks(&traces), "mail").any_output();
    let mut job = Box::pin(task.run(async {
        let _looks = Looks;
        std::future::pending::<()>().await;
    }));
    assert!(poll(job.as_mut()).is_pending());
    assert!(!Context::current().has_active_span());
    drop(job);
    assert!(!Context::current().has_active_span());
    assert_eq!(
        attribute(&traces.only(), "task.outcome").as_deref(),
        Some("cancelled")
    );
}

#[test]
fn nothing_of_a_job_is_told_but_what_is_given() {
    let traces = Traces::new();
    let layer = TaskLayer::of(&tasks(&traces), "mail");
    let mut service = layer.layer(service_fn(async |secret: String| {
        Err::<(), Error>(format!("no {secret}").into())
    }));
    assert!(poll(Box::pin(service.call("canary".to_owned())).as_mut()).is_ready());
    assert!(!format!("{:?}", traces.only()).contains("canary"));
}

#[test]
fn without_a_provider_there_is_no_span() {
    let tasks = Tasks::builder().without_lines().build().expect("tasks");
    let mut job = Box::pin(Task::of(&tasks, "mail").run(async {
        assert!(!Context::current().has_active_span());
        Ok::<_, Error>(())
    }));
    assert!(poll(job.as_mut()).is_ready());
}

#[test]
fn a_linked_job_keeps_what_else_is_in_the_context() {
    #[derive(Debug, PartialEq)]
    struct Tenant(u8);

    let traces = Traces::new();
    let task = Task::of(&tasks(&traces), "mail").any_output();
    let _here = Context::current().with_value(Tenant(7)).attach();
    let mut job = Box::pin(task.run_with(
        |about| {
            about.link(CALLER, None);
        },
        async {
            assert_eq!(Context::current().get::<Tenant>(), Some(&Tenant(7)));
        },
    ));
    assert!(poll(job.as_mut()).is_ready());
    assert_eq!(traces.only().parent_span_id.to_string(), "0000000000000000");
}

#[test]
fn a_job_is_a_child_of_the_span_that_it_was_made_in() {
    let traces = Traces::new();
    let tracer = traces.provider.tracer("a handler");
    let task = Task::of(&tasks(&traces), "mail");
    let request = Context::current().with_span(tracer.start("request"));
    let mut job = {
        let _within = request.clone().attach();
        Box::pin(task.run(Job::Succeed.run()))
    };
    // Polled elsewhere, as by `tokio::spawn`.
    assert!(poll(job.as_mut()).is_ready());
    drop((job, request));
    let (mail, request) = (traces.named("mail"), traces.named("request"));
    assert_eq!(mail.parent_span_id, request.span_context.span_id());
}
