//! Labels that users add, each behind a cap.

use std::{borrow::Cow, fmt, sync::Arc};

use http::header::HOST;
use route_canon::{Admission, Budget};

use crate::{
    catalog,
    label::{self, OVERFLOW},
    meter::{Meter, Naming, Overflow},
    observe::{RequestHead, ResponseHead},
};

/// How many capped labels a set of metrics may have.
pub(super) const MOST: usize = 4;

/// A label of the user's own, with at most so many distinct values.
///
/// Its value comes from the head of the request or of the response, extensions included; no value
/// leaves the label out. After as many distinct values as the cap allows, new ones become
/// `{overflow}`. Quotes, backslashes and control characters become `_`, and long values are cut
/// ([`label::clean`](crate::label::clean)).
///
/// Cost: the look-up in the user's function, and about 100 instructions for a value that is known.
///
/// ```
/// use bartizan::http::{CustomLabel, HttpMetrics};
///
/// #[derive(Clone)]
/// struct Tenant(String);
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tenant = CustomLabel::of_request("tenant", 50, |request| {
///     let Tenant(name) = request.extensions().get()?;
///     Some(name.into())
/// });
/// let cache = CustomLabel::of_response("cache", 4, |response| {
///     Some(response.headers().get("x-cache")?.to_str().ok()?.into())
/// });
/// let metrics = HttpMetrics::builder().label(tenant).label(cache).build()?;
/// # let _ = metrics; Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CustomLabel {
    name: Name,
    cap: usize,
    from: From,
}

#[derive(Clone, Debug)]
enum Name {
    Catalog(catalog::Label),
    Given(String),
}

#[derive(Clone)]
enum From {
    Request(Arc<OfRequest>),
    Response(Arc<OfResponse>),
}

type OfRequest = dyn for<'a> Fn(RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync;
type OfResponse = dyn for<'a> Fn(&'a ResponseHead<'_>) -> Option<Cow<'a, str>> + Send + Sync;

/// A custom label of a built set of metrics.
#[derive(Debug)]
pub(super) struct Capped {
    label: CustomLabel,
    budget: Budget,
    overflow: Overflow,
}

/// The numbers of one exchange's custom values, 16 bits each: 0 is absent, 1 is the overflow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values([u16; MOST]);

// === impl CustomLabel ===

impl CustomLabel {
    /// A label from the request's head, with at most `cap` values (clamped to 1..=60,000).
    #[must_use]
    pub fn of_request(
        name: impl Into<String>,
        cap: usize,
        value: impl for<'a> Fn(RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: Name::Given(name.into()),
            cap,
            from: From::Request(Arc::new(value)),
        }
    }

    /// A label from the response's head, with at most `cap` values (clamped to 1..=60,000). It is
    /// absent where there is no head.
    #[must_use]
    pub fn of_response(
        name: impl Into<String>,
        cap: usize,
        value: impl for<'a> Fn(&'a ResponseHead<'_>) -> Option<Cow<'a, str>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: Name::Given(name.into()),
            cap,
            from: From::Response(Arc::new(value)),
        }
    }

    /// The convention's `server.address`: the host that the client asked for, without a port.
    pub(super) fn server_address(cap: usize) -> Self {
        Self {
            name: Name::Catalog(catalog::SERVER_ADDRESS),
            cap,
            from: From::Request(Arc::new(host)),
        }
    }

    /// The name, if the user gave it.
    pub(super) fn given_name(&self) -> Option<&str> {
        match &self.name {
            Name::Given(name) => Some(name),
            Name::Catalog(_) => None,
        }
    }
}

impl fmt::Debug for CustomLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = match self.from {
            From::Request(_) => "request",
            From::Response(_) => "response",
        };
        f.debug_struct("CustomLabel")
            .field("name", &self.name)
            .field("cap", &self.cap)
            .field("from", &from)
            .finish()
    }
}

/// The host of a request's URI or of its Host header, in lower case.
fn host(request: RequestHead<'_>) -> Option<Cow<'_, str>> {
    let given = match request.uri().authority() {
        Some(authority) => authority.as_str(),
        None => request.headers().get(HOST)?.to_str().ok()?,
    };
    let host = given.parse::<http::uri::Authority>().ok()?;
    Some(Cow::Owned(host.host().to_ascii_lowercase()))
}

// === impl Capped ===

impl Capped {
    pub(super) fn new(meter: &Meter, label: CustomLabel) -> Self {
        let name = match &label.name {
            Name::Catalog(label) => meter.naming().label(*label),
            Name::Given(name) => name,
        };
        let overflow = Overflow::new(meter, name);
        Self {
            budget: Budget::new(label.cap),
            overflow,
            label,
        }
    }

    /// The label's name and value, as the number stands for it.
    pub(super) fn text<'a>(
        &'a self,
        naming: &Naming,
        values: Values,
        index: usize,
    ) -> Option<(&'a str, &'a str)> {
        let name = match &self.label.name {
            Name::Catalog(label) => naming.label(*label),
            Name::Given(name) => name,
        };
        let number = values.number(index).checked_sub(1)?;
        let value = match number.checked_sub(1) {
            None => OVERFLOW,
            Some(id) => self
                .budget
                .iter()
                .nth(usize::from(id))
                .map_or(OVERFLOW, |(_, text)| text),
        };
        Some((name, value))
    }

    pub(super) fn of_request(&self, meter: &Meter, request: RequestHead<'_>) -> u16 {
        match &self.label.from {
            From::Request(value) => self.number(meter, value(request)),
            From::Response(_) => 0,
        }
    }

    /// The number of the response's value; `None` if the label is not the response's.
    pub(super) fn of_response(&self, meter: &Meter, response: &ResponseHead<'_>) -> Option<u16> {
        match &self.label.from {
            From::Request(_) => None,
            From::Response(value) => Some(self.number(meter, value(response))),
        }
    }

    fn number(&self, meter: &Meter, value: Option<Cow<'_, str>>) -> u16 {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return 0;
        };
        if let Some(id) = self.budget.lookup(&value) {
            return 2 + id.index() as u16;
        }
        match self.budget.admit(&label::clean(&value)) {
            Admission::Known(id) | Admission::Admitted(id) => 2 + id.index() as u16,
            Admission::Overflow { first } => {
                if first {
                    tracing::warn!(
                        label = ?self.label.name,
                        cap = self.budget.limit(),
                        "a label has as many values as its cap; new ones are recorded as {OVERFLOW}"
                    );
                }
                self.overflow.count(meter, 1);
                1
            }
        }
    }
}

// === impl Values ===

impl Values {
    pub(super) fn set(&mut self, index: usize, number: u16) {
        self.0[index] = number;
    }

    /// All of them in one word.
    #[inline(always)]
    pub(super) fn word(self) -> u64 {
        let Self([a, b, c, d]) = self;
        u64::from(a) | u64::from(b) << 16 | u64::from(c) << 32 | u64::from(d) << 48
    }

    fn number(self, index: usize) -> u16 {
        self.0[index]
    }
}
