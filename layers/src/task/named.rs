//! A task by its name, for futures and functions.

use super::{
    About, AnyOutput, ByError, ByResult, Classify, ErrorClass, Named, TaskFuture, Tasks,
    execution::Execution,
    watched::{Running, Watch},
};
use crate::observe::guard;

/// A task by its name: measures futures and functions that run as its jobs.
///
/// Make it once and keep it; a clone is the same task.
///
/// ```
/// use bartizan::task::Task;
///
/// # async fn clean_up() -> std::io::Result<()> { Ok(()) }
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let nightly = Task::new("nightly_clean_up");
/// let job = tokio::spawn(nightly.run(clean_up()));
/// job.await.expect("no panic").expect("no error");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Task<C = ByResult> {
    tasks: Tasks,
    name: Named,
    classify: C,
}

/// Measures a future as a job of this name: [`Task::new`] and [`Task::run`] in one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let job = bartizan::task::instrument("warm_up", async { Ok::<_, std::io::Error>(7) });
/// assert_eq!(tokio::spawn(job).await.expect("no panic").expect("no error"), 7);
/// # }
/// ```
pub fn instrument<F, T, E>(name: &str, future: F) -> TaskFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: 'static,
{
    Task::new(name).run(future)
}

// === impl Task ===

impl Task {
    /// A task of [`Tasks::global`].
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::of(Tasks::global(), name)
    }

    /// A task of these. Control characters, quotes and backslashes in its name become `_`, an empty one is `_OTHER`, and it is cut after 256
    /// bytes; names past the cap of their tasks share `{overflow}`.
    #[must_use]
    pub fn of(tasks: &Tasks, name: &str) -> Self {
        Self {
            tasks: tasks.clone(),
            name: Named::new(name),
            classify: ByResult,
        }
    }
}

impl<C> Task<C> {
    /// Tells the class of an error.
    pub fn errors<E, K: ErrorClass, F: Fn(&E) -> K>(self, class: F) -> Task<ByError<F>> {
        self.classify_by(ByError(class))
    }

    /// Tells what an output means: the class of the error that it is, or `None` for a success.
    pub fn classify<O, K: ErrorClass, F: Fn(&O) -> Option<K>>(self, classify: F) -> Task<F> {
        self.classify_by(classify)
    }

    /// Every output is a success, whatever its type.
    pub fn any_output(self) -> Task<AnyOutput> {
        self.classify_by(AnyOutput)
    }

    fn classify_by<D>(self, classify: D) -> Task<D> {
        Task {
            tasks: self.tasks,
            // Other classes are other series.
            name: self.name.anew(),
            classify,
        }
    }

    /// Measures a future as a job of this task. It begins when it is first polled: one that never is ran nothing, and
    /// is not recorded. Its span is a child of the one that is active here, where it is made, and if there is none, of the
    /// one where it is polled: so a job that a handler spawns is in the trace of the request.
    pub fn run<F>(&self, future: F) -> TaskFuture<F, C>
    where
        F: Future,
        C: Classify<F::Output> + Clone,
    {
        TaskFuture::lazy(
            future,
            self.plan::<F::Output>(self.about(None::<fn(&mut About)>)),
        )
    }

    /// As [`run`](Self::run), for a job that says something of itself. `describe` is called now, where a span is made or
    /// a line is written.
    pub fn run_with<F>(&self, describe: impl FnOnce(&mut About), future: F) -> TaskFuture<F, C>
    where
        F: Future,
        C: Classify<F::Output> + Clone,
    {
        TaskFuture::lazy(future, self.plan::<F::Output>(self.about(Some(describe))))
    }

    /// Measures a function as a job of this task: on a thread of its own, or by `tokio::task::spawn_blocking`.
    pub fn call<O>(&self, f: impl FnOnce() -> O) -> O
    where
        C: Classify<O> + Clone,
    {
        Self::execute(self.plan::<O>(None), f)
    }

    /// As [`call`](Self::call), for a job that says something of itself.
    pub fn call_with<O>(&self, describe: impl FnOnce(&mut About), f: impl FnOnce() -> O) -> O
    where
        C: Classify<O> + Clone,
    {
        Self::execute(self.plan::<O>(self.about(Some(describe))), f)
    }

    /// Registers its series at 0 now, and not with its first job: so a job that never runs, or fails the first time, can
    /// be alerted on. The type is that of its output, `task.registered::<io::Result<()>>()`. Without a recorder it does
    /// nothing. A [`TaskLayer`](super::TaskLayer) does it by itself, when its service is first asked whether it is ready.
    pub fn registered<O>(self) -> Self
    where
        C: Classify<O>,
    {
        self.name.announce::<C::Class>(&self.tasks);
        self
    }

    fn execute<O>(mut execution: Execution<C>, f: impl FnOnce() -> O) -> O
    where
        C: Classify<O>,
    {
        execution.begin();
        let mut running = Running::of(&mut execution);
        let output = f();
        running.end_with(&output);
        output
    }

    /// What a job says of itself, if it matters and it says something.
    fn about(&self, describe: Option<impl FnOnce(&mut About)>) -> Option<Box<About>> {
        if !self.tasks.wants_about() {
            return None;
        }
        #[cfg(feature = "trace")]
        let made_in = super::span::Origin::here();
        #[cfg(not(feature = "trace"))]
        let made_in = None::<()>;
        if made_in.is_none() && describe.is_none() {
            return None;
        }
        let mut about = Box::<About>::default();
        #[cfg(feature = "trace")]
        if let Some(made_in) = made_in {
            about.origin = made_in;
        }
        if let Some(describe) = describe {
            guard::<Tasks, _>(|| describe(&mut about));
        }
        Some(about)
    }

    fn plan<O>(&self, about: Option<Box<About>>) -> Execution<C>
    where
        C: Classify<O> + Clone,
    {
        let kind = self.name.kind::<C::Class>(&self.tasks);
        Execution::waiting(kind, about, self.classify.clone())
    }
}
