//! Background jobs: how long they take, how each one ends, which are stuck and which have gone silent.
//!
//! [`TaskLayer`] is for a `tower::Service` of jobs, such as a worker of a queue; [`Task`] and [`instrument`] are for
//! futures and functions that run without one. Each job is recorded once, whatever becomes of it.
//!
//! | metric | kind, unit | labels (most values) | recorded |
//! |---|---|---|---|
//! | `task_started_total` | counter, {task} | `task` (200) | start |
//! | `task_active` | up-down counter, {task} | `task` | start to end |
//! | `task_duration_seconds` | histogram, s | `task`, `outcome` (4) | end |
//! | `task_errors_total` | counter, {error} | `task`, `error_type` (64) | end with the outcome `error`; panics are not in it |
//! | `task_last_success_time_seconds` | gauge, s | `task` | success, as Unix time |
//! | `task_oldest_start_time_seconds` | gauge, s | `task` | each [scan](Tasks::scan), as Unix time; 0 while none is under way |
//! | `task_stage_duration_seconds` | histogram, s | `task`, `stage` (50), `outcome` | end of a [`stage`], if [asked for](TasksBuilder::stages) |
//!
//! A task's outcomes and classes of errors are registered at 0, so that the first rise of each shows in a rate: behind a layer
//! when its service is first asked whether it is ready, else with the first job, or before by [`Task::registered`]. They take
//! half of a metric's places at most (1,900 by default, see [`meter`](crate::meter)). The names are this project's own:
//! OpenTelemetry has no convention for jobs.
//!
//! # What to be alerted on
//!
//! | | expression |
//! |---|---|
//! | failures | `task_duration_seconds_count{outcome=~"error\|panic"}`, as a rate: `task_errors_total` has no panics |
//! | a job that is stuck | `time() - (task_oldest_start_time_seconds > 0) > 600`, for 0 is that there is none |
//! | a task that has gone silent | `time() - max by (task) (task_last_success_time_seconds) > 3600`; `unless` it succeeded, if it never did |
//! | a scan that stopped | `time() - bartizan_scan_time_seconds{scan="tasks"} > 30`: what it told is as old |
//!
//! Jobs of one name belong to one [`Tasks`]: of two sets, each scan tells of its own, and the last one is seen. Behind a layer
//! that retries, each attempt is a job, and none gets old: to find what is tried for ever, put the layer around that.
//!
//! # How a job ends
//!
//! | outcome | what happened | `error_type` | fault |
//! |---|---|---|---|
//! | `success` | it came to its end, and that is no error | | |
//! | `error` | it came to its end, and that is an error | its [class](ErrorClass) | server |
//! | `cancelled` | it was dropped before: aborted, timed out from outside, or the runtime shut down | | unknown |
//! | `panic` | it panicked, in the service's `call` or while it ran | `panic` (span and line) | server |
//!
//! By default an `Err` is an error, `timeout` if it is a time-out of tower, of tokio or of the operating system, or a boxed error
//! that comes from one, else `_OTHER`. [`TaskLayer::errors`] gives errors the classes of an enum of the service's own, and [`TaskLayer::classify`]
//! decides of all answers. A text of an error is never a label.
//!
//! A job starts with the service's `call`, and one of [`Task::run`] when it is first polled. What a queue or a service that is
//! not ready makes it wait before is not in its duration.
//!
//! # Where the layer goes
//!
//! | around or inside of | effect |
//! |---|---|
//! | a time-out | inside, a job that it ends is `cancelled`; around it, an `error` of class `timeout` |
//! | a layer that catches panics | inside, a `panic`; around it, an `error` |
//! | a layer that retries | inside, each attempt is a job; around it, all of them are one |
//! | a limit of concurrency | either: the wait is before `call` |
//!
//! # Spans and lines
//!
//! With the feature `trace` a job is a span by the name of its task, of kind consumer behind a layer, else internal. It has
//! `task.name`, `task.outcome`, `error.type`, and the ids that [`About`] is told; its status is an error for the outcomes
//! `error` and `panic`. It continues the trace that the job [carries](About::parent), or [links](About::link) it; else it is
//! a child of the span that is active in `call`, or where a future was handed to [`Task::run`]. It is active while the job runs and while it is dropped. [`stage`] and [`step`] make
//! spans of its parts: internal ones, with `task.stage`. A job that runs other jobs, such as a workflow, is their parent.
//!
//! With the feature `log` a job has two lines, both of the target `bartizan::task`: `task started` and `task ended`, at level
//! info, and error for `error` and `panic`. Their fields: `trace_id`, `span_id`, `task`, `outcome`, `error.type`,
//! `duration_seconds`, and `custom` with the ids.
//!
//! # Cost
//!
//! Without span and line, over a future that is ready at once: 769 instructions a job (692 with link-time optimisation), 112
//! more if a function names it; counted by `cargo xtask bench task task_named`. No allocation, once as many jobs were under way
//! at once as are now. Threads that run jobs of one task share a lock for a
//! moment, at the start and at the end, which is what lets a scan know the oldest.
//!
//! # Errors, panics, cancellation
//!
//! None of its own. A recorder, a subscriber or a function of the user's that panics is caught; the job goes on.
//!
//! # Example
//!
//! ```
//! use bartizan::task::{ErrorClass, TaskLayer};
//! use tower::{Service, ServiceBuilder, ServiceExt};
//!
//! struct Mail { id: u64, traceparent: String }
//! enum MailError { Address(String), Refused }
//!
//! #[derive(Clone, Copy)]
//! enum Class { Address, Refused }
//!
//! impl ErrorClass for Class {
//!     const ALL: &'static [Self] = &[Self::Address, Self::Refused];
//!
//!     fn as_str(self) -> &'static str {
//!         match self {
//!             Self::Address => "address",
//!             Self::Refused => "refused",
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let layer = TaskLayer::new("send_mail")
//!     .errors(|error: &MailError| match error {
//!         MailError::Address(_) => Class::Address,
//!         MailError::Refused => Class::Refused,
//!     })
//!     .describe(|mail: &Mail, about| {
//!         about.id("mail.id", mail.id).parent(&mail.traceparent, None);
//!     });
//! let mut mailer = ServiceBuilder::new()
//!     .layer(layer)
//!     .service_fn(async |mail: Mail| match mail.id {
//!         0 => Err(MailError::Address("nobody@example.com".into())),
//!         1 => Err(MailError::Refused),
//!         _ => Ok(()),
//!     });
//! let mail = Mail { id: 7, traceparent: String::new() };
//! assert!(mailer.ready().await.is_ok());
//! assert!(mailer.call(mail).await.is_ok());
//! # }
//! ```

mod about;
mod builder;
mod classify;
mod core;
mod current;
mod execution;
mod future;
mod in_flight;
mod kind;
mod layer;
#[cfg(feature = "log")]
mod log;
mod name;
mod named;
mod options;
mod scan;
mod service;
#[cfg(feature = "trace")]
mod span;
mod stage;
mod tasks;
#[cfg(test)]
mod tests;
mod watched;

#[cfg(all(feature = "gen_ai", feature = "trace"))]
pub(crate) use self::span::{Spans, Start, enter};
pub use self::{
    about::{About, Describe},
    builder::{TasksBuilder, TasksError},
    classify::{AnyOutput, ByError, ByResult, Classify, DefaultClass, ErrorClass},
    future::TaskFuture,
    layer::TaskLayer,
    name::{Named, NamedBy, TaskName},
    named::{Task, instrument},
    scan::TaskScan,
    service::TaskService,
    stage::{RunningTask, StageFuture, stage, step},
    tasks::Tasks,
};
#[cfg(feature = "gen_ai")]
pub(crate) use self::{
    classify::words,
    core::type_number,
    watched::{Running, Watch, WatchOutput, Watched},
};
pub use crate::label::Outcome;
