//! The heads of a request and of a response, as observers see them.

use std::fmt;

use http::{Extensions, HeaderMap, Method, Request, Response, StatusCode, Uri, Version};

/// A request's head.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    method: &'a Method,
    uri: &'a Uri,
    version: Version,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

/// A response's head.
pub struct ResponseHead<'a>(&'a mut dyn Head);

/// A response of whatever body.
trait Head {
    fn status(&self) -> StatusCode;
    fn headers(&self) -> &HeaderMap;
    fn headers_mut(&mut self) -> &mut HeaderMap;
    fn extensions(&self) -> &Extensions;
}

// === impl RequestHead ===

impl<'a> RequestHead<'a> {
    /// The head of `request`.
    #[must_use]
    pub fn of<B>(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            version: request.version(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }

    /// The method, in the client's words.
    #[must_use]
    pub fn method(self) -> &'a Method {
        self.method
    }

    /// The URI, in the client's words.
    #[must_use]
    pub fn uri(self) -> &'a Uri {
        self.uri
    }

    /// The protocol's version.
    #[must_use]
    pub fn version(self) -> Version {
        self.version
    }

    /// The headers.
    #[must_use]
    pub fn headers(self) -> &'a HeaderMap {
        self.headers
    }

    /// The extensions.
    #[must_use]
    pub fn extensions(self) -> &'a Extensions {
        self.extensions
    }
}

// === impl ResponseHead ===

impl<'a> ResponseHead<'a> {
    #[inline]
    pub(super) fn new<B>(response: &'a mut Response<B>) -> Self {
        Self(response)
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// The headers, for an observer that adds one of its own, such as `traceresponse`.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.0.headers_mut()
    }

    /// The extensions.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        self.0.extensions()
    }
}

impl fmt::Debug for ResponseHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("status", &self.status())
            .field("headers", self.headers())
            .finish_non_exhaustive()
    }
}

// === impl Response ===

impl<B> Head for Response<B> {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn headers(&self) -> &HeaderMap {
        self.headers()
    }

    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }

    fn extensions(&self) -> &Extensions {
        self.extensions()
    }
}
