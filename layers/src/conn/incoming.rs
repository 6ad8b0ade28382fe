//! A stream of connections, observed.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::{Connections, ObservedIo};

pin_project! {
    /// Observes each connection of a stream; [`Connections::incoming`] makes it.
    #[derive(Clone, Debug)]
    pub struct ObservedIncoming<S> {
        connections: Connections,
        #[pin]
        incoming: S,
    }
}

// === impl ObservedIncoming ===

impl<S> ObservedIncoming<S> {
    pub(super) fn new(incoming: S, connections: Connections) -> Self {
        Self {
            connections,
            incoming,
        }
    }
}

impl<S, T, E> Stream for ObservedIncoming<S>
where
    S: Stream<Item = Result<T, E>>,
{
    type Item = Result<ObservedIo<T>, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let next = ready!(this.incoming.poll_next(cx));
        Poll::Ready(next.map(|accepted| accepted.map(|io| this.connections.observe(io))))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.incoming.size_hint()
    }
}
