//! What answers those who ask for the page, and whether the service lives.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY},
};
use http_body_util::Full;
use tokio::sync::oneshot;
use tower_service::Service;

use super::page::{Asker, Encoding, Page};

/// A tower service with the page of metrics, to mount: what the server of `metrics.listen` serves, too.
///
/// | path | answers |
/// |---|---|
/// | `metrics.path`, by default `/metrics` | the page; 404 with `metrics.enabled: false` |
/// | `/healthz` | 200 for as long as the process lives: a liveness probe that failed while the service drains would kill the streams that it waits for |
/// | `/readyz` | 200, and 503 once the [drain](crate::Telemetry::drain) has fired: the readiness probe |
/// | any other | 404 |
///
/// `GET` and `HEAD` are answered, 405 is for the rest. The page is compressed for those who take gzip, as Prometheus
/// does. It is made on the thread of the telemetry: the runtime that this is mounted on waits, and is not blocked.
///
/// ```
/// # #[cfg(feature = "axum")] fn main() -> Result<(), bartizan_telemetry::StartError> {
/// use axum::Router;
/// use bartizan_telemetry::{Config, Telemetry};
///
/// # let mut config = Config::default();
/// # config.metrics.listen = None;
/// let telemetry = Telemetry::builder().config(config).start()?;
/// let admin: Router = Router::new().fallback_service(telemetry.metrics_service());
/// # let _ = admin; Ok(())
/// # }
/// # #[cfg(not(feature = "axum"))] fn main() {}
/// ```
///
/// Do not mount it where strangers come: a page tells routes and figures.
#[derive(Clone, Debug)]
pub struct MetricsService {
    page: Page,
    asker: Asker,
}

/// The future of [`MetricsService`].
#[derive(Debug)]
pub struct MetricsFuture(Stage);

#[derive(Debug)]
enum Stage {
    Answered(Option<Response<Full<Bytes>>>),
    Waiting {
        page: oneshot::Receiver<Bytes>,
        encoding: Encoding,
        is_head: bool,
    },
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// Prometheus's text format.
const PAGE: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

// === impl MetricsService ===

impl MetricsService {
    pub(crate) fn mounted(page: &Page) -> Self {
        Self {
            page: page.clone(),
            asker: Asker::Mounted,
        }
    }

    pub(super) fn of_server(page: &Page) -> Self {
        Self {
            page: page.clone(),
            asker: Asker::Server,
        }
    }

    fn answer<B>(&self, request: &Request<B>) -> Stage {
        let is_page = request.uri().path() == self.page.path();
        let known = match request.uri().path() {
            _ if is_page => Some((StatusCode::OK, "")),
            "/healthz" => Some((StatusCode::OK, "ok\n")),
            "/readyz" if self.page.is_draining() => {
                Some((StatusCode::SERVICE_UNAVAILABLE, "draining\n"))
            }
            "/readyz" => Some((StatusCode::OK, "ok\n")),
            _ => None,
        };
        let Some((status, body)) = known else {
            return text(StatusCode::NOT_FOUND, "not found\n");
        };
        let is_head = request.method() == Method::HEAD;
        if !is_head && request.method() != Method::GET {
            let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            refused.headers_mut().insert(ALLOW, allowed);
            return Stage::Answered(Some(refused));
        }
        if !is_page {
            return text(status, if is_head { "" } else { body });
        }
        let encoding = accepted(request.headers());
        match self.page.render(encoding, self.asker) {
            Some(page) => Stage::Waiting {
                page,
                encoding,
                is_head,
            },
            None => text(StatusCode::NOT_FOUND, "no metrics are recorded\n"),
        }
    }
}

impl<B> Service<Request<B>> for MetricsService {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = MetricsFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> MetricsFuture {
        MetricsFuture(self.answer(&request))
    }
}

// === impl MetricsFuture ===

impl Future for MetricsFuture {
    type Output = Result<Response<Full<Bytes>>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = match &mut self.0 {
            Stage::Answered(response) => response.take().expect("a future that is ready once"),
            Stage::Waiting {
                page,
                encoding,
                is_head,
            } => match ready!(Pin::new(page).poll(cx)) {
                Ok(page) => with_page(page, *encoding, *is_head),
                Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "no page could be made\n"),
            },
        };
        Poll::Ready(Ok(response))
    }
}

fn with_page(page: Bytes, encoding: Encoding, is_head: bool) -> Response<Full<Bytes>> {
    let length = page.len();
    let body = if is_head { Bytes::new() } else { page };
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, PAGE);
    headers.insert(CONTENT_LENGTH, length.into());
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if encoding == Encoding::Gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn text(status: StatusCode, body: &'static str) -> Stage {
    Stage::Answered(Some(plain(status, body)))
}

fn plain(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, TEXT);
    response
}

/// Gzip, if it is named and not refused.
fn accepted(headers: &HeaderMap) -> Encoding {
    let codings = headers.get_all(ACCEPT_ENCODING).iter();
    let mut codings = codings
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let is_gzip = |coding: &str| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
        name.trim().eq_ignore_ascii_case("gzip") && weight.trim().parse() != Ok(0.0)
    };
    if codings.any(is_gzip) {
        Encoding::Gzip
    } else {
        Encoding::Plain
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING};

    use super::{Encoding, accepted};

    #[test]
    fn gzip_is_for_those_who_name_it() {
        for (value, zipped) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip ; q=1.000", true),
            ("deflate,gzip", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("x-gzipped", false),
            ("*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepted(&headers) == Encoding::Gzip, zipped, "{value}");
        }
        assert_eq!(accepted(&HeaderMap::new()), Encoding::Plain);
    }
}
