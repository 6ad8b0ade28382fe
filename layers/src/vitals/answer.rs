//! What is answered.

use http::{
    HeaderValue, Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_LENGTH,
        CONTENT_TYPE, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};

use super::{MODULE, VitalsBody, inner::Inner, origin::Allowed, refusal::Refusal};

/// An answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// The reports were taken.
    Taken,
    /// What a browser asks before it posts from another origin, or what anyone asks.
    Options {
        preflight: bool,
    },
    /// The module for browsers, or its head alone.
    Module {
        head: bool,
    },
    Refused(Refusal),
}

/// What the endpoint is asked for.
const METHODS: [&str; 2] = ["POST, OPTIONS", "GET, HEAD, POST, OPTIONS"];

// === impl Answer ===

impl Answer {
    /// The response, for a page that is `allowed` to see it.
    pub(super) fn into_response(self, inner: &Inner, allowed: Allowed) -> Response<VitalsBody> {
        let mut response = Response::new(VitalsBody::default());
        let fixed = HeaderValue::from_static;
        let headers = response.headers_mut();
        if inner.origins.varies() {
            headers.insert(VARY, fixed("origin"));
        }
        if let Some(origin) = allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        let methods = fixed(METHODS[usize::from(inner.module)]);
        match self {
            Self::Taken => *response.status_mut() = StatusCode::NO_CONTENT,
            Self::Options { preflight } => {
                headers.insert(ALLOW, methods);
                if preflight {
                    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, fixed("POST"));
                    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, fixed("content-type"));
                    // Two hours are the most that a browser keeps it for.
                    headers.insert(ACCESS_CONTROL_MAX_AGE, fixed("7200"));
                }
                *response.status_mut() = StatusCode::NO_CONTENT;
            }
            Self::Module { head } => {
                headers.insert(CONTENT_TYPE, fixed("text/javascript; charset=utf-8"));
                headers.insert(X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
                headers.insert(CACHE_CONTROL, fixed("public, max-age=3600"));
                headers.insert(CONTENT_LENGTH, MODULE.len().into());
                if !head {
                    *response.body_mut() = VitalsBody::text(MODULE);
                }
            }
            Self::Refused(refusal) => {
                headers.insert(CONTENT_TYPE, fixed("text/plain; charset=utf-8"));
                headers.insert(X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
                match refusal {
                    Refusal::Method => drop(headers.insert(ALLOW, methods)),
                    Refusal::Rate(wait) => {
                        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                        headers.insert(RETRY_AFTER, seconds.into());
                    }
                    Refusal::ContentType => {
                        headers.insert(ACCEPT, fixed("application/json, text/plain"));
                    }
                    Refusal::ContentEncoding => {
                        headers.insert(ACCEPT_ENCODING, fixed("identity"));
                    }
                    _ => {}
                }
                *response.status_mut() = refusal.status();
                *response.body_mut() = VitalsBody::text(refusal.text());
            }
        }
        response
    }
}
