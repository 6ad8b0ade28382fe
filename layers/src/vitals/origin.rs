//! Whose pages may report.

use http::{
    HeaderMap, HeaderValue, Uri,
    header::{HOST, ORIGIN},
    uri::Authority,
};

/// The pages that may report.
#[derive(Clone, Debug)]
pub(super) enum Origins {
    /// Those whose origin has the authority that the request is for.
    Same,
    Any,
    Listed(Vec<HeaderValue>),
}

/// What a response may let a page of an admitted origin see: the value of `Access-Control-Allow-Origin`, if one is
/// needed. It is the configuration's, never the client's.
pub(super) type Allowed = Option<HeaderValue>;

// === impl Origins ===

impl Origins {
    /// Whether a request comes from a page that may report.
    pub(super) fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<Allowed, ()> {
        match self {
            Self::Any => Ok(Some(HeaderValue::from_static("*"))),
            Self::Same => {
                let origin = only(headers, ORIGIN).and_then(|value| value.to_str().ok());
                is_same(origin, uri, headers).then_some(None).ok_or(())
            }
            Self::Listed(listed) => {
                let origin = only(headers, ORIGIN).ok_or(())?;
                let own = listed.iter().find(|own| *own == origin).ok_or(())?;
                Ok(Some(own.clone()))
            }
        }
    }

    /// Whether answers differ by the request's origin, which caches have to know.
    pub(super) fn varies(&self) -> bool {
        matches!(self, Self::Listed(_))
    }
}

/// An origin of the configuration as browsers write it; `None` if it is none.
pub(super) fn normal(origin: &str) -> Option<HeaderValue> {
    let origin = origin.to_ascii_lowercase();
    let (scheme, authority) = origin.split_once("://")?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let parsed: Authority = authority.parse().ok()?;
    let port = parsed.port();
    let is_authority = !parsed.host().is_empty()
        && !authority.contains(['@', '*'])
        // A colon, and a port that is none, or nothing.
        && port.is_some() == authority[parsed.host().len()..].contains(':');
    if !is_scheme || !is_authority {
        return None;
    }
    let authority = bare(scheme, authority);
    HeaderValue::try_from(format!("{scheme}://{authority}")).ok()
}

fn is_same(origin: Option<&str>, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some((scheme @ ("http" | "https"), from)) = origin.and_then(|it| it.split_once("://"))
    else {
        return false;
    };
    let host = match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => only(headers, HOST).and_then(|value| value.to_str().ok()),
    };
    // The scheme is not compared: what is in front may end TLS.
    let is_from = |host| bare(scheme, host).eq_ignore_ascii_case(bare(scheme, from));
    !from.is_empty() && host.is_some_and(is_from)
}

/// An authority without the port that its scheme has anyway.
fn bare<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return authority,
    };
    authority.strip_suffix(port).unwrap_or(authority)
}

/// A header that is there once.
pub(super) fn only(headers: &HeaderMap, name: http::HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).into_iter();
    let first = values.next()?;
    values.next().is_none().then_some(first)
}
