//! The start of a span: what its request tells.

use std::borrow::Cow;

use http::{
    HeaderMap, HeaderValue, Version,
    header::{HOST, USER_AGENT},
};
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, Span, SpanBuilder, SpanContext, SpanKind},
};
use opentelemetry_semantic_conventions::attribute;

use super::{
    address,
    call::GRPC,
    expectation::Expected,
    inner::Inner,
    name::{method, method_name, name, template},
    names,
    options::Path,
    text,
};
use crate::{
    observe::{Record, RequestHead},
    rpc::CallRef,
};

/// A span's start: what it may be made of, none of which is built before it is known to be recorded.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    pub(super) inner: &'a Inner,
    pub(super) record: Record<'a>,
    pub(super) request: RequestHead<'a>,
    /// The caller's span, where it is not the parent.
    pub(super) link: Option<&'a SpanContext>,
    /// Whether the sampler is expected to record it, if it kept to that so far.
    pub(super) expects: bool,
}

// === impl Opening ===

impl Opening<'_> {
    /// The method as a name has it.
    #[inline]
    pub(super) fn method(&self) -> Cow<'static, str> {
        match self.record.call() {
            Some(_) => GRPC.into(),
            None => method_name(self.record),
        }
    }

    /// The name, as far as it is known at the start.
    #[inline]
    fn name(&self) -> Cow<'static, str> {
        match self.record.call() {
            Some(call) => match call.method() {
                Some(method) => method.to_owned().into(),
                None => GRPC.into(),
            },
            None => name(self.record),
        }
    }

    /// Whether everything is built before the sampler decides.
    #[inline]
    pub(super) fn expect(&self, parent: &Context) -> Expected {
        if self.inner.options.sample_by_attributes {
            return Expected::Asked;
        }
        if self.expects {
            self.inner.expectations.of(parent)
        } else {
            Expected::Nothing
        }
    }

    /// The span to be, with everything at once or with what the sampler is shown by default.
    #[inline]
    pub(super) fn builder(&self, has_all: bool) -> SpanBuilder {
        let (name, attributes, links) = if has_all {
            // What comes at the end fits in, too.
            let mut attributes = Vec::with_capacity(12);
            self.attributes(|attribute| attributes.push(attribute));
            let link = |caller: &SpanContext| vec![Link::with_context(caller.clone())];
            (self.name(), Some(attributes), self.link.map(link))
        } else {
            (self.method(), None, None)
        };
        SpanBuilder {
            span_kind: Some(SpanKind::Server),
            name,
            attributes,
            links,
            ..SpanBuilder::default()
        }
    }

    /// Gives the span, which is recorded, everything.
    pub(super) fn dress<S: Span>(&self, span: &mut S) {
        if self.record.call().is_some() || template(self.record).is_some() {
            span.update_name(self.name());
        }
        if let Some(caller) = self.link {
            span.add_link(caller.clone(), Vec::new());
        }
        self.attributes(|attribute| span.set_attribute(attribute));
    }

    fn attributes(&self, mut put: impl FnMut(KeyValue)) {
        let Self { inner, request, .. } = self;
        let options = &inner.options;
        match self.record.call() {
            Some(call) => of_call(call, &mut put),
            None => self.of_request(&mut put),
        }
        if let Some(version) = version(request.version()) {
            put(KeyValue::new(attribute::NETWORK_PROTOCOL_VERSION, version));
        }
        let Told { host, agent } = Told::of(request.headers());
        match &options.server {
            Some(server) => {
                put(KeyValue::new(
                    attribute::SERVER_ADDRESS,
                    server.address.clone(),
                ));
                if let Some(port) = server.port {
                    put(KeyValue::new(attribute::SERVER_PORT, i64::from(port)));
                }
            }
            None => {
                if let Some((host, port)) = address::server(request.uri(), host) {
                    put(KeyValue::new(attribute::SERVER_ADDRESS, host.to_owned()));
                    if let Some(port) = port {
                        put(KeyValue::new(attribute::SERVER_PORT, i64::from(port)));
                    }
                }
            }
        }
        if let Some(agent) = agent {
            let agent = text::fit_bytes(agent.as_bytes());
            put(KeyValue::new(attribute::USER_AGENT_ORIGINAL, agent));
        }
        if options.more_of_requests {
            self.more(&mut put);
        }
    }

    #[inline]
    fn of_request(&self, put: &mut impl FnMut(KeyValue)) {
        let Self {
            inner,
            record,
            request,
            ..
        } = self;
        put(KeyValue::new(
            attribute::HTTP_REQUEST_METHOD,
            method(*record),
        ));
        if !record.is_method_known() {
            let original = text::fit(request.method().as_str());
            put(KeyValue::new(
                attribute::HTTP_REQUEST_METHOD_ORIGINAL,
                original,
            ));
        }
        put(KeyValue::new(
            attribute::URL_SCHEME,
            record.scheme().as_str(),
        ));
        // The target of a CONNECT has none.
        let path = request.uri().path();
        if inner.options.path == Path::Itself && !path.is_empty() {
            put(KeyValue::new(attribute::URL_PATH, text::fit(path)));
        }
    }

    /// What is only there if it was asked for.
    #[inline(never)]
    fn more(&self, put: &mut dyn FnMut(KeyValue)) {
        let (options, request) = (&self.inner.options, self.request);
        if let (Some(redaction), Some(query)) = (&options.query, request.uri().query()) {
            put(KeyValue::new(attribute::URL_QUERY, redaction.apply(query)));
        }
        if let Some(client) = options
            .client
            .as_ref()
            .and_then(|client| client.find(request))
        {
            put(KeyValue::new(attribute::CLIENT_ADDRESS, client.to_string()));
        }
        if options.last_event_id
            && let Some(id) = request.headers().get(names::LAST_EVENT_ID_HEADER)
        {
            put(KeyValue::new(
                names::LAST_EVENT_ID,
                text::fit_bytes(id.as_bytes()),
            ));
        }
        let captures = options.request_headers.iter();
        captures
            .filter_map(|capture| capture.read(request.headers()))
            .for_each(put);
    }
}

#[inline(never)]
fn of_call(call: CallRef<'_>, put: &mut dyn FnMut(KeyValue)) {
    put(KeyValue::new(attribute::RPC_SYSTEM_NAME, GRPC));
    if let Some(method) = call.method() {
        put(KeyValue::new(attribute::RPC_METHOD, method.to_owned()));
    }
}

/// What nearly every request tells of its two sides.
#[derive(Default)]
struct Told<'a> {
    /// Of several, none: which of them was meant is not known.
    host: Option<&'a HeaderValue>,
    agent: Option<&'a HeaderValue>,
}

/// So many fields are looked at one by one: each look-up hashes a name, which costs as much as seven.
const FEW: usize = 8;

// === impl Told ===

impl<'a> Told<'a> {
    #[inline(always)]
    fn of(headers: &'a HeaderMap) -> Self {
        if headers.len() > FEW {
            return Self::among_many(headers);
        }
        let mut told = Self::default();
        let mut hosts = 0;
        for (name, value) in headers {
            if *name == HOST {
                hosts += 1;
                told.host = (hosts == 1).then_some(value);
            } else if *name == USER_AGENT {
                told.agent.get_or_insert(value);
            }
        }
        told
    }

    #[inline(never)]
    fn among_many(headers: &'a HeaderMap) -> Self {
        let mut hosts = headers.get_all(HOST).iter();
        Self {
            host: hosts.next().filter(|_| hosts.next().is_none()),
            agent: headers.get(USER_AGENT),
        }
    }
}

fn version(version: Version) -> Option<&'static str> {
    Some(match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => return None,
    })
}
