//! The service, and what it looks at before it reads.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use http::{
    HeaderMap, Method, Request, Response,
    header::{ACCESS_CONTROL_REQUEST_METHOD, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body::Body;
use tower_service::Service;

use super::{
    VitalsBody, VitalsFuture, WebVitalsBuilder,
    answer::Answer,
    inner::{Inner, nanos},
    origin::{Allowed, only},
    refusal::Refusal,
};

/// Takes the reports of browsers on their pages, and records them; see the [module docs](self).
///
/// A clone shares everything.
#[derive(Clone, Debug)]
pub struct WebVitals(Arc<Inner>);

// === impl WebVitals ===

impl WebVitals {
    /// Takes reports of pages of the same origin, guesses their routes, and records through the global recorder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a service with options.
    pub fn builder() -> WebVitalsBuilder {
        WebVitalsBuilder::default()
    }

    /// What can be answered from the head alone, or whom the answer may be shown to.
    fn judge<B: Body>(&self, request: &Request<B>) -> Result<Allowed, Response<VitalsBody>> {
        let Self(inner) = self;
        let refuse = |refusal: Refusal, allowed: Allowed| {
            inner.reject(refusal.reason());
            Answer::Refused(refusal).into_response(inner, allowed)
        };
        let admitted = || inner.origins.admit(request.uri(), request.headers());
        match *request.method() {
            Method::POST => {}
            Method::GET | Method::HEAD if inner.module => {
                // Anyone may have it; a script of another origin only where that one may report.
                let module = Answer::Module(request.method());
                return Err(module.into_response(inner, admitted().unwrap_or(None)));
            }
            Method::OPTIONS => {
                let preflight = request
                    .headers()
                    .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
                return Err(match admitted() {
                    Err(()) if preflight => refuse(Refusal::Origin, None),
                    allowed => {
                        let options = Answer::Options { preflight };
                        options.into_response(inner, allowed.unwrap_or(None))
                    }
                });
            }
            _ => return Err(refuse(Refusal::Method, admitted().unwrap_or(None))),
        }
        let allowed = admitted().map_err(|()| refuse(Refusal::Origin, None))?;
        let checked = inner
            .rate
            .admit(nanos())
            .map_err(Refusal::Rate)
            .and_then(|()| of_head(request, inner.limit));
        match checked {
            Ok(()) => Ok(allowed),
            Err(refusal) => Err(refuse(refusal, allowed)),
        }
    }
}

impl Default for WebVitals {
    fn default() -> Self {
        WebVitalsBuilder::default().finish()
    }
}

impl From<Inner> for WebVitals {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl<B: Body> Service<Request<B>> for WebVitals {
    type Response = Response<VitalsBody>;
    type Error = Infallible;
    type Future = VitalsFuture<B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> VitalsFuture<B> {
        match self.judge(&request) {
            Ok(allowed) => VitalsFuture::read(Arc::clone(&self.0), allowed, request.into_body()),
            Err(response) => VitalsFuture::answered(response),
        }
    }
}

/// What a POST's head says of its body.
fn of_head<B: Body>(request: &Request<B>, limit: usize) -> Result<(), Refusal> {
    let headers = request.headers();
    if !is_text(headers) {
        return Err(Refusal::ContentType);
    }
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Refusal::ContentEncoding);
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    let declared = length.and_then(|length| length.parse::<u64>().ok());
    let known = request.body().size_hint().lower();
    if declared.unwrap_or(0).max(known) > limit as u64 {
        return Err(Refusal::TooLarge);
    }
    Ok(())
}

/// `application/json`, or `text/plain` as a beacon sends it, with any parameters.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(value) = only(headers, CONTENT_TYPE) else {
        return false;
    };
    let essence = value.as_bytes().split(|&b| b == b';').next();
    essence.map(<[u8]>::trim_ascii).is_some_and(|essence| {
        essence.eq_ignore_ascii_case(b"text/plain")
            || essence.eq_ignore_ascii_case(b"application/json")
    })
}
