//! Jobs that end in each way, and where they are measured.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use tower::{Service, service_fn};

use crate::{
    grpc::tests::support::Scribe,
    task::{Task, TaskLayer, Tasks, TasksBuilder},
};

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    Succeed,
    Fail,
    TimeOut,
    /// It never ends, and is let go of.
    Hang,
    /// It is let go of before it was polled.
    Unpolled,
    PanicInCall,
    PanicInFuture,
    PanicInDrop,
}

/// A future that panics when it is dropped.
struct Bomb;

/// A set of tasks, and where its figures are.
pub(super) struct Rig {
    pub(super) tasks: Tasks,
    pub(super) scribe: Scribe,
}

// === impl Job ===

impl Job {
    pub(super) const ALL: [Self; 8] = [
        Self::Succeed,
        Self::Fail,
        Self::TimeOut,
        Self::Hang,
        Self::Unpolled,
        Self::PanicInCall,
        Self::PanicInFuture,
        Self::PanicInDrop,
    ];

    /// What it comes to: the outcome, and the class of an error.
    pub(super) fn outcome(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Succeed => ("success", None),
            Self::Fail => ("error", Some("_OTHER")),
            Self::TimeOut => ("error", Some("timeout")),
            Self::Hang | Self::Unpolled => ("cancelled", None),
            Self::PanicInCall | Self::PanicInFuture | Self::PanicInDrop => ("panic", None),
        }
    }

    /// Does it.
    pub(super) async fn run(self) -> Result<u8, Error> {
        match self {
            Self::Succeed => Ok(7),
            Self::Fail => Err("it failed".into()),
            Self::TimeOut => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
            Self::Hang | Self::Unpolled => std::future::pending().await,
            Self::PanicInCall | Self::PanicInFuture => panic!("in the future"),
            Self::PanicInDrop => {
                let _bomb = Bomb;
                std::future::pending().await
            }
        }
    }

    /// Has it done by a service behind `layer`, and let go of. Panics end here.
    pub(super) fn serve<L>(self, layer: &L)
    where
        L: tower::Layer<Does>,
        L::Service: Service<Self, Response = u8>,
    {
        let mut service = layer.layer(service_fn(Self::call as Call));
        let call = AssertUnwindSafe(|| {
            let mut context = Context::from_waker(Waker::noop());
            let mut future = Box::pin(service.call(self));
            if self != Self::Unpolled {
                let _ = future.as_mut().poll(&mut context);
                // Once more, where it waits: that is no second job.
                if matches!(self, Self::Hang) {
                    let _ = future.as_mut().poll(&mut context);
                }
            }
        });
        let _ = catch_unwind(call);
    }

    fn call(self) -> Answer {
        assert!(self != Self::PanicInCall, "in `call`");
        Box::pin(self.run())
    }

    /// The same, as a future of a task.
    pub(super) fn spawn(self, task: &Task) {
        let run = AssertUnwindSafe(|| {
            let mut future = Box::pin(task.run(self.run()));
            if self != Self::Unpolled {
                let poll = future
                    .as_mut()
                    .poll(&mut Context::from_waker(Waker::noop()));
                assert_eq!(
                    poll.is_pending(),
                    matches!(self, Self::Hang | Self::PanicInDrop)
                );
            }
        });
        let _ = catch_unwind(run);
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<u8, Error>> + Send>>;
type Call = fn(Job) -> Answer;
/// A service that does its jobs.
pub(super) type Does = tower::util::ServiceFn<Call>;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in the drop");
    }
}

// === impl Rig ===

impl Rig {
    /// Metrics alone.
    pub(super) fn new() -> Self {
        Self::with(|options| options.without_spans().without_lines())
    }

    /// With these options. Lines are for tests that subscribe: `tracing` may forget for good that a place has a reader, if
    /// one without comes by it first while another begins to read.
    pub(super) fn with(options: impl FnOnce(TasksBuilder) -> TasksBuilder) -> Self {
        let scribe = Scribe::new();
        let builder = options(Tasks::builder().meter(scribe.meter()));
        let tasks = builder.build().expect("options");
        Self { tasks, scribe }
    }

    pub(super) fn layer(&self) -> TaskLayer {
        TaskLayer::of(&self.tasks, "mail")
    }

    pub(super) fn task(&self) -> Task {
        Task::of(&self.tasks, "mail")
    }

    /// The series of a metric that are not 0.
    pub(super) fn risen(&self, metric: &str) -> Vec<String> {
        let mut series = self.scribe.series(metric);
        series.retain(|series| !series.ends_with(" 0"));
        series
    }

    /// The only value of a gauge.
    pub(super) fn value(&self, metric: &str) -> Option<f64> {
        let series = self.scribe.series(metric);
        assert!(series.len() <= 1, "{series:?}");
        let (_, value) = series.first()?.rsplit_once(' ')?;
        Some(value.parse().expect("a number"))
    }
}

/// Nothing is under way at the end of a test.
impl Drop for Rig {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.risen("task_active"), [""; 0]);
            assert_eq!(self.tasks.scan().active, 0);
        }
    }
}

/// Polls once.
pub(super) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
