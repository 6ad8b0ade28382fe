//! The parts of a job.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{
    AnyOutput, ByResult, Classify, Tasks,
    current::{self, Within},
    kind::Kind,
    watched::{Watch, WatchOutput, Watched},
};
use crate::{
    clock::Moment,
    label::{OTHER, Outcome},
    observe::guard,
};

/// The job that runs here, to be taken along to where another part of it runs.
///
/// A job is known on the thread that polls it, and not in what it spawns.
///
/// ```
/// use bartizan::task::{RunningTask, Task};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let import = Task::new("import").any_output();
/// import.run(async {
///     let job = RunningTask::current();
///     let part = tokio::spawn(async move { job.stage("parse", async { Ok::<_, ()>(()) }).await });
///     part.await.expect("no panic").expect("no error");
/// }).await;
/// # }
/// ```
#[derive(Clone)]
pub struct RunningTask {
    /// `None`: there is none, or nobody wants to know.
    kind: Option<Arc<Kind>>,
    #[cfg(feature = "trace")]
    context: opentelemetry::Context,
}

pin_project! {
    /// A part of a job; made by [`stage`] and [`step`].
    #[must_use = "futures do nothing unless polled"]
    pub struct StageFuture<F, C = ByResult> {
        #[pin]
        inner: Watched<F, Part<C>>,
    }
}

/// Who measures a part of a job.
struct Part<C> {
    name: &'static str,
    is_measured: bool,
    job: Option<RunningTask>,
    live: Option<Live>,
    classify: C,
}

struct Live {
    kind: Arc<Kind>,
    started: Moment,
    #[cfg(feature = "trace")]
    span: Option<opentelemetry::Context>,
}

/// What is active while a part runs.
struct Entered {
    _within: Option<Within>,
    #[cfg(feature = "trace")]
    _span: Option<opentelemetry::ContextGuard>,
}

/// Measures a stage of the job that runs here: `task_stage_duration_seconds`, if the tasks have
/// [stages](super::TasksBuilder::stages), and a span that is a child of the one that is active. A stage may have stages
/// and steps; each is a stage of the job.
///
/// The job is the one that polls this first. Where none runs, the future runs as it is.
///
/// ```
/// use bartizan::task::{Task, Tasks, stage};
/// # use std::io;
/// # async fn fetch() -> io::Result<Vec<u8>> { Ok(Vec::new()) }
/// # async fn store(_: Vec<u8>) -> io::Result<()> { Ok(()) }
///
/// async fn import() -> io::Result<()> {
///     let rows = stage("fetch", fetch()).await?;
///     stage("store", store(rows)).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tasks = Tasks::builder().stages(50).build()?;
/// Task::of(&tasks, "import").run(import()).await?;
/// # Ok(()) }
/// ```
pub fn stage<F, T, E>(name: &'static str, future: F) -> StageFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: 'static,
{
    StageFuture::new(name, true, None, future, ByResult)
}

/// As [`stage`], with a span alone and no series: for parts that are many.
pub fn step<F, T, E>(name: &'static str, future: F) -> StageFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: 'static,
{
    StageFuture::new(name, false, None, future, ByResult)
}

// === impl RunningTask ===

impl RunningTask {
    /// The job that is polled on this thread. Outside of one it is nobody, whose stages are futures as they are.
    #[must_use]
    pub fn current() -> Self {
        Self {
            kind: current::current(),
            #[cfg(feature = "trace")]
            context: opentelemetry::Context::current(),
        }
    }

    /// The name of its task. `None` outside of a job, and in one that has neither a span nor stages: it is not looked for.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.kind.as_ref().map(|kind| &*kind.text)
    }

    /// As [`stage`], of this job, wherever it runs.
    pub fn stage<F, T, E>(self, name: &'static str, future: F) -> StageFuture<F>
    where
        F: Future<Output = Result<T, E>>,
        E: 'static,
    {
        StageFuture::new(name, true, Some(self), future, ByResult)
    }

    /// As [`step`], of this job, wherever it runs.
    pub fn step<F, T, E>(self, name: &'static str, future: F) -> StageFuture<F>
    where
        F: Future<Output = Result<T, E>>,
        E: 'static,
    {
        StageFuture::new(name, false, Some(self), future, ByResult)
    }
}

impl fmt::Debug for RunningTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningTask")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

// === impl StageFuture ===

impl<F, C> StageFuture<F, C> {
    fn new(
        name: &'static str,
        is_measured: bool,
        job: Option<RunningTask>,
        future: F,
        classify: C,
    ) -> Self {
        let part = Part {
            name,
            is_measured,
            job,
            live: None,
            classify,
        };
        let inner = Watched::lazy(future, part);
        Self { inner }
    }
}

impl<F> StageFuture<F> {
    /// Every output is a success, whatever its type.
    pub fn of_any_output(name: &'static str, future: F) -> StageFuture<F, AnyOutput> {
        StageFuture::new(name, true, None, future, AnyOutput)
    }
}

impl<F, C> Future for StageFuture<F, C>
where
    F: Future,
    C: Classify<F::Output>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inner.poll(cx)
    }
}

impl<F, C> fmt::Debug for StageFuture<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

// === impl Part ===

impl<C> Part<C> {
    fn end(&mut self, outcome: Outcome, error: Option<&'static str>) {
        let Some(live) = self.live.take() else {
            return;
        };
        let nanos = live.started.elapsed();
        let core = &live.kind.core;
        if self.is_measured && core.options.stages {
            guard::<Tasks, _>(|| {
                let stage = core.stage(self.name);
                live.kind.end_stage(stage, self.name, outcome, nanos);
            });
        }
        #[cfg(feature = "trace")]
        if let Some(span) = &live.span {
            let error = match outcome {
                Outcome::Panic => Some(outcome.as_str()),
                _ => error,
            };
            guard::<Tasks, _>(|| super::span::end(span, outcome, error));
        }
        #[cfg(not(feature = "trace"))]
        let _ = error;
    }
}

impl<C> Watch for Part<C> {
    type Entered = Entered;

    fn begin(&mut self) {
        let job = self.job.take().unwrap_or_else(RunningTask::current);
        self.live = job.kind.map(|kind| Live {
            started: Moment::now(),
            #[cfg(feature = "trace")]
            span: {
                let spans = kind.core.options.spans.as_ref();
                let open = || spans?.of_stage(self.name, &kind.text, &job.context);
                guard::<Tasks, _>(open).flatten()
            },
            kind,
        });
    }

    fn enter(&self) -> Entered {
        let live = self.live.as_ref();
        Entered {
            _within: live.map(|live| current::enter(&live.kind)),
            #[cfg(feature = "trace")]
            _span: super::span::enter(live.and_then(|live| live.span.as_ref())),
        }
    }

    fn end_without(&mut self, outcome: Outcome) {
        self.end(outcome, None);
    }
}

impl<O, C: Classify<O>> WatchOutput<O> for Part<C> {
    fn end_with(&mut self, output: &O) {
        use super::ErrorClass;

        let class = guard::<Tasks, _>(|| self.classify.classify(output).map(C::Class::as_str));
        match class {
            Some(None) => self.end(Outcome::Success, None),
            Some(error) => self.end(Outcome::Error, error),
            None => self.end(Outcome::Error, Some(OTHER)),
        }
    }
}
