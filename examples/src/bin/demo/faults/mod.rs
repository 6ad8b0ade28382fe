//! What can go wrong, at the flip of a switch: for those who want to see their alerts fire.

mod inject;
mod routes;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::{Router, middleware};
use tokio::time::sleep;

/// Something that goes wrong while it is on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// The service answers with 500.
    Errors,
    /// The service takes its time.
    Latency,
    /// The service never answers.
    Hang,
    /// Event streams break off.
    BrokenStreams,
    /// The clients of event streams leave, all of them, again and again.
    Disconnects,
    /// Event streams say nothing but keep-alives.
    Silence,
    /// Event streams take their time to begin.
    SlowFirstEvent,
    /// Event streams end before they have said anything.
    EmptyStreams,
    /// Clients of event streams do not read.
    SlowConsumers,
    /// The types of events are many, and ever new.
    ManyTypes,
    /// gRPC calls fail.
    GrpcErrors,
    /// Jobs fail.
    FailingJobs,
    /// A job does not end.
    StuckJob,
    /// No job is begun.
    NoJobs,
    /// Calls to a model fail.
    ModelErrors,
    /// Pages are slow, and jump.
    SlowPages,
}

/// The faults that are on, a bit each.
static ON: AtomicU32 = AtomicU32::new(0);

/// The service with the switches, and with requests that go wrong while these are on.
pub(crate) fn fallible(router: Router) -> Router {
    router
        .merge(routes::router())
        .layer(middleware::from_fn(inject::inject))
}

/// How often something that waits for a switch looks at it.
const LOOK: Duration = Duration::from_millis(50);

// === impl Fault ===

impl Fault {
    pub(crate) const ALL: [Self; 16] = [
        Self::Errors,
        Self::Latency,
        Self::Hang,
        Self::BrokenStreams,
        Self::Disconnects,
        Self::Silence,
        Self::SlowFirstEvent,
        Self::EmptyStreams,
        Self::SlowConsumers,
        Self::ManyTypes,
        Self::GrpcErrors,
        Self::FailingJobs,
        Self::StuckJob,
        Self::NoJobs,
        Self::ModelErrors,
        Self::SlowPages,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::Hang => "hang",
            Self::BrokenStreams => "broken-streams",
            Self::Disconnects => "disconnects",
            Self::Silence => "silence",
            Self::SlowFirstEvent => "slow-first-event",
            Self::EmptyStreams => "empty-streams",
            Self::SlowConsumers => "slow-consumers",
            Self::ManyTypes => "many-types",
            Self::GrpcErrors => "grpc-errors",
            Self::FailingJobs => "failing-jobs",
            Self::StuckJob => "stuck-job",
            Self::NoJobs => "no-jobs",
            Self::ModelErrors => "model-errors",
            Self::SlowPages => "slow-pages",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    pub(crate) fn is_on(self) -> bool {
        ON.load(Ordering::Relaxed) & self.bit() != 0
    }

    fn switch(self, on: bool) {
        if on {
            ON.fetch_or(self.bit(), Ordering::Relaxed);
        } else {
            ON.fetch_and(!self.bit(), Ordering::Relaxed);
        }
    }

    /// Waits until it is on, or off.
    pub(crate) async fn is_switched(self, on: bool) {
        while self.is_on() != on {
            sleep(LOOK).await;
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}
