//! Measures each call once, by its status.

use std::sync::Arc;

use super::{
    GrpcBuilder,
    inner::{Direction, Inner},
    methods::MethodLabel,
    received::Received,
};
use crate::{
    observe::{
        FrameRef, Needs, ObserveLayer, Observer, Record, RequestHead, RequestTap, ResponseHead,
    },
    route::{is_path, vouches},
    rpc::Call,
};

/// Measures gRPC calls: how long they take, by method and status, and their messages. See the
/// [module docs](self).
///
/// A clone shares the handles and the methods of the original.
#[derive(Clone, Debug)]
pub struct Grpc(Arc<Inner>);

/// A layer with [`Grpc`] alone.
pub type GrpcLayer = ObserveLayer<Grpc>;

/// What [`Grpc`] keeps about one exchange.
#[derive(Debug)]
pub struct GrpcState(Option<Watched>);

/// A call that is under way.
#[derive(Debug)]
struct Watched {
    call: Call,
    method: MethodLabel,
    /// What only some calls have, so that the others are small.
    rest: Option<Box<Rest>>,
}

#[derive(Debug, Default)]
struct Rest {
    /// The path, which the response's head may vouch for.
    pending: Option<Box<str>>,
    received: Option<Arc<Received>>,
}

// === impl Grpc ===

impl Grpc {
    /// The metrics that need no asking, through the global recorder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a set of metrics with options.
    pub fn builder() -> GrpcBuilder {
        GrpcBuilder::default()
    }
}

impl Grpc {
    /// The methods that were declared.
    pub(crate) fn declared(&self) -> &[String] {
        &self.0.declared
    }
}

impl Default for Grpc {
    fn default() -> Self {
        GrpcBuilder::default().finish()
    }
}

impl From<Inner> for Grpc {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl Observer for Grpc {
    type State = GrpcState;

    const FRAMES_WITHIN: bool = false;

    fn needs(&self) -> Needs {
        Needs::NONE.measures_calls()
    }

    #[inline(always)]
    fn start(&self, _: Record<'_>, request: RequestHead<'_>) -> GrpcState {
        let Some(call) = Call::of(request) else {
            return GrpcState(None);
        };
        let path = request.uri().path();
        let (method, rest) = match self.0.methods.find(path) {
            Some(method) => (method, None),
            None => (MethodLabel::OTHER, Rest::pending(path)),
        };
        GrpcState(Some(Watched { call, method, rest }))
    }

    fn tap(&self, state: &mut GrpcState, _: Record<'_>) -> Option<RequestTap> {
        let Watched { call, method, rest } = state.0.as_mut().filter(|_| self.0.messages)?;
        let rest = rest.get_or_insert_default();
        let received = Received::new();
        if rest.pending.is_none() {
            received.name(&self.0, *method);
        }
        let tap = received.tap(&self.0, call.request_messages());
        rest.received = Some(received);
        Some(tap)
    }

    #[inline]
    fn head(&self, state: &mut GrpcState, record: Record<'_>, response: &mut ResponseHead<'_>) {
        if let GrpcState(Some(watched)) = state {
            watched.call.head(record, response);
            if watched.rest.is_some() {
                watched.vouch(&self.0, response);
            }
        }
    }

    #[inline]
    fn frame(&self, state: &mut GrpcState, _: Record<'_>, frame: FrameRef<'_>) {
        if let GrpcState(Some(Watched { call, method, .. })) = state {
            let messages = call.frame(frame);
            if messages > 0 && self.0.messages {
                self.0.count(*method, Direction::Transmit, messages);
            }
        }
    }

    #[inline(always)]
    fn end(&self, state: GrpcState, record: Record<'_>) {
        if let GrpcState(Some(Watched { call, method, rest })) = state {
            self.0.record(method, call.outcome(record), record);
            if let Some(received) = rest.and_then(|rest| rest.received) {
                received.name(&self.0, method);
            }
        }
    }
}

// === impl Watched ===

impl Watched {
    /// The response's head is there: does it vouch for the method?
    #[cold]
    fn vouch(&mut self, inner: &Inner, response: &ResponseHead<'_>) {
        let Some(rest) = &mut self.rest else {
            return;
        };
        if let Some(path) = rest.pending.take()
            && vouches(response.status(), response.headers())
        {
            self.method = inner.methods.admit(&path);
        }
        if let Some(received) = &rest.received {
            received.name(inner, self.method);
        }
    }
}

// === impl Rest ===

impl Rest {
    #[cold]
    fn pending(path: &str) -> Option<Box<Self>> {
        is_path(path).then(|| {
            Box::new(Self {
                pending: Some(path.into()),
                received: None,
            })
        })
    }
}
