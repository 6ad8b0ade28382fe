//! Fields that users add.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::{
    line::text,
    observe::{RequestHead, ResponseHead},
};

/// A field of the user's own.
///
/// Nothing of a head gets into a line unless such a field names it. The value comes from the head of the
/// request or of the response, extensions included; no value leaves the field out. Characters that could
/// forge a line become `_`, and what is longer than 256 bytes is cut.
///
/// ```
/// use bartizan::log::{Log, LogField};
///
/// #[derive(Clone)]
/// struct Tenant(String);
///
/// # fn main() -> Result<(), bartizan::log::LogError> {
/// let tenant = LogField::of_request("tenant", |request| {
///     let Tenant(name) = request.extensions().get()?;
///     Some(name.into())
/// });
/// let log = Log::builder().field(tenant).build()?;
/// # let _ = log; Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct LogField {
    pub(super) name: &'static str,
    from: From,
}

#[derive(Clone)]
enum From {
    Request(Arc<OfRequest>),
    Response(Arc<OfResponse>),
}

type OfRequest = dyn for<'a> Fn(RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync;
type OfResponse = dyn for<'a> Fn(&'a ResponseHead<'_>) -> Option<Cow<'a, str>> + Send + Sync;

/// The most fields.
pub(super) const MOST: usize = 8;

// === impl LogField ===

impl LogField {
    /// A field from the request's head.
    #[must_use]
    pub fn of_request(
        name: &'static str,
        value: impl for<'a> Fn(RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            from: From::Request(Arc::new(value)),
        }
    }

    /// A field from the response's head. It is absent where there is no head.
    #[must_use]
    pub fn of_response(
        name: &'static str,
        value: impl for<'a> Fn(&'a ResponseHead<'_>) -> Option<Cow<'a, str>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            from: From::Response(Arc::new(value)),
        }
    }

    pub(super) fn fits(&self) -> bool {
        let of_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"_.".contains(&c);
        (1..=40).contains(&self.name.len())
            && self.name.starts_with(|c: char| c.is_ascii_lowercase())
            && self.name.bytes().all(of_name)
    }

    /// Writes the field, if it comes from the request and has a value.
    pub(super) fn write_of_request(&self, request: RequestHead<'_>, to: &mut String) {
        if let From::Request(value) = &self.from
            && let Some(value) = value(request)
        {
            text::append(to, self.name, &value);
        }
    }

    /// The same for the response.
    pub(super) fn write_of_response(&self, response: &ResponseHead<'_>, to: &mut String) {
        if let From::Response(value) = &self.from
            && let Some(value) = value(response)
        {
            text::append(to, self.name, &value);
        }
    }

    pub(super) fn is_of_response(&self) -> bool {
        matches!(self.from, From::Response(_))
    }
}

impl fmt::Debug for LogField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = match self.from {
            From::Request(_) => "request",
            From::Response(_) => "response",
        };
        f.debug_struct("LogField")
            .field("name", &self.name)
            .field("from", &from)
            .finish()
    }
}
