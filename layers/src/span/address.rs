//! Who was asked, and who asked.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use http::{HeaderName, HeaderValue, Uri};

use crate::observe::RequestHead;

/// The most bytes of a host's name (RFC 1035, section 2.3.4).
const MOST: usize = 255;

/// Where `client.address` comes from. There is no default: what a header says is the client's word
/// unless a proxy that is trusted wrote it.
///
/// ```
/// use bartizan::span::ClientAddress;
///
/// // The last entry is what the nearest proxy saw.
/// let address = ClientAddress::header("x-forwarded-for", 0);
/// # let _ = address;
/// ```
#[derive(Clone)]
pub struct ClientAddress(pub(super) Source);

#[derive(Clone)]
pub(super) enum Source {
    Header { name: String, hops: usize },
    By(Arc<By>),
}

type By = dyn Fn(RequestHead<'_>) -> Option<IpAddr> + Send + Sync;

/// A [`ClientAddress`] that was looked at.
#[derive(Clone)]
pub(super) enum Client {
    Header { name: HeaderName, hops: usize },
    By(Arc<By>),
}

// === impl ClientAddress ===

impl ClientAddress {
    /// From a header that a trusted proxy writes: the entry before the last `hops` ones, which further
    /// proxies of yours added. Entries are addresses, with or without a port, parted by commas; what is
    /// no address is left out.
    #[must_use]
    pub fn header(name: impl Into<String>, hops: usize) -> Self {
        let name = name.into();
        Self(Source::Header { name, hops })
    }

    /// From anything else that a request brings along, such as its connection:
    ///
    /// ```
    /// use std::net::SocketAddr;
    ///
    /// use axum::extract::ConnectInfo;
    /// use bartizan::span::ClientAddress;
    ///
    /// let address = ClientAddress::by(|request| {
    ///     let info = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    ///     Some(info.0.ip())
    /// });
    /// # let _ = address;
    /// ```
    #[must_use]
    pub fn by(find: impl Fn(RequestHead<'_>) -> Option<IpAddr> + Send + Sync + 'static) -> Self {
        Self(Source::By(Arc::new(find)))
    }
}

impl fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Header { name, hops } => f
                .debug_struct("ClientAddress")
                .field("header", name)
                .field("hops", hops)
                .finish(),
            Source::By(_) => f.debug_struct("ClientAddress").finish_non_exhaustive(),
        }
    }
}

// === impl Client ===

impl Client {
    pub(super) fn find(&self, request: RequestHead<'_>) -> Option<IpAddr> {
        match self {
            Self::Header { name, hops } => {
                let lines = request.headers().get_all(name);
                let mut entries = lines
                    .iter()
                    .rev()
                    .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
                ip(std::str::from_utf8(entries.nth(*hops)?).ok()?.trim())
            }
            Self::By(find) => find(request),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { name, hops } => write!(f, "Header({name}, {hops})"),
            Self::By(_) => f.write_str("By"),
        }
    }
}

/// An address, alone or with a port.
fn ip(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'));
    let alone = bare.unwrap_or(entry).parse().ok();
    alone.or_else(|| entry.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

/// The host that the request names, and its port if it names one: of the target in absolute form or
/// HTTP/2's `:authority`, else of the `Host` header. What is no host is not there.
pub(super) fn server<'a>(
    target: &'a Uri,
    given: Option<&'a HeaderValue>,
) -> Option<(&'a str, Option<u16>)> {
    match target.authority() {
        Some(authority) => host(authority.as_str()),
        None => host(std::str::from_utf8(given?.as_bytes()).ok()?),
    }
}

/// The parts of `host:port`.
fn host(authority: &str) -> Option<(&str, Option<u16>)> {
    if authority.len() > MOST + ":65535".len() {
        return None;
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            let port = (!rest.is_empty()).then(|| rest.strip_prefix(':')).flatten();
            if port.is_none() && !rest.is_empty() {
                return None;
            }
            (host, port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let is_host = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b':');
    if !(1..=MOST).contains(&host.len()) || !host.bytes().all(is_host) {
        return None;
    }
    Some(match port {
        None | Some("") => (host, None),
        // A sign is not a digit, though a number may have one.
        Some(port) if port.bytes().all(|c| c.is_ascii_digit()) => (host, port.parse().ok()),
        Some(_) => return None,
    })
}
