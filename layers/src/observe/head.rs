//! The heads of a request and of a response, as observers see them.

use std::fmt;

use http::{Extensions, HeaderMap, Method, Request, Response, StatusCode, Uri, Version};

/// A request's head.
#[derive(Clone, Copy)]
pub struct RequestHead<'a>(&'a dyn AnyRequest);

/// A request of whatever body: one pointer to pass on, and not one for each part.
trait AnyRequest {
    fn method(&self) -> &Method;
    fn uri(&self) -> &Uri;
    fn version(&self) -> Version;
    fn headers(&self) -> &HeaderMap;
    fn extensions(&self) -> &Extensions;
}

/// A response's head.
pub struct ResponseHead<'a>(&'a mut dyn AnyResponse);

/// A response of whatever body.
trait AnyResponse {
    fn status(&self) -> StatusCode;
    fn headers(&self) -> &HeaderMap;
    fn headers_mut(&mut self) -> &mut HeaderMap;
    fn extensions(&self) -> &Extensions;
}

// === impl RequestHead ===

impl<'a> RequestHead<'a> {
    /// The head of `request`.
    #[must_use]
    #[inline(always)]
    pub fn of<B>(request: &'a Request<B>) -> Self {
        Self(request)
    }

    /// The method, in the client's words.
    #[must_use]
    #[inline(always)]
    pub fn method(self) -> &'a Method {
        self.0.method()
    }

    /// The URI, in the client's words.
    #[must_use]
    #[inline(always)]
    pub fn uri(self) -> &'a Uri {
        self.0.uri()
    }

    /// The protocol's version.
    #[must_use]
    #[inline(always)]
    pub fn version(self) -> Version {
        self.0.version()
    }

    /// The headers.
    #[must_use]
    #[inline(always)]
    pub fn headers(self) -> &'a HeaderMap {
        self.0.headers()
    }

    /// The extensions.
    #[must_use]
    #[inline(always)]
    pub fn extensions(self) -> &'a Extensions {
        self.0.extensions()
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", self.method())
            .field("uri", self.uri())
            .field("version", &self.version())
            .field("headers", self.headers())
            .finish_non_exhaustive()
    }
}

// === impl Request ===

impl<B> AnyRequest for Request<B> {
    fn method(&self) -> &Method {
        self.method()
    }

    fn uri(&self) -> &Uri {
        self.uri()
    }

    fn version(&self) -> Version {
        self.version()
    }

    fn headers(&self) -> &HeaderMap {
        self.headers()
    }

    fn extensions(&self) -> &Extensions {
        self.extensions()
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

impl<B> AnyResponse for Response<B> {
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
