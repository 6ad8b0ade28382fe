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

    /// Whom the answer to a body may be shown to; or the answer, where the head tells it, and whom that may be shown to.
    fn judge<B: Body>(&self, request: &Request<B>) -> Result<Allowed, (Answer, Allowed)> {
        let Self(inner) = self;
        let admitted = inner.origins.admit(request.uri(), request.headers());
        match *request.method() {
            Method::POST => {
                let refuse = |refusal, allowed| (Answer::Refused(refusal), allowed);
                let allowed = admitted.map_err(|()| refuse(Refusal::Origin, None))?;
                let rate = inner.rate.admit(nanos()).map_err(Refusal::Rate);
                match rate.and_then(|()| of_head(request, inner.limit)) {
                    Ok(()) => Ok(allowed),
                    Err(refusal) => Err(refuse(refusal, allowed)),
                }
            }
            // Anyone may have it; a script of another origin only where that one may report.
            Method::GET | Method::HEAD if inner.module => {
                let head = request.method() == Method::HEAD;
                Err((Answer::Module { head }, admitted.unwrap_or(None)))
            }
            Method::OPTIONS => {
                let preflight = request
                    .headers()
                    .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
                Err(match admitted {
                    Err(()) if preflight => (Answer::Refused(Refusal::Origin), None),
                    allowed => (Answer::Options { preflight }, allowed.unwrap_or(None)),
                })
            }
            _ => Err((Answer::Refused(Refusal::Method), admitted.unwrap_or(None))),
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
            Err((answer, allowed)) => {
                if let Answer::Refused(refusal) = answer {
                    self.0.reject(refusal.reason());
                }
                VitalsFuture::answered(answer.into_response(&self.0, allowed))
            }
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
