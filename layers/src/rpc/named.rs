//! A call, and the name of its method once someone stands for it.

use route_canon::Budget;

use super::{Call, Outcome};
use crate::{
    observe::{FrameRef, Record, RequestHead, ResponseHead},
    route::{is_path, vouches},
};

/// A call that is told of with its method.
#[derive(Debug)]
pub(crate) struct NamedCall {
    call: Call,
    /// What was called: the client's text until it is vouched for.
    path: Box<str>,
    is_named: bool,
}

/// The methods that answers vouched for: an answer that consists of an error need not tell which method is
/// one. Past so many, each call's own answer tells.
#[derive(Debug)]
pub(crate) struct MethodNames(Budget);

// === impl NamedCall ===

impl NamedCall {
    pub(crate) fn new(
        call: Call,
        names: &MethodNames,
        record: Record<'_>,
        request: RequestHead<'_>,
    ) -> Self {
        Self {
            call,
            path: cut(request.uri().path()).into(),
            is_named: names.find(record, request).is_some(),
        }
    }

    /// The head of the response is there, and may vouch for the method.
    pub(crate) fn head(
        &mut self,
        names: &MethodNames,
        record: Record<'_>,
        response: &ResponseHead<'_>,
    ) {
        self.call.head(record, response);
        if !self.is_named && is_path(&self.path) && vouches(response.status(), response.headers()) {
            self.is_named = true;
            // Without room it is vouched for again next time.
            let _ = names.0.admit(&self.path);
        }
    }

    /// Apart, so that the frames of what is no call keep their registers.
    #[cold]
    pub(crate) fn frame(&mut self, frame: FrameRef<'_>) {
        self.call.frame(frame);
    }

    pub(crate) fn outcome(&self, record: Record<'_>) -> Outcome {
        self.call.outcome(record)
    }

    /// The method, `package.Service/Method`, if someone stands for it.
    pub(crate) fn method(&self) -> Option<&str> {
        self.is_named.then(|| bare(&self.path))
    }

    /// What was called, whoever stands for it.
    #[cfg(feature = "trace")]
    pub(crate) fn original(&self) -> &str {
        bare(&self.path)
    }

    #[cfg(feature = "trace")]
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

// === impl MethodNames ===

impl MethodNames {
    /// The method of a request, if an answer vouched for it before or the layer's routes know it.
    pub(crate) fn find<'a>(&self, record: Record<'_>, request: RequestHead<'a>) -> Option<&'a str> {
        let path = request.uri().path();
        let is_known =
            self.0.lookup(path).is_some() || (record.route().label == path && is_path(path));
        is_known.then(|| bare(path))
    }
}

impl Default for MethodNames {
    fn default() -> Self {
        Self(Budget::new(Budget::DEFAULT_LIMIT))
    }
}

/// What is kept of a path while its call lasts: more than any method has, and than is told of it.
fn cut(path: &str) -> &str {
    const MOST: usize = 1_024;
    let mut end = path.len().min(MOST);
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    &path[..end]
}

fn bare(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}
