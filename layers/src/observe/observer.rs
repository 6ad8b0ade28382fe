//! What an observer is.

use std::any::TypeId;

use bytes::Buf;
use http::HeaderMap;
use http_body::Frame;

use super::{Record, RequestHead, RequestTap, ResponseHead};
use crate::label::End;

/// Sees exchanges, each from its start to its end.
///
/// For each exchange the engine calls [`start`](Self::start) once, [`head`](Self::head) at most once,
/// [`frame`](Self::frame) for each frame of the response's body, and [`end`](Self::end) **exactly
/// once**: it takes the state by value, and nothing else can. The state lives inline in the response's
/// future, then in its body, so an observer that keeps a few words allocates nothing.
///
/// No hook may block or wait. One that panics is caught: the request goes on, and the observer's
/// later hooks are still called. If `start` itself panics, this exchange has no state, and no hook.
///
/// `Option<P>` is an observer too, which is how one is switched on and off at run time.
///
/// ```
/// use bartizan::observe::{ObserveLayer, Observer, Record, RequestHead};
///
/// /// Bills each exchange by its bytes.
/// #[derive(Clone, Debug)]
/// struct Billing;
///
/// impl Observer for Billing {
///     type State = Option<String>; // who pays
///
///     fn start(&self, _: Record<'_>, request: RequestHead<'_>) -> Self::State {
///         let account = request.headers().get("x-account")?;
///         Some(account.to_str().ok()?.to_owned())
///     }
///
///     fn end(&self, account: Self::State, record: Record<'_>) {
///         let _ = (account, record.sent(), record.end());
///     }
/// }
///
/// let layer = ObserveLayer::new(Billing);
/// # let _ = layer;
/// ```
pub trait Observer: Clone + Send + Sync + 'static {
    /// What is kept about one exchange.
    type State: Send + 'static;

    /// What the engine shall do that costs something; asked once, when the layer is built.
    fn needs(&self) -> Needs {
        Needs::NONE
    }

    /// What a layer outside is asked for: whether it has this observer already. `None` if this one is
    /// switched off, and sees nothing.
    #[doc(hidden)]
    fn identity(&self) -> Option<TypeId> {
        Some(TypeId::of::<Self>())
    }

    /// Whether this observer wants to see an exchange that is about to start; asked for each. If not, no
    /// hook of it is called for this one, as if it were switched off.
    fn is_on(&self) -> bool {
        true
    }

    /// Whether [`poll`](Self::poll) and [`frame`](Self::frame) run within what the observers before this one enter, as its
    /// other hooks do.
    ///
    /// To enter and leave a span's context costs 150 instructions, for each frame and each poll. An observer whose two
    /// hooks want no context says `false`, as all of this crate do.
    const FRAMES_WITHIN: bool = true;

    /// A request arrived, and is about to be passed on.
    fn start(&self, record: Record<'_>, request: RequestHead<'_>) -> Self::State;

    /// What shall see the frames of the request's body as the service reads them. It is asked once, after
    /// [`start`](Self::start), and only where the layer
    /// [counts request bodies](super::ObserveLayer::count_request_bodies).
    fn tap(&self, state: &mut Self::State, record: Record<'_>) -> Option<RequestTap> {
        let _ = (state, record);
        None
    }

    /// The inner service or its body is about to run on this thread, until the guard that this
    /// returns is dropped: for contexts that are active meanwhile.
    fn enter(&self, state: &Self::State) -> impl Sized {
        let _ = state;
    }

    /// The service answered. What was recorded by now is not recorded again: labels of streams are
    /// frozen from here on. The route may still change, by a [`RouteSlot`](crate::route::RouteSlot).
    fn head(&self, state: &mut Self::State, record: Record<'_>, response: &mut ResponseHead<'_>) {
        let _ = (state, record, response);
    }

    /// The body is about to be polled: what was handed over before has been taken.
    fn poll(&self, state: &mut Self::State, record: Record<'_>) {
        let _ = (state, record);
    }

    /// A frame of the body passes. The record counts it already.
    fn frame(&self, state: &mut Self::State, record: Record<'_>, frame: FrameRef<'_>) {
        let _ = (state, record, frame);
    }

    /// The exchange is let go of before its end. What is inside is dropped next, on this thread, and then
    /// [`end`](Self::end) is called; the second of two observers is told after the first. For a context
    /// that is to be active while the inside is dropped.
    fn let_go(&self, state: &mut Self::State, record: Record<'_>) {
        let _ = (state, record);
    }

    /// A stream completed: says how it really ended, if this observer knows better, as for a stream
    /// without its end marker. The first observer that does is believed.
    fn judge(&self, state: &mut Self::State, record: Record<'_>) -> Option<End> {
        let _ = (state, record);
        None
    }

    /// The exchange ended; [`Record::end`] tells how. A response that completed with a 500 is
    /// `completed`: whether it failed, and whose fault it is, [`Record::error_type`] and
    /// [`Record::fault`] tell.
    fn end(&self, state: Self::State, record: Record<'_>);
}

/// What an observer needs from the engine that has a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub(super) first_data: bool,
    pub(super) request_size: bool,
    pub(super) stream_events: bool,
    pub(super) calls: bool,
    pub(super) measures_calls: bool,
    pub(super) tells_calls: bool,
}

/// A frame of a body, as it passes.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum FrameRef<'a> {
    /// Bytes; [`Buf::chunk`] shows them without taking them.
    Data(&'a dyn Buf),
    /// The trailers.
    Trailers(&'a HeaderMap),
    /// A frame of a kind that is not known yet.
    Other,
}

// === impl Needs ===

impl Needs {
    /// Nothing that costs anything.
    pub const NONE: Self = Self {
        first_data: false,
        request_size: false,
        stream_events: false,
        calls: false,
        measures_calls: false,
        tells_calls: false,
    };

    /// A clock read at the first data frame, for [`Record::first_data`].
    #[must_use]
    pub const fn first_data(self) -> Self {
        Self {
            first_data: true,
            ..self
        }
    }

    /// A look at the request's Content-Length, for [`Record::request_size`].
    #[must_use]
    pub const fn request_size(self) -> Self {
        Self {
            request_size: true,
            ..self
        }
    }

    /// What an observer of event streams counts, for [`Record::stream_counts`] and
    /// [`Record::first_event`]: an allocation or two a stream.
    #[must_use]
    pub const fn stream_events(self) -> Self {
        Self {
            stream_events: true,
            ..self
        }
    }

    /// A look at the content type of each POST, for [`Record::is_call`].
    #[must_use]
    pub const fn calls(self) -> Self {
        Self {
            calls: true,
            ..self
        }
    }

    /// Nothing: the observer measures how long gRPC calls take. Others that do, in this layer and in those around it
    /// and within, leave that to it unless they were told otherwise.
    #[must_use]
    pub const fn measures_calls(self) -> Self {
        Self {
            measures_calls: true,
            ..self
        }
    }

    /// As [`calls`](Self::calls), with what became of each, for `Record::call`.
    #[cfg(any(feature = "log", feature = "trace"))]
    pub(crate) const fn tells_calls(self) -> Self {
        Self {
            tells_calls: true,
            ..self.calls()
        }
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            first_data: self.first_data | other.first_data,
            request_size: self.request_size | other.request_size,
            stream_events: self.stream_events | other.stream_events,
            calls: self.calls | other.calls,
            measures_calls: self.measures_calls | other.measures_calls,
            tells_calls: self.tells_calls | other.tells_calls,
        }
    }
}

// === impl FrameRef ===

impl<'a> FrameRef<'a> {
    pub(super) fn of<D: Buf>(frame: &'a Frame<D>) -> Self {
        match (frame.data_ref(), frame.trailers_ref()) {
            (Some(data), _) => Self::Data(data),
            (_, Some(trailers)) => Self::Trailers(trailers),
            _ => Self::Other,
        }
    }
}

impl std::fmt::Debug for FrameRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Data(data) => f.debug_tuple("Data").field(&data.remaining()).finish(),
            Self::Trailers(trailers) => f.debug_tuple("Trailers").field(trailers).finish(),
            Self::Other => f.write_str("Other"),
        }
    }
}

// === impl Option ===

impl<P: Observer> Observer for Option<P> {
    type State = Option<P::State>;

    const FRAMES_WITHIN: bool = P::FRAMES_WITHIN;

    fn needs(&self) -> Needs {
        self.as_ref().map_or(Needs::NONE, Observer::needs)
    }

    fn identity(&self) -> Option<TypeId> {
        self.as_ref().and_then(Observer::identity)
    }

    fn is_on(&self) -> bool {
        self.as_ref().is_some_and(Observer::is_on)
    }

    fn start(&self, record: Record<'_>, request: RequestHead<'_>) -> Self::State {
        self.as_ref()
            .map(|observer| observer.start(record, request))
    }

    fn tap(&self, state: &mut Self::State, record: Record<'_>) -> Option<RequestTap> {
        self.as_ref()
            .zip(state.as_mut())
            .and_then(|(observer, state)| observer.tap(state, record))
    }

    fn enter(&self, state: &Self::State) -> impl Sized {
        self.as_ref()
            .zip(state.as_ref())
            .map(|(observer, state)| observer.enter(state))
    }

    fn head(&self, state: &mut Self::State, record: Record<'_>, response: &mut ResponseHead<'_>) {
        if let (Some(observer), Some(state)) = (self, state) {
            observer.head(state, record, response);
        }
    }

    fn poll(&self, state: &mut Self::State, record: Record<'_>) {
        if let (Some(observer), Some(state)) = (self, state) {
            observer.poll(state, record);
        }
    }

    fn let_go(&self, state: &mut Self::State, record: Record<'_>) {
        if let (Some(observer), Some(state)) = (self, state) {
            observer.let_go(state, record);
        }
    }

    fn judge(&self, state: &mut Self::State, record: Record<'_>) -> Option<End> {
        self.as_ref()
            .zip(state.as_mut())
            .and_then(|(observer, state)| observer.judge(state, record))
    }

    fn frame(&self, state: &mut Self::State, record: Record<'_>, frame: FrameRef<'_>) {
        if let (Some(observer), Some(state)) = (self, state) {
            observer.frame(state, record, frame);
        }
    }

    fn end(&self, state: Self::State, record: Record<'_>) {
        if let (Some(observer), Some(state)) = (self, state) {
            observer.end(state, record);
        }
    }
}
