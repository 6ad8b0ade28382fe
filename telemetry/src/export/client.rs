//! The HTTP client of all exporters.

use std::{
    collections::BTreeMap,
    fmt,
    pin::pin,
    str::FromStr,
    sync::{Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, Uri, header, uri::Scheme};
use hyper_util::{client::legacy, rt::TokioTimer};
use tokio::{runtime::Handle, sync::watch};

use super::{
    ExportError,
    connector::{Connector, Version, connector},
    courier::unrecorded,
};

/// A client for one endpoint.
///
/// Its connections live on the given runtime, and end with the client, or when it is [renewed](Self::renew): one that hangs
/// is not asked a second time.
pub(crate) struct Client<B> {
    to: Uri,
    headers: HeaderMap,
    version: Version,
    connector: Connector,
    runtime: Handle,
    line: Mutex<Line<B>>,
}

/// hyper's client, and what keeps its connections alive.
struct Line<B> {
    client: legacy::Client<Connector, B>,
    _alive: watch::Sender<()>,
}

/// Runs connections on the runtime, without recording what they do, until the line ends.
#[derive(Clone)]
struct Connections {
    runtime: Handle,
    ended: watch::Receiver<()>,
}

/// How long a connection waits for the next batch.
const IDLE: Duration = Duration::from_secs(90);
/// How soon an HTTP/2 connection that answers nothing is asked whether it lives, and how soon it has to say so.
const PING: Duration = Duration::from_secs(10);
/// How much of a head is read.
const MOST_HEAD: usize = 64 * 1024;

// === impl Client ===

impl<B> Client<B>
where
    B: hyper::body::Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>
        + Send
        + Unpin
        + 'static,
{
    /// A client for the endpoint that `field` names, which sends these headers with each request.
    pub(crate) fn new(
        field: &'static str,
        to: &str,
        (headers_field, headers): (&'static str, &BTreeMap<String, String>),
        version: Version,
        runtime: &Handle,
    ) -> Result<Self, ExportError> {
        let to = endpoint(field, to)?;
        let connector = connector(field, &to, version)?;
        let headers = self::headers(headers_field, headers)?;
        Ok(Self::with_connector(
            connector, to, headers, version, runtime,
        ))
    }

    pub(crate) fn with_connector(
        connector: Connector,
        to: Uri,
        headers: HeaderMap,
        version: Version,
        runtime: &Handle,
    ) -> Self {
        let line = Mutex::new(line(&connector, version, runtime));
        Self {
            to,
            headers,
            version,
            connector,
            runtime: runtime.clone(),
            line,
        }
    }

    pub(crate) fn to(&self) -> &Uri {
        &self.to
    }

    /// The endpoint as it is told: a query may have a key in it.
    pub(crate) fn place(&self) -> String {
        super::address::shown(&self.to)
    }

    /// Sends to this path, if the endpoint has none.
    #[cfg(any(feature = "otlp-http", feature = "zipkin"))]
    pub(crate) fn append(&mut self, path: &str) {
        self.to = super::address::with_path(std::mem::take(&mut self.to), path);
    }

    /// What each request carries.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// hyper's client as it is now.
    pub(crate) fn current(&self) -> legacy::Client<Connector, B> {
        let line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.client.clone()
    }

    /// Ends all connections; the next request makes a new one.
    pub(crate) fn renew(&self) {
        let new = line(&self.connector, self.version, &self.runtime);
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        *line = new;
    }
}

impl<B> fmt::Debug for Client<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of an endpoint only the host, and of headers nothing: there may be keys in both.
        f.debug_struct("Client")
            .field("to", &self.to.authority())
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

fn line<B>(connector: &Connector, version: Version, runtime: &Handle) -> Line<B>
where
    B: hyper::body::Body<Data: Send> + Send,
{
    let (alive, ended) = watch::channel(());
    let connections = Connections {
        runtime: runtime.clone(),
        ended,
    };
    let client = legacy::Client::builder(connections)
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(1)
        .http1_max_buf_size(MOST_HEAD)
        .http2_only(version.is_http2())
        .http2_keep_alive_interval(PING)
        .http2_keep_alive_timeout(PING)
        .build(connector.clone());
    Line {
        client,
        _alive: alive,
    }
}

// === impl Connections ===

impl<F> hyper::rt::Executor<F> for Connections
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, connection: F) {
        let mut ended = self.ended.clone();
        let until_ended = async move {
            let mut connection = pin!(connection);
            let mut ended = pin!(ended.changed());
            std::future::poll_fn(|cx| {
                let done = connection.as_mut().poll(cx).is_ready();
                let ended = done || ended.as_mut().poll(cx).is_ready();
                if ended {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        };
        self.runtime.spawn(unrecorded(until_ended));
    }
}

/// The endpoint, if it is one.
fn endpoint(field: &'static str, text: &str) -> Result<Uri, ExportError> {
    let refused = |reason: String| ExportError::Endpoint { field, reason };
    let uri: Uri = text
        .parse()
        .map_err(|error| refused(format!("it is no URI: {error}")))?;
    let is_http = uri.scheme() == Some(&Scheme::HTTP) || uri.scheme() == Some(&Scheme::HTTPS);
    match uri.authority() {
        _ if !is_http => Err(refused("its scheme is neither http nor https".into())),
        Some(authority) if authority.as_str().contains('@') => Err(refused(
            "it has credentials in it, which belong into a header".into(),
        )),
        Some(authority) if !authority.host().is_empty() => Ok(uri),
        _ => Err(refused("it has no host".into())),
    }
}

/// The headers, if they can be sent.
fn headers(
    field: &'static str,
    given: &BTreeMap<String, String>,
) -> Result<HeaderMap, ExportError> {
    let mut headers = HeaderMap::new();
    let agent = concat!("bartizan-telemetry/", env!("CARGO_PKG_VERSION"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
    for (name, value) in given {
        let refused = |reason| ExportError::Header {
            field,
            name: name.clone(),
            reason,
        };
        let key = HeaderName::from_str(name)
            .map_err(|_| refused("its name is none of HTTP's; write letters, digits and `-`"))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            refused("its value has characters that a header cannot have; write visible ASCII")
        })?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}
