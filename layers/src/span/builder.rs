//! What spans can be told.

use std::sync::Arc;

use http::HeaderName;
use opentelemetry::{
    propagation::TextMapPropagator,
    trace::{Tracer, TracerProvider},
};
use opentelemetry_semantic_conventions::attribute;

use super::{
    Span,
    address::{Client, ClientAddress, Source},
    baggage::BaggageLimits,
    capture::Capture,
    expectation::Expectations,
    inner::{Inner, Propagation},
    options::{Options, Path, Sampled, Server},
    tracer::{self, Tracers},
};
use crate::observe::RequestHead;

/// The options of [`Span`].
#[derive(Debug, Default)]
#[must_use = "nothing is made until `build`"]
pub struct SpanBuilder {
    tracers: Tracers,
    propagation: Option<Propagation>,
    baggage: Option<BaggageLimits>,
    client: Option<ClientAddress>,
    request_headers: Vec<String>,
    response_headers: Vec<String>,
    stream_events: Option<(u64, u32)>,
    redacted: Vec<String>,
    options: Options,
}

/// The options of [`Span`] were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpanError {
    /// The limits of baggage are out of range.
    #[error(
        "span.baggage: {members} members, {bytes} bytes; 1 to {} members and 1 to {} bytes are accepted",
        BaggageLimits::MOST_MEMBERS,
        BaggageLimits::MOST_BYTES
    )]
    Baggage {
        /// The members that were given.
        members: usize,
        /// The bytes that were given.
        bytes: usize,
    },
    /// Baggage was asked for, and a propagator that decides by itself what it takes was given.
    #[error(
        "span.baggage: it is taken along with the W3C's trace context, and another propagator was given"
    )]
    BaggageElsewhere,
    /// A header's name is none.
    #[error("span.{field}: {given:?} is not a header's name")]
    Header {
        /// The option.
        field: &'static str,
        /// What was given.
        given: String,
    },
    /// The server's address is empty.
    #[error("span.server_address: it is empty; a host's name or an IP address is accepted")]
    ServerAddress,
    /// A sample of a stream's events cannot be taken.
    #[error(
        "span.stream_events: every {every}th, at most {most}; from every 1st on and 1 to {} are accepted",
        SpanBuilder::MOST_STREAM_EVENTS
    )]
    StreamEvents {
        /// The step that was given.
        every: u64,
        /// The most that was given.
        most: u32,
    },
}

// === impl SpanBuilder ===

impl SpanBuilder {
    /// The most events of a stream that its span may have: the SDK keeps 128 of all kinds, and drops the
    /// newest.
    pub const MOST_STREAM_EVENTS: u32 = 100;

    /// Makes the spans with `provider`; by default with the global one, which may be set later.
    pub fn tracer_provider<P>(mut self, provider: &P) -> Self
    where
        P: TracerProvider,
        P::Tracer: Tracer<Span: Send + Sync + 'static> + Send + Sync + 'static,
    {
        self.tracers = Tracers::Given(Arc::new(provider.tracer_with_scope(tracer::scope())));
        self
    }

    /// Finds the caller's context with `propagator`, instead of by the W3C's trace context.
    pub fn propagator(
        mut self,
        propagator: impl TextMapPropagator + Send + Sync + 'static,
    ) -> Self {
        self.propagation = Some(Propagation::Given(Box::new(propagator)));
        self
    }

    /// Finds the caller's context with the global propagator. It is asked at each request, behind a lock
    /// that all threads share: a propagator that is [given](Self::propagator) has none.
    pub fn global_propagator(mut self) -> Self {
        self.propagation = Some(Propagation::Global);
        self
    }

    /// Takes nothing from the caller: each request starts a trace.
    pub fn no_propagation(mut self) -> Self {
        self.propagation = Some(Propagation::None);
        self
    }

    /// Takes the caller's baggage too (W3C Baggage), within limits; malformed or over a limit, none of it.
    /// It is a client's text that travels on to what the service calls.
    pub fn baggage(mut self, limits: BaggageLimits) -> Self {
        self.baggage = Some(limits);
        self
    }

    /// For callers that are not trusted: each request starts a trace of its own, with a sampling decision
    /// of its own, and its span links the caller's. Baggage is not taken.
    pub fn public_endpoint(mut self) -> Self {
        self.options.public_endpoint = true;
        self
    }

    /// Names the span in the response, in a `traceresponse` header (Trace Context Level 2, draft).
    pub fn traceresponse(mut self) -> Self {
        self.options.traceresponse = true;
        self
    }

    /// Tells the route in `url.path` instead of the path, for paths that hold what is private. Without a
    /// route it is `{unmatched}`. Of a gRPC call whose method nothing stands for it is not told what was called.
    pub fn url_path_by_route(mut self) -> Self {
        self.options.path = Path::Route;
        self
    }

    /// Tells `url.query`. The values of `AWSAccessKeyId`, `Signature`, `sig`, `X-Amz-Credential`,
    /// `X-Amz-Security-Token`, `X-Amz-Signature` and `X-Goog-Signature` are `REDACTED`, as the conventions
    /// have it, and those of the names in `redacted`. Case matters.
    pub fn url_query(mut self, redacted: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.redacted.extend(redacted.into_iter().map(Into::into));
        self.options.query.get_or_insert_default();
        self
    }

    /// Tells this host in `server.address`, and this port in `server.port`; by default the host that the
    /// request names, in its target or in the `Host` header, which is the client's word.
    pub fn server_address(mut self, address: impl Into<String>, port: Option<u16>) -> Self {
        let address = address.into().into();
        self.options.server = Some(Server { address, port });
        self
    }

    /// Tells `client.address`, from here.
    pub fn client_address(mut self, address: ClientAddress) -> Self {
        self.client = Some(address);
        self
    }

    /// Tells `http.request.body.size` and `http.response.body.size`, in bytes.
    pub fn body_sizes(mut self) -> Self {
        self.options.body_sizes = true;
        self
    }

    /// Records these headers of requests, as `http.request.header.<name>`: eight lines of each and 1,024
    /// bytes of a line at most. What they hold is shown to whoever sees the traces.
    pub fn request_headers(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.request_headers
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// As [`request_headers`](Self::request_headers), of responses.
    pub fn response_headers(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.response_headers
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Records the `Last-Event-ID` of a client that takes up a stream again.
    pub fn last_event_id(mut self) -> Self {
        self.options.last_event_id = true;
        self
    }

    /// Makes an event of the span of every `every`th event of a stream, `most` times at most.
    pub fn stream_events(mut self, every: u64, most: u32) -> Self {
        self.stream_events = Some((every, most));
        self
    }

    /// Shows the sampler everything that is known of the request: name, attributes, link. By default it is
    /// shown the method, the kind and the parent, and nothing more is built for a request that it leaves
    /// out.
    pub fn sample_by_attributes(mut self) -> Self {
        self.options.sample_by_attributes = true;
        self
    }

    /// Leaves requests out: health checks, say. No span is active in them.
    pub fn skip(mut self, skip: impl Fn(RequestHead<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.options.skip = Some(Arc::new(skip));
        self
    }

    /// Makes the observer.
    ///
    /// # Errors
    ///
    /// [`SpanError`] names the option that was refused, and says what is accepted.
    pub fn build(mut self) -> Result<Span, SpanError> {
        if let Some(limits) = self.baggage {
            let BaggageLimits { members, bytes } = limits;
            if !limits.fit() {
                return Err(SpanError::Baggage { members, bytes });
            }
            if !matches!(self.propagation, None | Some(Propagation::W3c(_))) {
                return Err(SpanError::BaggageElsewhere);
            }
        }
        let server = self.options.server.as_ref();
        if server.is_some_and(|server| server.address.as_str().is_empty()) {
            return Err(SpanError::ServerAddress);
        }
        if let Some((every, most)) = self.stream_events {
            if every == 0 || !(1..=Self::MOST_STREAM_EVENTS).contains(&most) {
                return Err(SpanError::StreamEvents { every, most });
            }
            self.options.stream_events = Sampled { every, most };
        }
        if let Some(address) = self.client.take() {
            self.options.client = Some(match address.0 {
                Source::Header { name, hops } => Client::Header {
                    name: header("client_address", &name)?,
                    hops,
                },
                Source::By(find) => Client::By(find),
            });
        }
        self.options.request_headers = captures(
            "request_headers",
            attribute::HTTP_REQUEST_HEADER,
            &self.request_headers,
        )?;
        self.options.response_headers = captures(
            "response_headers",
            attribute::HTTP_RESPONSE_HEADER,
            &self.response_headers,
        )?;
        Ok(self.finish())
    }

    /// Makes the observer of options that need no check.
    pub(super) fn finish(self) -> Span {
        let Self {
            tracers,
            propagation,
            baggage,
            redacted,
            mut options,
            ..
        } = self;
        if let Some(redaction) = &mut options.query {
            redaction.0 = redacted;
        }
        options.more_of_requests = options.query.is_some()
            || options.client.is_some()
            || options.last_event_id
            || !options.request_headers.is_empty();
        Span::from(Inner {
            tracers,
            propagation: propagation.unwrap_or(Propagation::W3c(baggage)),
            expectations: Expectations::default(),
            options,
        })
    }
}

fn captures(
    field: &'static str,
    prefix: &str,
    names: &[String],
) -> Result<Vec<Capture>, SpanError> {
    let mut captured: Vec<HeaderName> = Vec::new();
    for name in names {
        let name = header(field, name)?;
        if !captured.contains(&name) {
            captured.push(name);
        }
    }
    let captures = captured.into_iter().map(|name| Capture::new(prefix, name));
    Ok(captures.collect())
}

fn header(field: &'static str, given: &str) -> Result<HeaderName, SpanError> {
    HeaderName::from_bytes(given.as_bytes()).map_err(|_| SpanError::Header {
        field,
        given: given.to_owned(),
    })
}
