//! A call, and the name of its method once someone stands for it.

use http::{HeaderMap, StatusCode};
use route_canon::{Budget, ValueId};

use super::{Call, Outcome};
use crate::{
    observe::{FrameRef, Kind, Record},
    route::{is_path, vouches},
};

/// A call that is told of with its method.
#[derive(Debug)]
pub(crate) struct NamedCall {
    call: Call,
    path: Path,
    is_answered_otherwise: bool,
}

/// What was called.
#[derive(Debug)]
enum Path {
    /// A method that is known.
    Known(ValueId),
    /// A method, of more than can be known.
    Method(Box<str>),
    /// The client's text.
    Text(Box<str>),
}

/// The methods that answers vouched for: an answer that consists of an error need not tell which method is
/// one. Past so many, each call's own answer tells.
#[derive(Debug)]
pub(crate) struct MethodNames(Budget);

/// A call, as its record tells of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallRef<'a> {
    call: &'a NamedCall,
    names: &'a MethodNames,
}

// === impl NamedCall ===

impl NamedCall {
    /// A call of this path, on a request of this route.
    pub(crate) fn new(call: Call, names: &MethodNames, path: &str, route: &str) -> Self {
        let path = match names.0.lookup(path) {
            Some(id) => Path::Known(id),
            // The layer's routes know it.
            None if route == path && is_path(path) => names.admit(path),
            None => Path::Text(cut(path).into()),
        };
        Self {
            call,
            path,
            is_answered_otherwise: false,
        }
    }

    /// The head of the response is there, and may vouch for the method.
    pub(crate) fn answered(
        &mut self,
        names: &MethodNames,
        kind: Kind,
        status: StatusCode,
        headers: &HeaderMap,
    ) {
        if kind != Kind::Grpc {
            // It was no call after all: HTTP tells what became of it.
            self.is_answered_otherwise = true;
            return;
        }
        self.call.answered(kind, status, headers);
        if let Path::Text(path) = &self.path
            && is_path(path)
            && vouches(status, headers)
        {
            self.path = names.admit(path);
        }
    }

    #[cold]
    pub(crate) fn frame(&mut self, frame: FrameRef<'_>) {
        self.call.frame(frame);
    }
}

// === impl CallRef ===

impl<'a> CallRef<'a> {
    pub(crate) fn new(call: &'a NamedCall, names: &'a MethodNames) -> Self {
        Self { call, names }
    }

    /// Whether something else than gRPC answered.
    pub(crate) fn is_answered_otherwise(self) -> bool {
        self.call.is_answered_otherwise
    }

    /// The method, `package.Service/Method`, if someone stands for it.
    pub(crate) fn method(self) -> Option<&'a str> {
        match &self.call.path {
            Path::Text(_) => None,
            Path::Known(_) | Path::Method(_) => Some(bare(self.path())),
        }
    }

    /// What was called, whoever stands for it.
    #[cfg(feature = "trace")]
    pub(crate) fn original(self) -> &'a str {
        bare(self.path())
    }

    pub(crate) fn path(self) -> &'a str {
        match &self.call.path {
            // An id is of the budget that gave it.
            Path::Known(id) => self.names.0.value(*id).unwrap_or_default(),
            Path::Method(path) | Path::Text(path) => path,
        }
    }

    pub(crate) fn outcome(self, record: Record<'_>) -> Outcome {
        self.call.call.outcome(record)
    }
}

// === impl MethodNames ===

impl MethodNames {
    fn admit(&self, path: &str) -> Path {
        self.0.admit(path);
        match self.0.lookup(path) {
            Some(id) => Path::Known(id),
            None => Path::Method(path.into()),
        }
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
