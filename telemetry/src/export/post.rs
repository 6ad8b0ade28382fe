//! One request of HTTP, and its answer.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use tokio::runtime::Handle;

use super::{
    ExportError,
    client::Client,
    connector::Version,
    failure::{Again, Failure, Said},
};

/// Posts to one address.
#[derive(Debug)]
pub(crate) struct Post {
    client: Client<Full<Bytes>>,
    content_type: HeaderValue,
}

/// How much of an answer is read.
const MOST: usize = 64 * 1024;

// === impl Post ===

impl Post {
    /// Posts to `to`, or to its `path` where it names a server alone.
    pub(crate) fn new(
        field: &'static str,
        (to, path): (&str, &str),
        headers: (&'static str, &BTreeMap<String, String>),
        content_type: &'static str,
        runtime: &Handle,
    ) -> Result<Self, ExportError> {
        let mut client = Client::new(field, to, headers, Version::Http1, runtime)?;
        client.append(path);
        Ok(Self::with_client(client, content_type))
    }

    pub(crate) fn with_client(client: Client<Full<Bytes>>, content_type: &'static str) -> Self {
        Self {
            client,
            content_type: HeaderValue::from_static(content_type),
        }
    }

    /// Posts once, and returns the answer if it is a good one.
    pub(crate) async fn send(&self, body: Bytes) -> Result<Bytes, Failure> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.client.to().clone();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        // Configured ones win.
        headers.extend(self.client.headers().clone());

        let response = self.client.current().request(request).await;
        let response = response.map_err(|error| Failure::transport(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MOST).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes);
        if head.status.is_success() {
            return body.map_err(|error| match error.downcast::<LengthLimitError>() {
                Ok(_) => Failure::TooLong(MOST),
                Err(error) => Failure::transport(&*error),
            });
        }
        Err(Failure::Refused {
            status: head.status.to_string(),
            said: said(&head.headers, &body.unwrap_or_default()),
            again: again(head.status, &head.headers),
        })
    }

    pub(crate) fn place(&self) -> String {
        self.client.place()
    }

    /// The connections hang.
    pub(crate) fn renew(&self) {
        self.client.renew();
    }
}

/// The statuses after which OTLP wants a request to be tried again; Zipkin's server has the same reasons for them.
fn again(status: StatusCode, headers: &HeaderMap) -> Again {
    match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => retry_after(headers).map_or(Again::Later, Again::After),
        _ => Again::Never,
    }
}

/// `Retry-After`, in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// What a receiver says of a refusal: a text, or the message of a protobuf `Status`, which OTLP has there.
fn said(headers: &HeaderMap, body: &[u8]) -> Said {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    #[cfg(feature = "otlp-http")]
    if content_type.starts_with("application/x-protobuf") {
        use prost::Message;

        let status = super::otlp::RpcStatus::decode(body);
        return Said::new(&status.map(|status| status.message).unwrap_or_default());
    }
    let is_text = content_type.starts_with("text/plain") || content_type.contains("json");
    let text = if is_text { body } else { &[] };
    Said::new(&String::from_utf8_lossy(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_says_when_to_come_again_in_seconds_or_by_a_date() {
        let after = |value: &str| {
            let value = HeaderValue::from_str(value).expect("a header");
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value)]);
            again(StatusCode::SERVICE_UNAVAILABLE, &headers)
        };
        assert_eq!(after("7"), Again::After(Duration::from_secs(7)));
        assert_eq!(
            after("Thu, 01 Jan 1970 00:00:00 GMT"),
            Again::After(Duration::ZERO)
        );
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
        let Again::After(wait) = after(&soon) else {
            panic!("{soon} is a date");
        };
        assert!((55..=60).contains(&wait.as_secs()), "{wait:?}");
        for garbage in ["", "-1", "soon", "99999999999999999999"] {
            assert_eq!(after(garbage), Again::Later, "{garbage:?}");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let none = HeaderMap::new();
        for status in [429, 502, 503, 504] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(again(status, &none), Again::Later, "{status}");
        }
        for status in [301, 400, 401, 404, 413, 500] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(again(status, &none), Again::Never, "{status}");
        }
    }
}
