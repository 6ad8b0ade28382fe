//! One service of a receiver, over gRPC or HTTP.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

use super::answer::Answer;
#[cfg(feature = "otlp-grpc")]
use crate::export::grpc::Grpc;
#[cfg(feature = "otlp-http")]
use crate::export::post::Post;
use crate::{
    export::{attempts::attempts, courier::Courier, failure::Failure},
    health::TARGET,
};

/// One service of a receiver.
#[derive(Debug)]
pub(crate) struct Line {
    wire: Wire,
    /// Whether it said something of what it took; that is told once.
    has_warned: AtomicBool,
}

/// How it is spoken to.
#[derive(Debug)]
pub(crate) enum Wire {
    /// The method that takes a request, besides.
    #[cfg(feature = "otlp-grpc")]
    Grpc(Grpc, &'static str),
    #[cfg(feature = "otlp-http")]
    Http(Post),
}

// === impl Line ===

impl Line {
    pub(crate) fn new(wire: Wire) -> Self {
        Self {
            wire,
            has_warned: AtomicBool::new(false),
        }
    }

    /// Sends an encoded request, and waits for the answer.
    pub(crate) fn deliver(
        self: &Arc<Self>,
        request: Bytes,
        courier: &Courier,
    ) -> Result<(), Failure> {
        let line = Arc::clone(self);
        let time = courier.timeout();
        let result = courier.run(async move {
            let answer = attempts(time, || line.wire.send(request.clone(), time)).await?;
            Answer::read(&answer)
        });
        if let Err(Failure::TimedOut(_) | Failure::Transport(_)) = result {
            self.wire.renew();
        }
        self.accept(result?)
    }

    /// Where to, as it is told.
    pub(crate) fn place(&self) -> String {
        match &self.wire {
            #[cfg(feature = "otlp-grpc")]
            Wire::Grpc(grpc, _) => grpc.place(),
            #[cfg(feature = "otlp-http")]
            Wire::Http(post) => post.place(),
        }
    }

    fn accept(&self, answer: Answer) -> Result<(), Failure> {
        let Answer { rejected, said } = answer;
        if rejected > 0 {
            return Err(Failure::Rejected {
                count: rejected,
                said,
            });
        }
        if !said.is_empty() && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(target: TARGET, "a receiver of OTLP took everything and warns{said}");
        }
        Ok(())
    }
}

// === impl Wire ===

impl Wire {
    async fn send(&self, request: Bytes, timeout: Duration) -> Result<Bytes, Failure> {
        match self {
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(grpc, method) => grpc.send(method, request, timeout).await,
            #[cfg(feature = "otlp-http")]
            Self::Http(post) => {
                // The one who waits ends it.
                let _ = timeout;
                post.send(request).await
            }
        }
    }

    fn renew(&self) {
        match self {
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(grpc, _) => grpc.renew(),
            #[cfg(feature = "otlp-http")]
            Self::Http(post) => post.renew(),
        }
    }
}
