//! Streams that a test feeds.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bartizan::{conn::ConnHandle, observe::StreamHandle};
use bartizan_tests::{
    AnyBody, BoxError,
    script::{Failed, Step},
    wait::PATIENCE,
};
use bytes::Bytes;
use http::request::Parts;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use tokio::{sync::mpsc, time::timeout};

use crate::rig::{Answer, event_stream};

/// A request, and the stream that answers it.
pub(crate) struct Exchange {
    pub(crate) head: Parts,
    feed: mpsc::UnboundedSender<Step>,
}

/// Does what it is fed, and waits for more.
struct Fed {
    steps: mpsc::UnboundedReceiver<Step>,
}

/// Answers with streams that are fed by those who get their exchanges.
pub(crate) fn fed(opened: mpsc::UnboundedSender<Exchange>) -> Answer {
    Arc::new(move |request| {
        let (feed, steps) = mpsc::unbounded_channel();
        let (head, _) = request.into_parts();
        // Nobody may be interested.
        let _ = opened.send(Exchange { head, feed });
        Box::pin(async { event_stream(Fed { steps }.any()) })
    })
}

// === impl Exchange ===

impl Exchange {
    /// What the stream does next. It may be gone.
    pub(crate) fn does(&self, step: Step) {
        let _ = self.feed.send(step);
    }

    /// Sends these bytes as one frame.
    pub(crate) fn sends(&self, text: impl Into<Bytes>) {
        self.does(Step::Data(text.into()));
    }

    /// Ends the stream.
    pub(crate) fn ends(&self) {
        self.does(Step::End);
    }

    /// Waits until the body is let go of.
    pub(crate) async fn let_go(&self) {
        timeout(PATIENCE, self.feed.closed())
            .await
            .expect("a body that is let go of");
    }

    pub(crate) fn is_let_go(&self) -> bool {
        self.feed.is_closed()
    }

    /// The connection that the request came by.
    pub(crate) fn connection(&self) -> ConnHandle {
        let handle = self.head.extensions.get::<ConnHandle>();
        handle.expect("an observed connection").clone()
    }

    pub(crate) fn stream(&self) -> &StreamHandle {
        let handle = self.head.extensions.get::<StreamHandle>();
        handle.expect("a layer that was asked for it")
    }
}

// === impl Fed ===

impl Fed {
    fn any(self) -> AnyBody {
        self.map_err(BoxError::from).boxed_unsync()
    }
}

impl Body for Fed {
    type Data = Bytes;
    type Error = Failed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Failed>>> {
        loop {
            return Poll::Ready(match std::task::ready!(self.steps.poll_recv(cx)) {
                Some(Step::Data(bytes)) => Some(Ok(Frame::data(bytes))),
                Some(Step::Trailers(trailers)) => Some(Ok(Frame::trailers(trailers))),
                Some(Step::Fail) => Some(Err(Failed)),
                Some(Step::End) => None,
                Some(Step::Panic) => panic!("the test says so"),
                Some(Step::Pend) => continue,
                // It is fed no more.
                Some(Step::Hang) | None => return Poll::Pending,
            });
        }
    }
}
